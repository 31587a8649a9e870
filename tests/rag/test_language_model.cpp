#include "rag/answer/prompt.h"
#include "rag/model/engine_language_model.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstdlib>
#include <filesystem>

using namespace rag;

namespace {

/// SmolLM2 below WARRAQ_MODELS or the repository's models/; empty: not installed.
std::filesystem::path smolLm2()
{
    std::vector<std::filesystem::path> roots{std::filesystem::path(TEST_DATA) / "../../models"};
    if (const char *root = std::getenv("WARRAQ_MODELS"))
        roots.insert(roots.begin(), root);
    for (const auto &root : roots) {
        std::error_code error;
        for (const auto &entry : std::filesystem::recursive_directory_iterator(root, error))
            if (entry.path().filename() == "SmolLM2-135M-Instruct.Q4_1.gguf")
                return entry.path();
    }
    return {};
}

Passage passage(DocumentId document, int page, const std::string &place)
{
    Passage passage;
    passage.document = document;
    passage.documentName = "canals.pdf";
    passage.page = page;
    for (int i = 1; i <= 12; ++i)
        passage.text += "The canal near " + place + " has lock number " + std::to_string(i) +
                        ", which was rebuilt by the keeper in the year " +
                        std::to_string(1800 + 7 * i + page) + " with stone from the hills. ";
    return passage;
}

class Asked
{
public:
    explicit Asked(const std::filesystem::path &cache)
    {
        engine::LoadOptions options;
        options.prefixCache.folder = cache;
        auto model = engine::Model::load(smolLm2(), options);
        if (model)
            m_model = EngineLanguageModel::open(*model).value_or(nullptr);
    }

    Generation operator()(const std::vector<Passage> &passages, const std::string &question,
                          const std::vector<Exchange> &history = {})
    {
        PromptOptions options;
        options.fence = "qbcdfgh";
        const Prompt prompt = writePrompt(
            passages, history, question, [&](std::string_view text) { return m_model->countTokens(text); },
            options);
        GenerationOptions generation;
        generation.maxTokens = 8;
        return m_model->generate(prompt.turns, generation, {}, {}).value_or(Generation());
    }

    LanguageModel &model() { return *m_model; }

private:
    std::unique_ptr<LanguageModel> m_model;
};

} // namespace

class TestLanguageModel : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void theSecondQuestionOnTheSamePassagesStartsAtOnce();
    void aRestartKeepsWhatWasRead();
    void aQuestionTooLongIsRefusedWithTheNumbers();

private:
    std::vector<Passage> m_passages{passage(2, 7, "Ghent"), passage(1, 3, "Delft"), passage(1, 2, "Namur")};
    std::vector<Passage> m_otherRanks{m_passages[2], m_passages[0], m_passages[1]};
};

void TestLanguageModel::initTestCase()
{
    if (smolLm2().empty())
        QSKIP("needs SmolLM2 in WARRAQ_MODELS");
}

void TestLanguageModel::theSecondQuestionOnTheSamePassagesStartsAtOnce()
{
    QTemporaryDir folder;
    Asked ask(folder.path().toStdString());
    Asked alone({});

    const Generation first = ask(m_passages, "Who rebuilt the locks?");
    const Generation second = ask(m_otherRanks, "Which stone was used for the locks near Ghent?");
    const Generation third =
        ask(m_passages, "And when?", {{"Who rebuilt the locks?", "The keeper rebuilt them."}});
    const Generation reference = alone(m_otherRanks, "Which stone was used for the locks near Ghent?");

    qInfo("%d tokens in %.3f s; then %d of %d known: %.3f s; then %d of %d: %.3f s", first.promptTokens,
          first.prefillSeconds, second.reusedTokens, second.promptTokens, second.prefillSeconds,
          third.reusedTokens, third.promptTokens, third.prefillSeconds);
    QVERIFY(first.promptTokens > 1000);
    QCOMPARE(first.reusedTokens, 0);
    QVERIFY(second.promptTokens - second.reusedTokens < 80); // question, form, and a page
    QVERIFY(third.promptTokens - third.reusedTokens < 80);
    QVERIFY(second.prefillSeconds * 5 < first.prefillSeconds);
    QCOMPARE(second.text, reference.text);
}

void TestLanguageModel::aRestartKeepsWhatWasRead()
{
    QTemporaryDir folder;
    double before = 0;
    {
        Asked ask(folder.path().toStdString());
        before = ask(m_passages, "Who rebuilt the locks?").prefillSeconds;
    }
    Asked ask(folder.path().toStdString());

    const Generation second = ask(m_otherRanks, "Which stone was used for the locks near Ghent?");

    qInfo("%.3f s, after a restart %.3f s", before, second.prefillSeconds);
    QVERIFY(second.promptTokens - second.reusedTokens < 80);
    QVERIFY(second.prefillSeconds < before);
}

void TestLanguageModel::aQuestionTooLongIsRefusedWithTheNumbers()
{
    Asked ask({});
    std::string question;
    while (ask.model().countTokens(question) <= ask.model().contextLength())
        question +=
            "and which of the many locks of the canal was rebuilt by the keeper, and when, and why? " +
            question;
    const Turn turns[] = {{Speaker::User, question}};

    const auto made = ask.model().generate(turns, {}, {}, {});

    QVERIFY(!made);
    QCOMPARE(made.error().code, ErrorCode::Unsupported);
    QVERIFY(made.error().detail.find(std::to_string(ask.model().contextLength())) != std::string::npos);
}

QTEST_GUILESS_MAIN(TestLanguageModel)
#include "test_language_model.moc"
