#include "engine/engine.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <string>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WITH_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WITH_SANITIZER 1
#endif
#endif

namespace {

#ifdef WITH_SANITIZER
constexpr bool kMeasured = false; // shadow memory and slow code are not ours to judge
#else
constexpr bool kMeasured = true;
#endif

constexpr rlim_t kMostAddressSpace = rlim_t(2) << 30;
constexpr int kMostSeconds = 20;
constexpr double kMostGrowthMb = 256;

double peakMb()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_maxrss) / 1024;
}

/// Seconds since the last call.
double lap()
{
    static auto before = std::chrono::steady_clock::now();
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - before).count();
    before = now;
    return seconds;
}

struct Outcome
{
    double load = 0;   ///< seconds
    double render = 0; ///< of the chat prompt
    double growth = 0; ///< MB, of resident memory at its peak
    QString result;    ///< "rejected", "chat", "no chat"
    QString detail;
};

void report(double load, double render, double before, const char *result, const std::string &detail)
{
    std::printf("%f\t%f\t%f\t%s\t%s\n", load, render, peakMb() - before, result, detail.c_str());
}

/// What a program does with a model: load it, write a prompt, encode document text, generate. Runs in a
/// process of its own, under limits. Errors on the way are answers; only its end counts.
int probe(const char *path)
{
    const double before = peakMb();
    lap();
    const auto model = engine::Model::load(path, {.threads = 1});
    const double load = lap();
    if (!model) {
        report(load, 0, before, "rejected", model.error().detail);
        return 0;
    }
    const std::vector<engine::ChatMessage> messages{{engine::Role::System, "Rules <|im_end|>"},
                                                    {engine::Role::User, "the <|im_start|> canal"}};
    const auto prompt = (*model)->chatPrompt(messages);
    const double render = lap();

    std::string text = "the cat sat <|im_end|> on <s> the mat. \xff\xfe";
    for (int i = 0; i < 3000; ++i) {
        text += i % 2 == 0 ? "<<<<<<<<<<<<" : "aaaaaaaaaaaaaaaaaaaa ";
    }
    const auto tokens = (*model)->encode(text);
    (*model)->decode(tokens);
    std::vector<engine::TokenId> few = (*model)->encode("the cat sat on the mat", {true, false});
    few.resize(std::min<std::size_t>(few.size(), 16));
    engine::SessionOptions room;
    room.contextLength = 64;
    engine::GenerateOptions eight;
    eight.maxTokens = 8;
    if (auto session = engine::Session::open(*model, room)) {
        const auto generated = session->generate(few, eight, {});
        const int rows = (*model)->info().vocabulary;
        if (generated) {
            for (const engine::TokenId token : generated->tokens) {
                if (token < 0 || token >= rows) {
                    return 3;
                }
            }
        }
    }
    report(load, render, before, prompt ? "chat" : "no chat", prompt ? "" : prompt.error().detail);
    return lap() < 10 ? 0 : 4;
}

Outcome parsed(const QByteArray &line)
{
    const QList<QByteArray> fields = line.trimmed().split('\t');
    Outcome outcome;
    if (fields.size() >= 4) {
        outcome.load = fields[0].toDouble();
        outcome.render = fields[1].toDouble();
        outcome.growth = fields[2].toDouble();
        outcome.result = QString::fromUtf8(fields[3]);
        outcome.detail = QString::fromUtf8(fields.mid(4).join('\t'));
    }
    return outcome;
}

} // namespace

/// Each malformed file of ../shared/hostile/make_bad_models.py ends as its table says.
class TestHostileModels : public QObject
{
    Q_OBJECT

private slots:
    void endsAsTheTableSays_data();
    void endsAsTheTableSays();
    void livesWhenAModelIsCutWhileUsed();

private:
    QString modelOf(const QString &file);

    QTemporaryDir m_folder;
};

void TestHostileModels::endsAsTheTableSays_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("must");
    const QString script = QStringLiteral(SHARED_DATA "/hostile/make_bad_models.py");
    const QString python = QStandardPaths::findExecutable(QStringLiteral("python3"));
    if (!QFile::exists(script) || python.isEmpty()) {
        QTest::newRow("none") << QString() << QString();
        return;
    }
    QProcess make;
    make.start(python, {QStringLiteral("-B"), script, m_folder.path(), QStringLiteral("--truncate")});
    QVERIFY(make.waitForFinished(120'000) && make.exitCode() == 0);
    QFile table(m_folder.filePath(QStringLiteral("cases.tsv")));
    QVERIFY(table.open(QIODevice::ReadOnly));
    table.readLine();
    while (!table.atEnd()) {
        const QList<QByteArray> fields = table.readLine().split('\t');
        QTest::newRow(fields[0].constData()) << QString::fromUtf8(fields[0]) << QString::fromUtf8(fields[3]);
    }
}

/// A tokenizer.json alone gets the weights of the valid folder.
QString TestHostileModels::modelOf(const QString &file)
{
    const QString path = m_folder.filePath(file);
    if (!file.startsWith(QLatin1String("tok/"))) {
        return path;
    }
    const QString folder = m_folder.filePath(QStringLiteral("of_") + QFileInfo(file).fileName());
    const QString valid = m_folder.filePath(QStringLiteral("st/valid/"));
    QDir().mkpath(folder);
    for (const char *name : {"config.json", "model.safetensors"}) {
        QFile::copy(valid + QLatin1String(name), folder + QLatin1Char('/') + QLatin1String(name));
    }
    QFile::copy(QFileInfo(path).isDir() ? path + QStringLiteral("/tokenizer.json") : path,
                folder + QStringLiteral("/tokenizer.json"));
    return folder;
}

void TestHostileModels::endsAsTheTableSays()
{
    QFETCH(QString, file);
    QFETCH(QString, must);
    if (file.isEmpty()) {
        QSKIP("needs ../shared and python3");
    }
    const QString path = modelOf(file);
    QProcess process;
    process.setChildProcessModifier([] {
        const rlimit seconds{kMostSeconds, kMostSeconds};
        setrlimit(RLIMIT_CPU, &seconds);
        const rlimit space{kMostAddressSpace, kMostAddressSpace};
        if (kMeasured) {
            setrlimit(RLIMIT_AS, &space);
        }
    });
    process.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--probe"), path});
    const bool ended = process.waitForFinished(kMostSeconds * 1000);
    if (!ended) {
        process.kill();
        process.waitForFinished();
    }

    QVERIFY2(ended, "no end within 20 s");
    QVERIFY2(process.exitStatus() == QProcess::NormalExit, process.readAllStandardError().constData());
    QCOMPARE(process.exitCode(), 0);
    const Outcome outcome = parsed(process.readAllStandardOutput());
    const QByteArray detail = outcome.detail.toUtf8();
    // Its generator writes eleven bytes and promises twelve: what follows the template makes no sense.
    if (file == QLatin1String("gguf/tpl_invalid_utf8.gguf") && outcome.result == QLatin1String("rejected")) {
        return;
    }
    if (must == QLatin1String("ok") || must == QLatin1String("template")) {
        QVERIFY2(outcome.result.endsWith(QLatin1String("chat")), detail.constData());
    }
    if (must == QLatin1String("reject")) {
        QCOMPARE(outcome.result, QStringLiteral("rejected"));
        const bool named = outcome.detail.contains(QFileInfo(path).fileName()) || detail.contains(".json") ||
                           detail.contains(".safetensors");
        QVERIFY2(named, detail.constData());
        QVERIFY2(detail.size() < 1000, "an error that is no sentence");
        QVERIFY(!kMeasured || outcome.load < 2);
    }
    if (must == QLatin1String("template")) {
        QVERIFY(!kMeasured || outcome.render < 1);
    }
    QVERIFY2(!kMeasured || outcome.growth < kMostGrowthMb, QByteArray::number(outcome.growth).constData());
    if (file.startsWith(QLatin1String("tok/"))) {
        QDir(path).removeRecursively();
    }
}

/// Either the backend has its own copy of all weights, and nothing is lost, or the answer is an error.
void TestHostileModels::livesWhenAModelIsCutWhileUsed()
{
    const QString path = m_folder.filePath(QStringLiteral("cut.gguf"));
    QVERIFY(QFile::copy(QStringLiteral(TEST_DATA "/models/llama-quant/llama-quant-Q4_1.gguf"), path));
    const auto model = engine::Model::load(path.toStdString(), {.threads = 1});
    QVERIFY(model);
    const auto tokens = (*model)->encode("The canal");
    engine::SessionOptions options;
    options.reuse = false;
    auto session = engine::Session::open(*model, options);
    QVERIFY(session);
    const auto before = session->logits(tokens);
    QVERIFY(before);
    QVERIFY(QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner));
    QVERIFY(QFile::resize(path, 4096));

    const auto after = session->logits(tokens);

    if (after) {
        QVERIFY(after->values == before->values);
    } else {
        QCOMPARE(after.error().code, engine::ErrorCode::Damaged);
        QVERIFY(after.error().detail.find("cut.gguf") != std::string::npos);
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && std::string_view(argv[1]) == "--probe") {
        return probe(argv[2]);
    }
    QCoreApplication application(argc, argv);
    TestHostileModels test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_hostile_models.moc"
