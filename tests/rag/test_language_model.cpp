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
    void aMaskHoldsTheAnswerToAText();
    void anAnswerTellsItsTokensAndTheirChances();

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

void TestLanguageModel::aMaskHoldsTheAnswerToAText()
{
    Asked ask({});
    LanguageModel &model = ask.model();
    const std::string quote =
        "The keeper's lock 17 (\u00fcber \u0627\u0644\u0642\u0646\u0627\u0629) was rebuilt in 1814.";
    GenerationOptions options;
    options.maxTokens = 100;
    options.mask = [&](std::span<const Token> answer, MaskedTokens &next) {
        const std::string rest = quote.substr(model.textOf(answer).size());
        next.forbidAll();
        next.allow(model.tokensBeginning(rest));
        if (rest.empty())
            next.allowEnd();
    };
    const Turn turns[] = {{Speaker::User, "Write a poem about the sea."}};
    std::string streamed;

    const auto made = model.generate(turns, options, [&](std::string_view text) { streamed += text; }, {});

    QVERIFY2(made, made ? "" : made.error().detail.c_str());
    QCOMPARE(made->text, quote);
    QCOMPARE(streamed, quote);
    QCOMPARE(model.textOf(made->tokens), quote);
}

void TestLanguageModel::anAnswerTellsItsTokensAndTheirChances()
{
    Asked ask({});
    GenerationOptions options;
    options.maxTokens = 12;
    options.logProbabilities = 3;
    const Turn turns[] = {{Speaker::User, "What is the capital of France?"}};

    const auto made = ask.model().generate(turns, options, {}, {});

    QVERIFY(made);
    QCOMPARE(int(made->tokens.size()), made->answerTokens);
    QCOMPARE(made->chances.size(), made->tokens.size());
    QCOMPARE(ask.model().textOf(made->tokens), made->text);
    for (std::size_t i = 0; i < made->tokens.size(); ++i) {
        const TokenChance &chance = made->chances[i];
        QCOMPARE(chance.chosen.token, made->tokens[i]);
        QCOMPARE(chance.top.size(), std::size_t(3));
        QCOMPARE(chance.top[0].token, made->tokens[i]); // greedy
        QVERIFY(chance.chosen.value <= 0);
        QVERIFY(chance.top[0].value >= chance.top[1].value && chance.top[1].value >= chance.top[2].value);
    }
    QCOMPARE(ask.model().name(), std::string("SmolLM2-135M-Instruct"));
}

QTEST_GUILESS_MAIN(TestLanguageModel)
#include "test_language_model.moc"
