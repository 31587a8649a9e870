#include "engine/model/model_name.h"

#include <QTest>

using namespace engine;

class TestModelName : public QObject
{
    Q_OBJECT

private slots:
    void isWhatPeopleCallIt_data();
    void isWhatPeopleCallIt();
};

void TestModelName::isWhatPeopleCallIt_data()
{
    QTest::addColumn<QString>("said");
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("name");
    const auto add = [](const char *said, const char *path, const char *name) {
        QTest::addRow("%s, %s", said, path) << QString(said) << QString(path) << QString(name);
    };
    add("Gemma 3 270m", "/m/gemma-3-270m-q4_k_m.gguf", "Gemma 3 270m");
    add("DeepSeek R1 Distill Qwen 7B", "/m/head.gguf", "DeepSeek R1 Distill Qwen 7B");
    add("tiny llama", "model.gguf", "tiny llama");
    add("Qwen2.5 Coder Step By Step", "/m/q.gguf", "Qwen2.5 Coder Step By Step"); // counts no steps
    add("Smollm2 135M 8k Lc100K Mix1 Ep2", "/m/SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2-135M-Instruct");
    add("checkpoint-1200", "/m/letters-writer/", "letters-writer");
    add("OLMo 2 step 4000", "/m/OLMo-2-IQ2_XS.gguf", "OLMo-2");
    add("/home/me/runs/ckpt_final", "/m/writer.v2", "writer.v2");
    add("", "/m/Llama-3-8B-q4_k_m-00002-of-00005.gguf", "Llama-3-8B");
    add("model", "/m/tiny.BF16.gguf", "tiny");
    add("0123456789abcdef0123456789abcdef01234567", "/m/Aya.gguf", "Aya");
    add("HuggingFaceTB/SmolLM3-3B", "/m/x", "SmolLM3-3B");
    add("models", "/m/.gguf", "models"); // better than none
    add("", "/m/Q4_0.gguf", "Q4_0");     // there is no other name
    add("Phi-3.5-mini", "/m/x", "Phi-3.5-mini");
}

void TestModelName::isWhatPeopleCallIt()
{
    QFETCH(QString, said);
    QFETCH(QString, path);
    QFETCH(QString, name);

    QCOMPARE(modelName(said.toStdString(), path.toStdString()), name.toStdString());
}

QTEST_APPLESS_MAIN(TestModelName)
#include "test_model_name.moc"
