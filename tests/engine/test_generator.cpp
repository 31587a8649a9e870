#include "engine/base/unicode.h"
#include "engine/engine.h"
#include "tests/engine/golden.h"

#include <QTemporaryDir>

#include <future>

using namespace engine;

namespace {

std::shared_ptr<const Model> loadModel(const std::string &name, const std::string &file)
{
    const auto folder = Golden::folderOf(name);
    if (folder.empty()) {
        return nullptr;
    }
    auto model = Model::load(folder / file, {2, Device::Cpu});
    if (!model) {
        qWarning("%s", model.error().detail.c_str());
        return nullptr;
    }
    return *model;
}

/// `count` greedy tokens, whatever they are.
GenerateOptions greedyTokens(int count)
{
    GenerateOptions options;
    options.maxTokens = count;
    options.ignoreEnd = true;
    return options;
}

} // namespace

class TestGenerator : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void describesTheModel();
    void continuesAsTheReference();
    void streamsWholeCharacters();
    void reusesThePrefixOfItsCache();
    void sessionsOfSeveralThreadsDoNotMix();
    void sameSeedGivesTheSameText();
    void stopsAtAStopText();
    void stopsWhenTheContextIsFull();
    void cancelsWithinOneToken();
    void cancelledPrefillGivesNothing();
    void refusesAPromptLongerThanTheContext();
    void refusesLogitsThatAreNotFinite();
    void logitsComeFromAnEmptyCache();
    void logProbabilitiesAreThoseOfTheLogits();
    void maskDecidesWhatIsSaid();
    void thoughtsAreAStreamOfTheirOwn_data();
    void thoughtsAreAStreamOfTheirOwn();
    void thoughtsEndWhenTheAnswerIsWanted();
    void answerHasALimitOfItsOwn();
    void templateIsToldAboutThinking();
    void encoderGeneratesNothing();
    void textsGiveTheVectorsOfTheReference_data();
    void textsGiveTheVectorsOfTheReference();
    void pairsGiveTheScoresOfTheReference_data();
    void pairsGiveTheScoresOfTheReference();
    void embeddingsIgnoreBlanksAtTheEnds();
    void longTextsAreCutAtTheirEnd();
    void decoderEmbedsNothing();
    void fingerprintFollowsTheWeights();

private:
    std::shared_ptr<const Model> m_llama;
    std::vector<TokenId> m_prompt;
};

void TestGenerator::initTestCase()
{
    m_llama = loadModel("llama", "llama-f16.gguf");
    QVERIFY(m_llama);
    m_prompt = m_llama->encode("The canal is 212 km long.", {true, false});
}

void TestGenerator::describesTheModel()
{
    const ModelInfo &info = m_llama->info();

    QCOMPARE(info.name, std::string("tiny llama"));
    QCOMPARE(info.architecture, std::string("llama"));
    QCOMPARE(info.weights, std::string("F16"));
    QCOMPARE(info.kind, ModelKind::Decoder);
    QCOMPARE(info.vocabulary, 900);
    QCOMPARE(info.contextLength, 512);
    QCOMPARE(info.embeddingSize, 64);
    QCOMPARE(info.parameters, 214336);
    QCOMPARE(info.fingerprint.size(), std::size_t(16));
    QVERIFY(m_llama->hasChatForm());
}

void TestGenerator::continuesAsTheReference()
{
    const Golden golden(Golden::folderOf("llama"));
    for (std::size_t i = 0; i < golden.json().at("cases").size(); ++i) {
        const auto &entry = golden.json().at("cases").at(i);
        const auto expected =
            golden.expected(i, "llama-f16.gguf").at("greedy_ids").get<std::vector<TokenId>>();
        const auto prompt = m_llama->encode(entry.at("text").get<std::string>(), {true, false});
        QCOMPARE(prompt, entry.at("token_ids").get<std::vector<TokenId>>());
        auto session = Session::open(m_llama);
        QVERIFY(session);

        const auto generated = session->generate(prompt, greedyTokens(int(expected.size())), {});

        QVERIFY(generated);
        QCOMPARE(generated->tokens, expected);
        QCOMPARE(generated->reason, StopReason::MaxTokens);
        QCOMPARE(generated->promptTokens, int(prompt.size()));
    }
}

void TestGenerator::streamsWholeCharacters()
{
    auto session = Session::open(m_llama);
    QVERIFY(session);
    std::string streamed;
    bool whole = true;

    const auto generated =
        session->generate(m_prompt, greedyTokens(100), [&](std::string_view piece, TextPart) {
            whole = whole && isValidUtf8(piece) && !piece.empty();
            streamed += piece;
        });

    QVERIFY(generated);
    QVERIFY(whole);
    QCOMPARE(streamed, generated->text);
    QCOMPARE(generated->text, validUtf8(m_llama->decode(generated->tokens)));
}

void TestGenerator::reusesThePrefixOfItsCache()
{
    auto session = Session::open(m_llama);
    auto fresh = Session::open(m_llama);
    QVERIFY(session && fresh);
    const auto first = session->generate(m_prompt, greedyTokens(10), {});
    QVERIFY(first);
    QCOMPARE(first->reusedTokens, 0);
    std::vector<TokenId> longer = m_prompt;
    longer.insert(longer.end(), first->tokens.begin(), first->tokens.begin() + 5);
    for (TokenId token = 7; token < 40; ++token) {
        longer.push_back(token);
    }

    const auto second = session->generate(longer, greedyTokens(10), {});
    const auto again = session->generate(longer, greedyTokens(10), {});
    const auto reference = fresh->generate(longer, greedyTokens(10), {});

    QVERIFY(second && again && reference);
    QCOMPARE(second->reusedTokens, int(m_prompt.size()) + 5);
    QCOMPARE(again->reusedTokens, int(longer.size()) - 16); // the last 16 are read always
    QCOMPARE(second->tokens, reference->tokens);
    QCOMPARE(again->tokens, reference->tokens);
}

void TestGenerator::sessionsOfSeveralThreadsDoNotMix()
{
    const auto generate = [this](TokenId first) {
        std::vector<TokenId> prompt = m_prompt;
        prompt.front() = first;
        return Session::open(m_llama)->generate(prompt, greedyTokens(30), {})->tokens;
    };
    std::vector<std::vector<TokenId>> expected;
    for (TokenId first = 0; first < 4; ++first) {
        expected.push_back(generate(first));
    }

    std::vector<std::future<std::vector<TokenId>>> runs;
    for (TokenId first = 0; first < 4; ++first) {
        runs.push_back(std::async(std::launch::async, generate, first));
    }

    for (std::size_t i = 0; i < runs.size(); ++i) {
        QCOMPARE(runs[i].get(), expected[i]);
    }
}

void TestGenerator::sameSeedGivesTheSameText()
{
    GenerateOptions options = greedyTokens(30);
    options.sampling.temperature = 1;
    options.sampling.topP = 0.95f;
    options.sampling.seed = 5;
    const auto generate = [&] { return Session::open(m_llama)->generate(m_prompt, options, {})->text; };

    const std::string first = generate();
    const std::string second = generate();
    options.sampling.seed = 6;
    const std::string other = generate();

    QCOMPARE(first, second);
    QVERIFY(first != other);
}

void TestGenerator::stopsAtAStopText()
{
    auto session = Session::open(m_llama);
    QVERIFY(session);
    const auto whole = session->generate(m_prompt, greedyTokens(40), {});
    QVERIFY(whole);
    GenerateOptions options = greedyTokens(40);
    const std::size_t at = whole->text.size() / 2;
    const std::size_t start = at - incompleteTail(std::string_view(whole->text).substr(0, at));
    options.stop = {whole->text.substr(start, 9)};
    const std::size_t firstAt = whole->text.find(options.stop.front());

    const auto stopped = session->generate(m_prompt, options, {});

    QVERIFY(stopped);
    QCOMPARE(stopped->reason, StopReason::StopText);
    QCOMPARE(stopped->text, whole->text.substr(0, firstAt));
}

void TestGenerator::stopsWhenTheContextIsFull()
{
    auto session = Session::open(m_llama, {.contextLength = int(m_prompt.size()) + 3});
    QVERIFY(session);

    const auto generated = session->generate(m_prompt, greedyTokens(100), {});

    QVERIFY(generated);
    QCOMPARE(generated->reason, StopReason::ContextFull);
    QCOMPARE(generated->tokens.size(), std::size_t(4)); // the last one needs no room
}

void TestGenerator::cancelsWithinOneToken()
{
    auto session = Session::open(m_llama);
    QVERIFY(session);
    CancelToken cancel;
    int pieces = 0;

    const auto generated = session->generate(
        m_prompt, greedyTokens(100),
        [&](std::string_view, TextPart) {
            if (++pieces == 3) {
                cancel.cancel();
            }
        },
        cancel);

    QVERIFY(generated);
    QCOMPARE(generated->reason, StopReason::Cancelled);
    QVERIFY(pieces <= 4); // what was held back may follow
    const auto after = session->generate(m_prompt, greedyTokens(10), {});
    const auto reference = Session::open(m_llama)->generate(m_prompt, greedyTokens(10), {});
    QCOMPARE(after->tokens, reference->tokens);
}

void TestGenerator::cancelledPrefillGivesNothing()
{
    auto session = Session::open(m_llama);
    QVERIFY(session);
    CancelToken cancel;
    cancel.cancel();

    const auto generated = session->generate(m_prompt, greedyTokens(10), {}, cancel);

    QVERIFY(generated);
    QCOMPARE(generated->reason, StopReason::Cancelled);
    QVERIFY(generated->tokens.empty());
}

void TestGenerator::refusesAPromptLongerThanTheContext()
{
    auto session = Session::open(m_llama, {.contextLength = 4});
    QVERIFY(session);
    const std::vector<TokenId> prompt(5, 1);

    const auto generated = session->generate(prompt, greedyTokens(1), {});

    QVERIFY(!generated);
    QCOMPARE(generated.error().code, ErrorCode::Unsupported);
    QVERIFY(generated.error().detail.find('5') != std::string::npos);
    QVERIFY(generated.error().detail.find('4') != std::string::npos);
}

void TestGenerator::refusesLogitsThatAreNotFinite()
{
    const auto source = Golden::folderOf("llama") / "hf";
    QTemporaryDir temporary;
    const std::filesystem::path folder = temporary.path().toStdString();
    for (const char *name : {"config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"}) {
        std::filesystem::copy_file(source / name, folder / name);
    }
    const auto weights = folder / "model.safetensors";
    std::filesystem::permissions(weights, std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add);
    std::fstream file(weights, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-2, std::ios::end);
    file.write("\x00\x7e", 2); // a half-precision NaN in the last tensor
    file.close();
    const auto model = Model::load(folder);
    QVERIFY2(model, model ? "" : model.error().detail.c_str());

    const auto generated = Session::open(*model)->generate(m_prompt, greedyTokens(3), {});

    QVERIFY(!generated);
    QCOMPARE(generated.error().code, ErrorCode::Damaged);
    QVERIFY((*model)->info().fingerprint != m_llama->info().fingerprint);
}

void TestGenerator::logitsComeFromAnEmptyCache()
{
    auto session = Session::open(m_llama);
    QVERIFY(session);
    const auto first = session->logits(m_prompt);
    QVERIFY(first);
    QVERIFY(session->generate(m_prompt, greedyTokens(5), {}));

    const auto second = session->logits(m_prompt);

    QVERIFY(second);
    QCOMPARE(second->rows, int(m_prompt.size()));
    QCOMPARE(second->columns, 900);
    QVERIFY(first->values == second->values);
}

void TestGenerator::logProbabilitiesAreThoseOfTheLogits()
{
    SessionOptions whole;
    whole.kv = KvType::F32;
    auto session = Session::open(m_llama, whole);
    const auto logits = session->logits(m_prompt);
    QVERIFY(logits);
    GenerateOptions options = greedyTokens(3);
    options.logProbabilities = 2;
    options.sampling.temperature = 2; // and penalties change nothing of it
    options.sampling.repetitionPenalty = 1.5f;

    const auto generated = session->generate(m_prompt, options, {});

    QVERIFY(generated);
    QCOMPARE(generated->logProbabilities.size(), generated->tokens.size());
    const auto expected = logProbabilities(logits->row(logits->rows - 1));
    const LogProbabilities &first = generated->logProbabilities.front();
    QCOMPARE(first.chosen.token, generated->tokens.front());
    QVERIFY(std::abs(double(first.chosen.value) - expected[std::size_t(first.chosen.token)]) < 1e-4);
    QCOMPARE(first.top.size(), std::size_t(2));
    const auto best = std::ranges::max_element(expected);
    QCOMPARE(first.top[0].token, TokenId(best - expected.begin()));
    QVERIFY(std::abs(double(first.top[0].value) - *best) < 1e-4);
}

void TestGenerator::maskDecidesWhatIsSaid()
{
    const auto script = m_llama->encode("The canal [2]", {});
    GenerateOptions options = greedyTokens(int(script.size()));
    options.mask = [&](std::span<const TokenId> answer, std::span<std::uint8_t> allowed) {
        std::ranges::fill(allowed, std::uint8_t(0));
        allowed[std::size_t(script[answer.size()])] = 1;
    };

    const auto generated = Session::open(m_llama)->generate(m_prompt, options, {});
    options.mask = [](auto, std::span<std::uint8_t> allowed) { std::ranges::fill(allowed, std::uint8_t(0)); };
    const auto nothing = Session::open(m_llama)->generate(m_prompt, options, {});

    QVERIFY(generated);
    QCOMPARE(generated->tokens, script);
    QVERIFY(!nothing);
    QCOMPARE(nothing.error().code, ErrorCode::Unsupported);
}

void TestGenerator::thoughtsAreAStreamOfTheirOwn_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("file");
    QTest::addRow("tags are text") << "llama"
                                   << "llama-f16.gguf";
    QTest::addRow("tags are tokens") << "qwen3"
                                     << "qwen3-bf16.gguf";
}

/// The prompt opens the thoughts, as the templates of DeepSeek-R1 and QwQ do.
void TestGenerator::thoughtsAreAStreamOfTheirOwn()
{
    QFETCH(QString, name);
    QFETCH(QString, file);
    const auto model = loadModel(name.toStdString(), file.toStdString());
    if (!model) {
        QSKIP("needs ../shared");
    }
    const auto prompt = model->encode("How long is the canal?\n<think>\n", {false, true});
    GenerateOptions options = greedyTokens(60);
    options.thinkingBudget = 12;
    options.logProbabilities = 0;
    std::string thoughts;
    std::string answer;

    const auto generated =
        Session::open(model)->generate(prompt, options, [&](std::string_view text, TextPart part) {
            (part == TextPart::Thinking ? thoughts : answer) += text;
        });

    QVERIFY(generated);
    QVERIFY(generated->thinkingCut);
    QVERIFY(generated->thinkingTokens > 12 && generated->thinkingTokens < 30);
    QCOMPARE(generated->tokens.size(), std::size_t(60));
    QCOMPARE(generated->logProbabilities.size(), std::size_t(60));
    QVERIFY(!generated->thinking.empty() && !generated->text.empty());
    QCOMPARE(generated->thinking, thoughts);
    QCOMPARE(generated->text, answer);
    for (const std::string &text : {thoughts, answer}) {
        QVERIFY(text.find("think>") == std::string::npos);
    }
    options.thinkingBudget = -1;
    const auto unbounded = Session::open(model)->generate(prompt, options, {});
    QVERIFY(unbounded && !unbounded->thinkingCut && unbounded->text.empty());
    QCOMPARE(unbounded->thinkingTokens, 60);
}

void TestGenerator::thoughtsEndWhenTheAnswerIsWanted()
{
    const auto prompt = m_llama->encode("How long is the canal? <think>", {});
    GenerateOptions options = greedyTokens(60);
    int pieces = 0;

    const auto generated = Session::open(m_llama)->generate(
        prompt, options, [&, answerNow = options.answerNow](std::string_view, TextPart) mutable {
            if (++pieces == 3) {
                answerNow.cancel();
            }
        });

    QVERIFY(generated);
    QVERIFY(generated->thinkingCut);
    QVERIFY(!generated->text.empty());
    QVERIFY(generated->thinkingTokens < 30);
    QCOMPARE(generated->reason, StopReason::MaxTokens);
}

void TestGenerator::answerHasALimitOfItsOwn()
{
    const auto prompt = m_llama->encode("How long is the canal? <think>", {});
    GenerateOptions options = greedyTokens(100);
    options.thinkingBudget = 10;
    options.maxAnswerTokens = 7;

    const auto generated = Session::open(m_llama)->generate(prompt, options, {});

    QVERIFY(generated);
    QCOMPARE(int(generated->tokens.size()) - generated->thinkingTokens, 7);
    QCOMPARE(generated->reason, StopReason::MaxTokens);
}

void TestGenerator::templateIsToldAboutThinking()
{
    const std::filesystem::path source = SHARED_DATA "/golden/templates/Qwen-Qwen3-0.6B.jinja";
    const auto folder = Golden::folderOf("qwen3") / "hf";
    if (!std::filesystem::exists(source) || !std::filesystem::exists(folder)) {
        QSKIP("needs ../shared");
    }
    QTemporaryDir temporary;
    const std::filesystem::path copy = temporary.path().toStdString();
    std::filesystem::copy(folder, copy, std::filesystem::copy_options::recursive);
    std::filesystem::remove(copy / "chat_template.jinja");
    std::filesystem::copy_file(source, copy / "chat_template.jinja");
    const auto loaded = Model::load(copy);
    QVERIFY2(loaded, loaded ? "" : loaded.error().detail.c_str());
    const auto model = *loaded;
    const ChatMessage messages[] = {{Role::User, "How long is the canal?"}};
    const TokenId close = model->encode("</think>", {false, true}).front();
    const auto closed = [&](std::optional<bool> thinking) {
        const auto prompt = model->chatPrompt(messages, true, thinking);
        return prompt && std::ranges::find(*prompt, close) != prompt->end();
    };

    QVERIFY(closed(false)); // an empty thought stands in the prompt
    QVERIFY(!closed(true));
    QVERIFY(!closed({}));
}

void TestGenerator::encoderGeneratesNothing()
{
    const auto model = loadModel("minilm", "minilm-f16.gguf");
    QVERIFY(model);

    const auto session = Session::open(model);

    QVERIFY(!session);
    QCOMPARE(session.error().code, ErrorCode::Unsupported);
    QCOMPARE(model->info().kind, ModelKind::Encoder);
}

void TestGenerator::textsGiveTheVectorsOfTheReference_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("file");
    for (const char *name : {"minilm", "e5-bert", "xlm-roberta"}) {
        QTest::addRow("%s gguf", name) << QString(name) << QString(name) + "-f16.gguf";
        QTest::addRow("%s folder", name) << QString(name) << QString("hf");
    }
}

void TestGenerator::textsGiveTheVectorsOfTheReference()
{
    QFETCH(QString, name);
    QFETCH(QString, file);
    const auto folder = Golden::folderOf(name.toStdString());
    if (folder.empty() || !std::filesystem::exists(folder / file.toStdString())) {
        QSKIP("needs ../shared");
    }
    const auto model = loadModel(name.toStdString(), file.toStdString());
    QVERIFY(model);
    const Golden golden(folder);

    for (const auto &entry : golden.json().at("cases")) {
        const auto text = entry.at("text").get<std::string>();
        const std::string_view texts[] = {text};
        const auto vector = model->embed(texts, TextKind::Raw);
        QVERIFY(vector);
        QVERIFY2(greatestDifference(vector->values, golden.floats(entry.at("expected").at("embedding"))) <=
                     1e-4,
                 entry.at("id").get<std::string>().c_str());
    }
}

void TestGenerator::pairsGiveTheScoresOfTheReference_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("file");
    for (const char *name : {"bert-reranker", "xlm-roberta-reranker"}) {
        QTest::addRow("%s gguf", name) << QString(name) << QString(name) + "-f16.gguf";
        QTest::addRow("%s folder", name) << QString(name) << QString("hf");
    }
}

void TestGenerator::pairsGiveTheScoresOfTheReference()
{
    QFETCH(QString, name);
    QFETCH(QString, file);
    const auto folder = Golden::folderOf(name.toStdString());
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    const auto model = loadModel(name.toStdString(), file.toStdString());
    QVERIFY(model);
    QCOMPARE(model->info().kind, ModelKind::Reranker);
    const Golden golden(folder);

    for (const auto &entry : golden.json().at("cases")) {
        const auto text = entry.at("text_pair").get<std::string>();
        const std::string_view texts[] = {text};
        const auto scores = model->rerank(entry.at("text").get<std::string>(), texts);
        QVERIFY(scores);
        const float expected = entry.at("expected").at("score").at(0).get<float>();
        QVERIFY2(std::abs(scores->front() - expected) <= 1e-3f, entry.at("id").get<std::string>().c_str());
    }
}

void TestGenerator::embeddingsIgnoreBlanksAtTheEnds()
{
    const auto model = loadModel("xlm-roberta", "xlm-roberta-f16.gguf");
    QVERIFY(model);
    const std::string_view texts[] = {"the level of the water", " \n the level of the water\t\xc2\xa0", ""};

    const auto vectors = model->embed(texts, TextKind::Query);

    QVERIFY2(vectors, vectors ? "" : vectors.error().detail.c_str());
    QCOMPARE(vectors->rows, 3);
    QCOMPARE(vectors->columns, 64);
    QVERIFY(greatestDifference(vectors->row(0), vectors->row(1)) < 1e-6);
    for (int i = 0; i < 3; ++i) {
        QVERIFY(std::abs(cosine(vectors->row(i), vectors->row(i)) - 1) < 1e-6);
    }
}

void TestGenerator::longTextsAreCutAtTheirEnd()
{
    const auto model = loadModel("minilm", "minilm-f16.gguf");
    QVERIFY(model);
    std::string words;
    for (int i = 0; i < 400; ++i) {
        words += "water ";
    }
    const std::string longer = words + "canal";
    const std::string_view texts[] = {words, longer};

    const auto vectors = model->embed(texts, TextKind::Raw);

    QVERIFY(model->countTokens(words) > model->info().contextLength);
    QVERIFY2(vectors, vectors ? "" : vectors.error().detail.c_str());
    QVERIFY(greatestDifference(vectors->row(0), vectors->row(1)) < 1e-6);
}

void TestGenerator::decoderEmbedsNothing()
{
    const std::string_view texts[] = {"water"};

    const auto vectors = m_llama->embed(texts, TextKind::Raw);
    const auto scores = m_llama->rerank("water", texts);

    QVERIFY(!vectors && !scores);
    QCOMPARE(vectors.error().code, ErrorCode::Unsupported);
    QCOMPARE(scores.error().code, ErrorCode::Unsupported);
}

void TestGenerator::fingerprintFollowsTheWeights()
{
    const auto again = loadModel("llama", "llama-f16.gguf");
    const auto other = loadModel("smollm2", "smollm2-f16.gguf");
    QVERIFY(again && other);

    QCOMPARE(again->info().fingerprint, m_llama->info().fingerprint);
    QVERIFY(other->info().fingerprint != m_llama->info().fingerprint);
}

QTEST_APPLESS_MAIN(TestGenerator)
#include "test_generator.moc"
