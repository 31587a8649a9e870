#include "engine/tokenizer/gguf_tokenizer.h"
#include "tests/engine/tokenizer_support.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <functional>
#include <random>
#include <thread>

using engine::ErrorCode;
using engine::Metadata;
using engine::TokenId;
using engine::Tokenizer;
using engine::TokenKind;
using nlohmann::json;
using Strings = std::vector<std::string>;
using Integers = std::vector<std::int64_t>;

namespace {

std::string character(char32_t c)
{
    return QString::fromUcs4(&c, 1).toStdString();
}

/// The 256 characters of byte-level vocabularies, in the order of GPT-2.
Strings byteCharacters()
{
    Strings characters;
    char32_t next = 256;
    for (char32_t byte = 0; byte < 256; ++byte) {
        const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
        characters.push_back(character(printable ? byte : next++));
    }
    return characters;
}

/// A small vocabulary: 256 bytes, some merged tokens, two control tokens, one user-defined.
Metadata byteLevel()
{
    Strings tokens = byteCharacters();
    Integers types(tokens.size(), 1);
    for (const char *text : {"th", "the", "an",
                             "Ġ"
                             "the"}) {
        tokens.emplace_back(text);
        types.push_back(1);
    }
    for (const auto &[text, type] : {std::pair{"<|im_end|>", 3}, {"<s>", 3}, {"<think>", 4}}) {
        tokens.emplace_back(text);
        types.push_back(type);
    }
    Metadata metadata;
    metadata.source = "small.gguf";
    metadata.insert("tokenizer.ggml.model", std::string("gpt2"));
    metadata.insert("tokenizer.ggml.pre", std::string("smollm"));
    metadata.insert("tokenizer.ggml.tokens", tokens);
    metadata.insert("tokenizer.ggml.token_type", types);
    metadata.insert("tokenizer.ggml.merges", Strings{"t h", "th e", "a n", "Ġ the"});
    metadata.insert("tokenizer.ggml.eos_token_id", std::uint64_t{260});
    return metadata;
}

/// 256 byte tokens, letters, some pieces.
Metadata sentencePiece(const std::string &model = "llama")
{
    Strings tokens{"<unk>", "<s>", "</s>"};
    Integers types{2, 3, 3};
    std::vector<double> scores{0, 0, 0};
    for (int byte = 0; byte < 256; ++byte) {
        tokens.push_back(QStringLiteral("<0x%1>")
                             .arg(byte, 2, 16, QLatin1Char('0'))
                             .toUpper()
                             .replace(u'X', u'x')
                             .toStdString());
        types.push_back(6);
        scores.push_back(0);
    }
    double score = -1;
    for (const char *text : {"▁", "a", "b", "t", "h", "e", "th", "the", "▁the", "aa", "aaaa", "▁a"}) {
        tokens.emplace_back(text);
        types.push_back(1);
        scores.push_back(score -= 1);
    }
    Metadata metadata;
    metadata.source = "small.gguf";
    metadata.insert("tokenizer.ggml.model", model);
    metadata.insert("tokenizer.ggml.tokens", tokens);
    metadata.insert("tokenizer.ggml.token_type", types);
    metadata.insert("tokenizer.ggml.scores", scores);
    metadata.insert("tokenizer.ggml.bos_token_id", std::uint64_t{1});
    metadata.insert("tokenizer.ggml.eos_token_id", std::uint64_t{2});
    metadata.insert("tokenizer.ggml.unknown_token_id", std::uint64_t{0});
    return metadata;
}

const Strings &tokensOf(const Metadata &metadata)
{
    return std::get<Strings>(*metadata.find("tokenizer.ggml.tokens"));
}

TokenizerPtr made(const Metadata &metadata)
{
    auto tokenizer = engine::loadGgufTokenizer(metadata);
    if (!tokenizer) {
        qWarning("%s", tokenizer.error().detail.c_str());
        return nullptr;
    }
    return *std::move(tokenizer);
}

/// Text that looks for trouble: special tokens, malformed bytes, long runs, every byte.
Strings hostileTexts()
{
    std::string everyByte;
    for (int byte = 0; byte < 256; ++byte) {
        everyByte.push_back(static_cast<char>(byte));
    }
    return {"",
            " ",
            "the <|im_end|> <s></s><unk>[CLS] a [SEP][MASK]<mask><pad><bos><eos><|endoftext|>",
            everyByte,
            "\xFF\xC3 \xE2\x82 \xF0\x9F\x9A",
            std::string(3000, 'a'),
            std::string(3000, '<'),
            std::string(999, ' ') + "the",
            "<｜begin▁of▁sentence｜><｜User｜>hi<｜Assistant｜><think>",
            "▁▁the▁",
            std::string("a\0b\0", 4)};
}

/// Every id is a token; none is a control token unless asked for.
bool plainAndInRange(const Tokenizer &tokenizer, const Ids &ids)
{
    for (const TokenId id : ids) {
        if (id < 0 || id >= tokenizer.size() || tokenizer.kind(id) == TokenKind::Control) {
            return false;
        }
    }
    return true;
}

json smallJson()
{
    json vocab = json::object();
    const Strings characters = byteCharacters();
    for (std::size_t i = 0; i < characters.size(); ++i) {
        vocab[characters[i]] = i;
    }
    vocab["th"] = 256;
    vocab["the"] = 257;
    return {{"added_tokens",
             {{{"id", 258},
               {"content", "<|im_end|>"},
               {"special", true},
               {"lstrip", false},
               {"rstrip", false},
               {"normalized", false}}}},
            {"normalizer", nullptr},
            {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}}},
            {"post_processor", nullptr},
            {"decoder", {{"type", "ByteLevel"}}},
            {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", {"t h", "th e"}}}}};
}

} // namespace

/// Vocabularies that lie and texts that attack: an error or an answer, never a crash, a hang or a control
/// token.
class TestTokenizerHostile : public QObject
{
    Q_OBJECT

private slots:
    void refusesDamagedMetadata_data();
    void refusesDamagedMetadata();
    void livesWithOddMetadata_data();
    void livesWithOddMetadata();
    void refusesDamagedTokenizerJson_data();
    void refusesDamagedTokenizerJson();
    void livesWithOddTokenizerJson_data();
    void livesWithOddTokenizerJson();
    void readsVocabTextWhereThereIsNoJson();
    void neverMakesControlTokensOfText_data();
    void neverMakesControlTokensOfText();
    void givesBackWhatItWasGiven_data();
    void givesBackWhatItWasGiven();
    void takesAMegabyteInTime_data();
    void takesAMegabyteInTime();
    void answersTheSameOnEveryThread();
    void decodesUnknownIdsToNothing();
    void endsAtEveryTokenThatEnds();
};

void TestTokenizerHostile::refusesDamagedMetadata_data()
{
    QTest::addColumn<std::string>("key");
    QTest::addColumn<std::function<void(Metadata &)>>("damage");
    const auto row = [](const char *name, std::string key, std::function<void(Metadata &)> damage) {
        QTest::newRow(name) << std::move(key) << std::move(damage);
    };
    row("no tokens", "tokens", [](Metadata &m) { m.insert("tokenizer.ggml.tokens", Strings{}); });
    row("tokens of numbers", "tokens", [](Metadata &m) {
        m.insert("tokenizer.ggml.tokens", Integers{1, 2});
    });
    row("too few types", "token_type", [](Metadata &m) {
        m.insert("tokenizer.ggml.token_type", Integers{1, 1});
    });
    row("types of bytes", "token_type",
        [](Metadata &m) { m.insert("tokenizer.ggml.token_type", std::vector<std::uint8_t>(263, 1)); });
    row("merges of one part", "merges",
        [](Metadata &m) { m.insert("tokenizer.ggml.merges", Strings{"th"}); });
    row("merges of three parts", "merges",
        [](Metadata &m) { m.insert("tokenizer.ggml.merges", Strings{"t h e"}); });
    row("an empty merge", "merges", [](Metadata &m) { m.insert("tokenizer.ggml.merges", Strings{""}); });
    row("merges of numbers", "merges", [](Metadata &m) { m.insert("tokenizer.ggml.merges", Integers{1}); });
    row("unknown model", "no-such",
        [](Metadata &m) { m.insert("tokenizer.ggml.model", std::string("no-such")); });
    row("unknown pre-tokenizer", "no-such",
        [](Metadata &m) { m.insert("tokenizer.ggml.pre", std::string("no-such")); });
    row("no scores", "scores", [](Metadata &m) { m.insert("tokenizer.ggml.model", std::string("llama")); });
    row("too few scores", "scores", [](Metadata &m) {
        m.insert("tokenizer.ggml.model", std::string("t5"));
        m.insert("tokenizer.ggml.scores", std::vector<double>(10));
    });
    row("scores of bytes", "scores", [](Metadata &m) {
        m.insert("tokenizer.ggml.model", std::string("llama"));
        m.insert("tokenizer.ggml.scores", std::vector<std::uint8_t>(263));
    });
    row("character map cut short", "charsmap", [](Metadata &m) {
        m = sentencePiece("t5");
        m.insert("tokenizer.ggml.precompiled_charsmap", std::vector<std::uint8_t>{255, 255, 255, 127, 0, 0});
    });
    row("character map of text", "charsmap", [](Metadata &m) {
        m = sentencePiece("t5");
        m.insert("tokenizer.ggml.precompiled_charsmap", std::string("abc"));
    });
}

void TestTokenizerHostile::refusesDamagedMetadata()
{
    QFETCH(std::string, key);
    QFETCH(std::function<void(Metadata &)>, damage);
    Metadata metadata = byteLevel();
    damage(metadata);

    const auto tokenizer = engine::loadGgufTokenizer(metadata);

    QVERIFY(!tokenizer);
    const std::string &detail = tokenizer.error().detail;
    QVERIFY2(detail.find("small.gguf") != std::string::npos && detail.find(key) != std::string::npos,
             detail.c_str());
}

void TestTokenizerHostile::livesWithOddMetadata_data()
{
    QTest::addColumn<std::function<Metadata()>>("make");
    const auto row = [](const char *name, std::function<Metadata()> make) {
        QTest::newRow(name) << std::move(make);
    };
    const auto tokensChanged = [](const Metadata &from, const std::function<void(Strings &)> &change) {
        Metadata metadata = from;
        Strings tokens = tokensOf(from);
        change(tokens);
        metadata.insert("tokenizer.ggml.tokens", tokens);
        return metadata;
    };
    for (const auto &[kind, from] :
         {std::pair{"bytes", byteLevel()}, {"pieces", sentencePiece()}, {"unigram", sentencePiece("t5")}}) {
        const auto named = [kind = kind](const char *name) { return QByteArray(kind) + ": " + name; };
        const auto changed = [&](const char *name, std::function<void(Strings &)> change) {
            row(named(name).constData(), [=, from = from] { return tokensChanged(from, change); });
        };
        changed("untouched", [](Strings &) {});
        changed("equal tokens", [](Strings &tokens) { std::fill(tokens.begin(), tokens.end(), "same"); });
        changed("empty tokens", [](Strings &tokens) { std::fill(tokens.begin(), tokens.end(), ""); });
        changed("malformed tokens",
                [](Strings &tokens) { std::fill(tokens.begin() + 100, tokens.end(), "\xFF\xFE\xC0\x80"); });
        changed("a token of ten megabytes",
                [](Strings &tokens) { tokens.back() = std::string(10'000'000, 'a'); });
        changed("byte tokens that are none",
                [](Strings &tokens) { std::fill(tokens.begin() + 3, tokens.end(), "<0x-1>"); });
        changed("byte tokens of letters",
                [](Strings &tokens) { std::fill(tokens.begin() + 3, tokens.end(), "<0xZZ>"); });
        changed("control tokens that are words", [](Strings &tokens) {
            tokens[260] = "the";
            tokens[1] = "e";
        });
        row(named("ids out of range").constData(), [from = from] {
            Metadata metadata = from;
            for (const char *name : {"bos", "eos", "unknown", "padding", "mask"}) {
                metadata.insert(std::string("tokenizer.ggml.") + name + "_token_id",
                                std::uint64_t{0xFFFFFFFF});
            }
            return metadata;
        });
        row(named("types out of range").constData(), [from = from] {
            Metadata metadata = from;
            Integers types(tokensOf(from).size(), -7);
            types[5] = 2147483647;
            metadata.insert("tokenizer.ggml.token_type", types);
            return metadata;
        });
        row(named("scores that are no numbers").constData(), [from = from] {
            Metadata metadata = from;
            std::vector<double> scores(tokensOf(from).size(), std::nan(""));
            scores[260] = INFINITY;
            scores[261] = -INFINITY;
            metadata.insert("tokenizer.ggml.scores", scores);
            return metadata;
        });
    }
    row("merges of unknown tokens", [] {
        Metadata metadata = byteLevel();
        metadata.insert("tokenizer.ggml.merges", Strings{"q zz", "zz qq", "t h", "th e"});
        return metadata;
    });
    row("merges in a circle", [] {
        Metadata metadata = byteLevel();
        metadata.insert("tokenizer.ggml.merges", Strings{"t h", "h t", "th th", "t h", "th e"});
        return metadata;
    });
    row("a character map of noise", [] {
        Metadata metadata = sentencePiece("t5");
        std::mt19937 random(3);
        std::vector<std::uint8_t> map(4096);
        std::generate(map.begin(), map.end(), [&] { return static_cast<std::uint8_t>(random()); });
        map[0] = 0, map[1] = 8, map[2] = map[3] = 0; // a trie of 2048 bytes
        metadata.insert("tokenizer.ggml.precompiled_charsmap", map);
        return metadata;
    });
}

void TestTokenizerHostile::livesWithOddMetadata()
{
    QFETCH(std::function<Metadata()>, make);
    const TokenizerPtr tokenizer = made(make());
    QVERIFY(tokenizer);

    for (const std::string &text : hostileTexts()) {
        const Ids ids = tokenizer->encode(text, {});
        QVERIFY(plainAndInRange(*tokenizer, ids));
        tokenizer->decode(ids, true);
        std::vector<int> segments;
        const Ids pair = tokenizer->encodePair(text, "the", segments);
        QCOMPARE(segments.size(), pair.size());
        tokenizer->encode(text, {.addSpecial = true, .parseSpecial = true});
    }
}

void TestTokenizerHostile::refusesDamagedTokenizerJson_data()
{
    QTest::addColumn<std::string>("text");
    const auto row = [](const char *name, const std::function<void(json &)> &damage) {
        json root = smallJson();
        damage(root);
        QTest::newRow(name) << root.dump();
    };
    QTest::newRow("nothing") << std::string();
    QTest::newRow("no JSON") << std::string("{{{");
    QTest::newRow("an array") << std::string("[]");
    QTest::newRow("cut short") << smallJson().dump().substr(0, 2000);
    QTest::newRow("deep") << std::string(200000, '[');
    row("no model", [](json &j) { j.erase("model"); });
    row("another model", [](json &j) { j["model"]["type"] = "NoSuch"; });
    row("no vocabulary", [](json &j) { j["model"].erase("vocab"); });
    row("a list for a vocabulary", [](json &j) { j["model"]["vocab"] = json::array({"a"}); });
    row("negative ids", [](json &j) { j["model"]["vocab"]["th"] = -1; });
    row("huge ids", [](json &j) { j["model"]["vocab"]["th"] = 3'000'000'000U; });
    row("ids with a fraction", [](json &j) { j["model"]["vocab"]["th"] = 1.5; });
    row("no merges", [](json &j) { j["model"].erase("merges"); });
    row("merges of one part", [](json &j) { j["model"]["merges"] = {"th"}; });
    row("merges of numbers", [](json &j) { j["model"]["merges"] = {1, 2}; });
    row("added id below zero", [](json &j) { j["added_tokens"][0]["id"] = -1; });
    row("added id far out", [](json &j) { j["added_tokens"][0]["id"] = 2147483648U; });
    row("added token without text", [](json &j) { j["added_tokens"][0].erase("content"); });
    row("unknown normalizer", [](json &j) { j["normalizer"] = {{"type", "Nope"}}; });
    row("exploding normalizer", [](json &j) {
        const json step{{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aaaaaaaaaa"}};
        j["normalizer"] = {{"type", "Sequence"}, {"normalizers", json::array({step, step, step, step})}};
    });
    row("bad character map", [](json &j) {
        j["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", std::string(4000, '/')}};
    });
    row("unknown expression", [](json &j) {
        j["pre_tokenizer"] = {{"type", "Split"},
                              {"pattern", {{"Regex", "(a+)+$"}}},
                              {"behavior", "Isolated"},
                              {"invert", false}};
    });
    row("a thousand steps", [](json &j) {
        j["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", json(1000, json{{"type", "Digits"}})}};
    });
    row("a template with an unknown token", [](json &j) {
        const json piece{{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}};
        j["post_processor"] = {
            {"type", "TemplateProcessing"},
            {"single", {piece}},
            {"pair", {piece}},
            {"special_tokens", {{"<s>", {{"id", "<s>"}, {"ids", {99999}}, {"tokens", {"<s>"}}}}}}};
    });
}

void TestTokenizerHostile::refusesDamagedTokenizerJson()
{
    QFETCH(std::string, text);

    const auto tokenizer = loadFolder({{"tokenizer.json", text}});

    QVERIFY(!tokenizer);
    QVERIFY2(tokenizer.error().detail.find("tokenizer.json") != std::string::npos,
             tokenizer.error().detail.c_str());
}

void TestTokenizerHostile::livesWithOddTokenizerJson_data()
{
    QTest::addColumn<std::string>("text");
    const auto row = [](const char *name, const std::function<void(json &)> &change) {
        json root = smallJson();
        change(root);
        QTest::newRow(name) << root.dump();
    };
    const auto added = [](int id, const std::string &text) {
        return json{{"id", id}, {"content", text}, {"special", true}};
    };
    row("untouched", [](json &) {});
    row("merges as pairs", [](json &j) {
        j["model"]["merges"] = json::array({json::array({"t", "h"}), json::array({"th", "e"})});
    });
    row("one id for all", [](json &j) {
        for (auto &id : j["model"]["vocab"]) {
            id = 5;
        }
    });
    row("an empty added token", [&](json &j) { j["added_tokens"].push_back(added(259, "")); });
    row("added words", [&](json &j) {
        j["added_tokens"].push_back(added(257, "the"));
        j["added_tokens"].push_back(added(220, " "));
    });
    row("added tokens that begin each other", [&](json &j) {
        for (int length = 1; length < 400; ++length) {
            j["added_tokens"].push_back(added(259, std::string(static_cast<std::size_t>(length), '<')));
        }
    });
    row("many added tokens", [&](json &j) {
        for (int i = 0; i < 20000; ++i) {
            j["added_tokens"].push_back(added(259 + i % 4, "<x" + std::to_string(i) + ">"));
        }
    });
}

void TestTokenizerHostile::livesWithOddTokenizerJson()
{
    QFETCH(std::string, text);
    const auto tokenizer = loadFolder({{"tokenizer.json", text}});
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().detail.c_str());

    for (const std::string &attack : hostileTexts()) {
        QVERIFY(plainAndInRange(**tokenizer, (*tokenizer)->encode(attack, {})));
        (*tokenizer)->decode((*tokenizer)->encode(attack, {.addSpecial = true, .parseSpecial = true}), true);
    }
}

void TestTokenizerHostile::readsVocabTextWhereThereIsNoJson()
{
    const auto tokenizer =
        loadFolder({{"vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nword\n##s\n,\n"}});
    QVERIFY(tokenizer);
    std::vector<int> segments;

    QCOMPARE((*tokenizer)->encode("The WORDS, x", {.addSpecial = true}), (Ids{2, 5, 6, 7, 8, 1, 3}));
    QCOMPARE((*tokenizer)->encodePair("the", "words", segments), (Ids{2, 5, 3, 6, 7, 3}));
    QCOMPARE(segments, (std::vector<int>{0, 0, 0, 1, 1, 1}));
    QCOMPARE((*tokenizer)->decode(Ids{5, 6, 7}), std::string("the words"));

    // BERT drops control characters, form feeds too; of white space among them only tab and line ends part
    // words.
    QCOMPARE((*tokenizer)->encode("the\tw\x0co\u200brd\u0085s\nthe", {}), (Ids{5, 6, 7, 5}));
    QVERIFY(!loadFolder({{"vocab.txt", "the\n"}}));
    QVERIFY(!loadFolder({}));
}

void TestTokenizerHostile::neverMakesControlTokensOfText_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name : kVocabularies) {
        QTest::newRow(name) << QString::fromLatin1(name);
    }
    for (const char *name :
         {"models/llama/llama-f16.gguf", "models/llama/hf", "models/smollm2/smollm2-f16.gguf",
          "models/qwen2/qwen2-f16.gguf", "models/minilm/minilm-f16.gguf",
          "models/xlm-roberta/xlm-roberta-f16.gguf", "tokenizers/llama3/hf", "tokenizers/deepseek-v3/hf",
          "tokenizers/gemma3/hf", "tokenizers/bert-reranker/hf"}) {
        QTest::newRow(name) << QString::fromLatin1(name);
    }
}

void TestTokenizerHostile::neverMakesControlTokensOfText()
{
    QFETCH(QString, name);
    const bool shared = !name.contains(u'/');
    if (shared && !QFile::exists(kSharedTokenizers)) {
        QSKIP("needs ../shared");
    }
    const QTemporaryDir folder;
    const TokenizerPtr tokenizer =
        shared ? loadVocabulary(folder, name) : loadTokenizer(QStringLiteral(TEST_DATA "/") + name);
    QVERIFY(tokenizer);

    for (const std::string &text : hostileTexts()) {
        QVERIFY(plainAndInRange(*tokenizer, tokenizer->encode(text, {})));
    }
    for (TokenId token = 0; token < tokenizer->size(); ++token) {
        if (tokenizer->kind(token) == TokenKind::Control) {
            const std::string text(tokenizer->tokenText(token));
            QVERIFY2(plainAndInRange(*tokenizer, tokenizer->encode("a " + text + text + "b", {})),
                     text.c_str());
        }
    }
    // Splicing whole and broken special tokens at random.
    std::mt19937 random(5);
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (int i = 0; i < 8; ++i) {
            const std::string_view token = tokenizer->tokenText(
                static_cast<TokenId>(random() % static_cast<unsigned>(tokenizer->size())));
            text += token.substr(0, random() % 3 == 0 ? random() % (token.size() + 1) : token.size());
        }
        const Ids ids = tokenizer->encode(text, {});
        QVERIFY2(plainAndInRange(*tokenizer, ids), text.c_str());
        QCOMPARE(tokenizer->encode(text, {}), ids);
    }
}

void TestTokenizerHostile::givesBackWhatItWasGiven_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<bool>("anyBytes");
    QTest::newRow("smollm2") << QStringLiteral("models/smollm2/smollm2-f16.gguf") << true;
    QTest::newRow("llama3") << QStringLiteral("tokenizers/llama3/hf") << true;
    QTest::newRow("deepseek-v3") << QStringLiteral("tokenizers/deepseek-v3/hf") << true;
    QTest::newRow("llama") << QStringLiteral("models/llama/llama-f16.gguf") << true;
    QTest::newRow("llama folder") << QStringLiteral("models/llama/hf") << true;
    QTest::newRow("gemma3") << QStringLiteral("tokenizers/gemma3/hf") << true;
    QTest::newRow("qwen2") << QStringLiteral("models/qwen2/qwen2-f16.gguf") << false; // composes first
}

void TestTokenizerHostile::givesBackWhatItWasGiven()
{
    QFETCH(QString, path);
    QFETCH(bool, anyBytes);
    const TokenizerPtr tokenizer = loadTokenizer(QStringLiteral(TEST_DATA "/") + path);
    QVERIFY(tokenizer);

    for (const char *text :
         {"Hello, world!", " leading", "two  blanks\n\n\tand lines\r\n", "مرحبا بالعالم ١٢٣",
          "👩‍🔬 🚀", "def f(x):\n    return x ** 2\n", "日本語 한국어", "a", " "}) {
        QCOMPARE(tokenizer->decode(tokenizer->encode(text, {})), std::string(text));
    }
    std::mt19937 random(17);
    for (int round = 0; anyBytes && round < 500; ++round) {
        std::string bytes;
        for (unsigned i = 0; i < random() % 60 + 1; ++i) {
            bytes.push_back(static_cast<char>(random() % (round % 2 == 0 ? 256 : 128)));
        }
        QCOMPARE(QByteArray::fromStdString(tokenizer->decode(tokenizer->encode(bytes, {}))),
                 QByteArray::fromStdString(bytes));
    }
}

void TestTokenizerHostile::takesAMegabyteInTime_data()
{
    QTest::addColumn<QString>("path");
    for (const char *path :
         {"models/smollm2/smollm2-f16.gguf", "models/qwen2/qwen2-f16.gguf", "models/llama/llama-f16.gguf",
          "models/llama/hf", "models/minilm/minilm-f16.gguf", "models/xlm-roberta/xlm-roberta-f16.gguf",
          "tokenizers/deepseek-v3/hf"}) {
        QTest::newRow(path) << QString::fromLatin1(path);
    }
}

void TestTokenizerHostile::takesAMegabyteInTime()
{
    QFETCH(QString, path);
    const TokenizerPtr tokenizer = loadTokenizer(QStringLiteral(TEST_DATA "/") + path);
    QVERIFY(tokenizer);
    const auto repeated = [](std::string_view text) {
        std::string megabyte;
        while (megabyte.size() < 1'000'000) {
            megabyte += text;
        }
        return megabyte;
    };
    for (const char *text :
         {"a", " ", "<", "ab", "\n", "\xFF", "\u0301", "7", "🚀", "▁", "the cat ", "مرحبا "}) {
        QElapsedTimer timer;
        timer.start();

        const Ids ids = tokenizer->encode(repeated(text), {});

        QVERIFY2(timer.elapsed() < 15'000,
                 text); // a quadratic step would take minutes, even on a busy machine
        QVERIFY(ids.size() <= 4'000'000);
    }
}

void TestTokenizerHostile::answersTheSameOnEveryThread()
{
    const TokenizerPtr tokenizer =
        loadTokenizer(QStringLiteral(TEST_DATA "/models/xlm-roberta/xlm-roberta-f16.gguf"));
    QVERIFY(tokenizer);
    const std::string text = "The canal is 212 km long. مرحبا بالعالم ﷺ ﬁ e\u0301";
    const Ids expected = tokenizer->encode(text, {.addSpecial = true});
    std::vector<int> differing(4, 0);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < differing.size(); ++i) {
        threads.emplace_back([&, i] {
            for (int round = 0; round < 200; ++round) {
                differing[i] += tokenizer->encode(text, {.addSpecial = true}) == expected ? 0 : 1;
            }
        });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }

    QCOMPARE(differing, std::vector<int>(4, 0));
}

void TestTokenizerHostile::decodesUnknownIdsToNothing()
{
    const TokenizerPtr tokenizer = made(byteLevel());
    QVERIFY(tokenizer);

    QCOMPARE(tokenizer->decode(Ids{-1, 1 << 30, 257, 260}), std::string("the"));
    QCOMPARE(tokenizer->decode(Ids{257, 260}, true), std::string("the<|im_end|>"));
    QCOMPARE(tokenizer->kind(-5), TokenKind::Unused);
    QCOMPARE(tokenizer->tokenText(9999), std::string_view());
    QVERIFY(!tokenizer->find("no such token"));
    QVERIFY(tokenizer->find("<s>") == TokenId{261});
}

void TestTokenizerHostile::endsAtEveryTokenThatEnds()
{
    Metadata metadata = byteLevel();
    metadata.insert("tokenizer.ggml.eos_token_id", std::uint64_t{261});
    metadata.insert("tokenizer.ggml.eot_token_id", std::uint64_t{262});
    const TokenizerPtr tokenizer = made(metadata);
    QVERIFY(tokenizer);

    for (const TokenId token : {260, 261, 262}) { // by text, eos, end of turn
        QVERIFY(tokenizer->isEndOfText(token));
    }
    QVERIFY(!tokenizer->isEndOfText(257));
}

QTEST_GUILESS_MAIN(TestTokenizerHostile)
#include "test_tokenizer_hostile.moc"
