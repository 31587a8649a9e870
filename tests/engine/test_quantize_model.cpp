#include "engine/convert/quantize_model.h"
#include "engine/engine.h"
#include "engine/weights/model_file.h"
#include "engine/weights/quant.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using engine::TensorType;

namespace {

const QString kModels = QStringLiteral(SHARED_DATA "/golden/models/");

QString folderOf(const QString &name)
{
    const QString shared = kModels + name;
    return QDir(shared).exists() ? shared : QStringLiteral(TEST_DATA "/models/") + name;
}

QJsonObject goldenOf(const QString &name)
{
    QFile file(folderOf(name) + QStringLiteral("/golden.json"));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

std::shared_ptr<const engine::Model> loaded(const std::filesystem::path &path)
{
    auto model = engine::Model::load(path, {.threads = 1});
    if (!model) {
        qWarning("%s", model.error().detail.c_str());
        return nullptr;
    }
    return *model;
}

/// All that a model says of the first case of its golden: logits, an embedding or a score.
std::vector<float> answerOf(const std::shared_ptr<const engine::Model> &model, const QJsonObject &golden)
{
    const auto item = golden[QStringLiteral("cases")].toArray().first().toObject();
    const std::string text = item[QStringLiteral("text")].toString().toStdString();
    if (model->info().kind == engine::ModelKind::Reranker) {
        const std::string other = item[QStringLiteral("text_pair")].toString().toStdString();
        const std::string_view texts[] = {other};
        return model->rerank(text, texts).value_or(std::vector<float>());
    }
    if (golden[QStringLiteral("kind")] == QLatin1String("embed")) {
        const std::string_view texts[] = {text};
        const auto matrix = model->embed(texts, engine::TextKind::Raw);
        return matrix ? matrix->values : std::vector<float>();
    }
    const auto tokens = model->encode(text, {.addSpecial = true, .parseSpecial = false});
    auto session = engine::Session::open(model);
    const auto logits = session ? session->logits(tokens) : engine::Result<engine::Matrix>(engine::Matrix());
    return logits ? logits->values : std::vector<float>();
}

double greatestDifference(const std::vector<float> &a, const std::vector<float> &b)
{
    double most = a.size() == b.size() && !a.empty() ? 0 : 1e9;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        most = std::max(most, std::abs(double(a[i]) - double(b[i])));
    }
    return most;
}

/// Mean Kullback-Leibler divergence of rows of logits, in nats.
double divergence(const std::vector<float> &right, const std::vector<float> &other, std::size_t columns)
{
    double sum = 0;
    for (std::size_t row = 0; row + columns <= right.size(); row += columns) {
        double logSum[2] = {0, 0};
        const std::vector<float> *both[2] = {&right, &other};
        for (int which = 0; which < 2; ++which) {
            for (std::size_t i = 0; i < columns; ++i) {
                logSum[which] += std::exp(double((*both[which])[row + i]));
            }
            logSum[which] = std::log(logSum[which]);
        }
        for (std::size_t i = 0; i < columns; ++i) {
            const double p = double(right[row + i]) - logSum[0];
            sum += std::exp(p) * (p - (double(other[row + i]) - logSum[1]));
        }
    }
    return right.size() == other.size() && !right.empty() ? sum * double(columns) / double(right.size())
                                                          : 1e9;
}

} // namespace

class TestQuantizeModel : public QObject
{
    Q_OBJECT

private slots:
    void saysTheSameFromAFolder_data();
    void saysTheSameFromAFolder();
    void saysNearlyTheSameInFewerBits_data();
    void saysNearlyTheSameInFewerBits();
    void takesOverAGguf();
    void refusesWhatMakesNothingBetter();
    void leavesNothingBehind();
};

void TestQuantizeModel::saysTheSameFromAFolder_data()
{
    QTest::addColumn<QString>("name");
    for (const QString &name : QDir(kModels).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QTest::newRow(qPrintable(name)) << name;
    }
    QTest::newRow("gemma2-plain") << QStringLiteral("gemma2-plain");
}

/// The weights of the golden models are the same numbers in F16.
void TestQuantizeModel::saysTheSameFromAFolder()
{
    QFETCH(QString, name);
    const QTemporaryDir folder;
    const std::filesystem::path in = (folderOf(name) + QStringLiteral("/hf")).toStdString();
    const std::filesystem::path out = folder.filePath(name + QStringLiteral(".gguf")).toStdString();
    const QJsonObject golden = goldenOf(name);

    const auto made = engine::quantizeModel(in, out, {TensorType::F16, 1, {}});

    QVERIFY2(made, made ? "" : made.error().detail.c_str());
    const auto before = loaded(in);
    const auto after = loaded(out);
    QVERIFY(before && after);
    const double difference = greatestDifference(answerOf(before, golden), answerOf(after, golden));
    QVERIFY2(difference < 2e-3, QByteArray::number(difference).constData());
    QCOMPARE(after->hasChatForm(), before->hasChatForm());
    QCOMPARE(after->info().contextLength, before->info().contextLength);
    if (after->hasChatForm()) {
        const std::vector<engine::ChatMessage> messages{{engine::Role::User, "The canal, <s> please"}};
        QVERIFY(after->chatPrompt(messages).value() == before->chatPrompt(messages).value());
    }
}

void TestQuantizeModel::saysNearlyTheSameInFewerBits_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("type");
    QTest::addColumn<double>("most"); // nats
    const auto row = [](const char *name, TensorType type, double most) {
        const auto layout = *engine::layoutOf(type);
        QTest::addRow("%s %s", name, std::string(layout.name).c_str())
            << QString::fromLatin1(name) << int(type) << most;
    };
    for (const char *name :
         {"llama", "qwen2", "qwen3", "gemma3", "phi3", "gpt-neox", "gpt2", "smollm3", "olmo2"}) {
        row(name, TensorType::Q8_0, 1e-2);
    }
    row("mixtral", TensorType::Q8_0, 1e-1);
    row("llama-quant", TensorType::Q8_0, 1e-2);
    row("llama-quant", TensorType::Q6_K, 2e-2);
    row("llama-quant", TensorType::Q4_K, 0.3);
    row("llama-quant", TensorType::Q4_1, 0.3);
    row("llama-quant", TensorType::Q4_0, 0.3);
}

void TestQuantizeModel::saysNearlyTheSameInFewerBits()
{
    QFETCH(QString, name);
    QFETCH(int, type);
    QFETCH(double, most);
    if (!QDir(kModels).exists()) {
        QSKIP("needs ../shared");
    }
    const QTemporaryDir folder;
    const std::filesystem::path in = (kModels + name + QStringLiteral("/hf")).toStdString();
    const std::filesystem::path out = folder.filePath(QStringLiteral("out.gguf")).toStdString();
    const QJsonObject golden = goldenOf(name);

    const auto made = engine::quantizeModel(in, out, {TensorType(type), 2, {}});

    QVERIFY2(made, made ? "" : made.error().detail.c_str());
    QVERIFY(made->bytesAfter < made->bytesBefore);
    const auto before = loaded(in);
    const auto after = loaded(out);
    QVERIFY(before && after);
    const double nats =
        divergence(answerOf(before, golden), answerOf(after, golden), std::size_t(before->info().vocabulary));
    QVERIFY2(nats < most, QByteArray::number(nats).constData());
}

void TestQuantizeModel::takesOverAGguf()
{
    if (!QDir(kModels).exists()) {
        QSKIP("needs ../shared");
    }
    const QTemporaryDir folder;
    const std::filesystem::path in = (kModels + QStringLiteral("llama/llama-f16.gguf")).toStdString();
    const std::filesystem::path out = folder.filePath(QStringLiteral("small.gguf")).toStdString();
    int last = 0;
    int all = 0;
    const engine::QuantizeOptions options{TensorType::Q8_0, 1, [&](int done, int count, std::string_view) {
                                              last = done;
                                              all = count;
                                          }};

    const auto made = engine::quantizeModel(in, out, options);

    QVERIFY2(made, made ? "" : made.error().detail.c_str());
    QVERIFY(all > 10 && last == all - 1);
    const auto original = engine::ModelFile::open(in);
    const auto small = engine::ModelFile::open(out);
    QVERIFY(original && small);
    QCOMPARE((*small)->tensors().size(), (*original)->tensors().size());
    for (const auto &[key, value] : (*original)->metadata().all()) {
        if (key != "general.file_type") {
            QVERIFY2((*small)->metadata().find(key) && *(*small)->metadata().find(key) == value, key.c_str());
        }
    }
    const double nats = divergence(answerOf(loaded(in), goldenOf(QStringLiteral("llama"))),
                                   answerOf(loaded(out), goldenOf(QStringLiteral("llama"))),
                                   std::size_t(loaded(in)->info().vocabulary));
    QVERIFY2(nats < 1e-2, QByteArray::number(nats).constData());
}

void TestQuantizeModel::refusesWhatMakesNothingBetter()
{
    if (!QDir(kModels).exists()) {
        QSKIP("needs ../shared");
    }
    const QTemporaryDir folder;
    const std::filesystem::path out = folder.filePath(QStringLiteral("x.gguf")).toStdString();
    const std::filesystem::path small =
        (kModels + QStringLiteral("llama-quant/llama-quant-Q4_0.gguf")).toStdString();
    const auto reason = [&](const std::filesystem::path &in, TensorType type) {
        const auto made = engine::quantizeModel(in, out, {type, 1, {}});
        return made ? std::string() : made.error().detail;
    };

    QVERIFY(reason(small, TensorType::Q8_0).find("which is not more precise than Q8_0") != std::string::npos);
    QVERIFY(reason(small, TensorType::Q5_K).find("models are written as") != std::string::npos);
    QVERIFY(!reason("/no/such/file.gguf", TensorType::Q8_0).empty());
    QVERIFY(!std::filesystem::exists(out));
}

void TestQuantizeModel::leavesNothingBehind()
{
    if (!QDir(kModels).exists()) {
        QSKIP("needs ../shared");
    }
    const QTemporaryDir folder;
    const std::filesystem::path in = (kModels + QStringLiteral("llama/hf")).toStdString();
    const std::filesystem::path out = folder.filePath(QStringLiteral("x.gguf")).toStdString();
    engine::CancelToken cancel;
    const engine::QuantizeOptions options{TensorType::Q8_0, 1, [&](int done, int, std::string_view) {
                                              if (done == 5) {
                                                  cancel.cancel();
                                              }
                                          }};

    const auto made = engine::quantizeModel(in, out, options, cancel);

    QVERIFY(!made);
    QCOMPARE(made.error().code, engine::ErrorCode::Cancelled);
    QVERIFY(QDir(folder.path()).isEmpty());
    const auto nowhere = engine::quantizeModel(in, folder.filePath(QStringLiteral("no/x.gguf")).toStdString(),
                                               {TensorType::Q8_0, 1, {}});
    QVERIFY(!nowhere);
    QCOMPARE(nowhere.error().code, engine::ErrorCode::Storage);
}

QTEST_APPLESS_MAIN(TestQuantizeModel)
#include "test_quantize_model.moc"
