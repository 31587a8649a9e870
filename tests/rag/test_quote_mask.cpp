#include "rag/answer/citation_parser.h"
#include "rag/answer/quote_mask.h"
#include "rag/model/engine_language_model.h"
#include "tests/support/fake_language_model.h"

#include <QTest>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace rag;

namespace {

const std::vector<std::string> kPassages{
    "The canal was dug between 1847 and 1861 by hand.\nIts keeper wrote down the level every morning.",
    "Boats pay a toll of four coins at the upper lock; the “toll office” closes at noon.",
    "ساعات العمل في رمضان ست ساعات في اليوم، ولا تُخصم من الأجر."};

/// Runs a text through the mask as far as it may go. @return what comes out of a model that wants to say it
std::string said(const std::string &wanted)
{
    const QuotableTexts texts(kPassages);
    FakeLanguageModel model({wanted});
    QuoteMask mask(texts, model);
    GenerationOptions options;
    options.mask = [&](std::span<const Token> answer, MaskedTokens &next) { mask(answer, next); };
    const Turn turn{Speaker::User, "go on"};
    return model.generate(std::span(&turn, 1), options, {}, {}).value().text;
}

bool allows(const std::string &text)
{
    const QuotableTexts texts(kPassages);
    QuoteState state(texts);
    return std::all_of(text.begin(), text.end(), [&](char byte) { return state.step(byte); });
}

/// Independent of the mask: takes the text apart and looks each part up.
struct Found
{
    int quotes = 0;
    int marks = 0;
    std::string wrong;
};

std::string flat(const std::string &text)
{
    std::string out;
    for (const char c : text)
        if (c != ' ' && c != '\n' && c != '\t')
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    return out;
}

void checkQuotes(const std::string &text, const char *open, const char *close, Found &found)
{
    const std::string begin = open;
    const std::string end = close;
    for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
        if (begin == "\"" && at > 0 && std::isdigit(static_cast<unsigned char>(text[at - 1]))) {
            ++at;
            continue;
        }
        const std::size_t from = at + begin.size();
        const std::size_t to = text.find(end, from);
        const bool whole = to != std::string::npos;
        std::string quote = text.substr(from, whole ? to - from : std::string::npos);
        if (!whole) // the answer's end may have cut a character
            quote.resize(quote.size() - std::min(quote.size(), std::size_t(3)));
        const bool real = std::any_of(kPassages.begin(), kPassages.end(), [&](const std::string &passage) {
            return flat(passage).find(quote) != std::string::npos;
        });
        if (!real || (whole && quote.empty()))
            found.wrong = "no passage says: " + quote;
        ++found.quotes;
        if (!whole)
            return;
        at = to + end.size();
    }
}

Found examine(const std::string &text)
{
    Found found;
    for (std::size_t at = text.find('['); at != std::string::npos; at = text.find('[', at + 1)) {
        const std::size_t digits = text.find_first_not_of("0123456789", at + 1);
        if (digits == at + 1 || digits == std::string::npos)
            continue;
        const int n = std::atoi(text.c_str() + at + 1);
        if (n < 1 || n > int(kPassages.size()))
            found.wrong = "no passage " + std::to_string(n);
        ++found.marks;
    }
    return found;
}

/// The quotes of the three kinds stand within one another at most by their letters, so each kind alone is
/// enough where only one was used.
Found examineAll(const std::string &text)
{
    Found found = examine(text);
    const bool straight = text.find('"') != std::string::npos;
    const bool curly = text.find("“") != std::string::npos;
    const bool angled = text.find("«") != std::string::npos;
    if (straight && !curly && !angled)
        checkQuotes(text, "\"", "\"", found);
    if (curly && !straight && !angled)
        checkQuotes(text, "“", "”", found);
    if (angled && !straight && !curly)
        checkQuotes(text, "«", "»", found);
    return found;
}

std::unique_ptr<LanguageModel> openModel(const std::filesystem::path &path)
{
    engine::LoadOptions options;
    options.threads = 2;
    auto model = engine::Model::load(path, options);
    return model ? EngineLanguageModel::open(*model).value_or(nullptr) : nullptr;
}

int wantedGenerations(int usual)
{
    const char *count = std::getenv("WARRAQ_GENERATIONS");
    return count ? std::atoi(count) : usual;
}

/// Hot, so that anything may come; the first words of half of the answers lead into a mark or a quote.
void generateAndCheck(LanguageModel &model, int count, int tokens)
{
    const char *const kBegins[] = {"", "It is said in [", "As [1] puts it: \"", "[2] «", "“", "[3] \""};
    const QuotableTexts texts(kPassages);
    int quotes = 0;
    int marks = 0;
    for (int n = 0; n < count; ++n) {
        const std::string begin = kBegins[std::size_t(n) % std::size(kBegins)];
        const std::vector<Token> forced = model.tokensOf(begin);
        QuoteMask mask(texts, model);
        GenerationOptions options;
        options.maxTokens = tokens + int(forced.size());
        options.temperature = n % 2 == 0 ? 1.0f : 2.0f;
        options.seed = std::uint64_t(n) + 1;
        options.mask = [&](std::span<const Token> answer, MaskedTokens &next) {
            mask(answer, next);
            if (answer.size() < forced.size()) {
                const bool possible = next.allows(forced[answer.size()]);
                next.forbidAll();
                next.allow(forced[answer.size()]);
                QVERIFY(possible);
            }
        };
        const Turn turn{Speaker::User, "Quote the passages."};
        const auto made = model.generate(std::span(&turn, 1), options, {}, {});
        QVERIFY2(made, made ? "" : made.error().detail.c_str());
        const Found found = examineAll(made->text);
        QVERIFY2(found.wrong.empty(), (found.wrong + "\nin: " + made->text).c_str());
        quotes += found.quotes;
        marks += found.marks;
    }
    qInfo("%d generations: %d quotes, %d marks, none wrong", count, quotes, marks);
    QVERIFY(count < 12 || (quotes > 0 && marks > 0));
}

} // namespace

class TestQuoteMask : public QObject
{
    Q_OBJECT

private slots:
    void whatMayBeSaid_data();
    void whatMayBeSaid();
    void aModelThatInventsIsHeldToThePassage();
    void aTinyModelInventsNothing();
    void theDefaultModelInventsNothing();
};

void TestQuoteMask::whatMayBeSaid_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("allowed");
    QTest::newRow("plain") << "Anything goes here, [see] and [a]." << true;
    QTest::newRow("mark") << "It is so [1]. And so [2, 3]." << true;
    QTest::newRow("no such passage") << "It is so [4]" << false;
    QTest::newRow("passage zero") << "It is so [0" << false;
    QTest::newRow("two digits") << "It is so [12" << false;
    QTest::newRow("Arabic digit") << "It is so [١" << false;
    QTest::newRow("mark that is none") << "It is so [1a" << false;
    QTest::newRow("quote of the cited") << "[1] \"dug between 1847 and 1861\" is right" << true;
    QTest::newRow("quote of another") << "[1] \"Boats" << false;
    QTest::newRow("quote of any") << "They say \"Boats pay\"" << true;
    QTest::newRow("new sentence, any") << "It is [1]. They say. \"Boats pay\"" << true;
    QTest::newRow("invented") << "[1] \"dug between 1847 and 1862" << false;
    QTest::newRow("over a line's end") << "[1] \"by hand. Its keeper wrote\"" << true;
    QTest::newRow("not from within a word") << "[1] \"anal" << false;
    QTest::newRow("not to within a word") << "[1] \"The can\"" << false;
    QTest::newRow("empty") << "[1] \"\"" << false;
    QTest::newRow("curly") << "[2] “four coins”." << true;
    QTest::newRow("curly ends at the passage's own") << "[2] “the “toll office” closes" << true;
    QTest::newRow("angled, Arabic") << "[3] «ست ساعات في اليوم»" << true;
    QTest::newRow("angled, invented") << "[3] «سبع" << false;
    QTest::newRow("inches") << "a 5\" disk and more" << true;
}

void TestQuoteMask::whatMayBeSaid()
{
    QFETCH(QString, text);
    QFETCH(bool, allowed);

    QCOMPARE(allows(text.toStdString()), allowed);
}

void TestQuoteMask::aModelThatInventsIsHeldToThePassage()
{
    const std::string text = said("As [1] has it: \"The canal was a gift of the king\" and [9] too");

    QVERIFY2(text.starts_with("As [1] has it: \"The canal was"), text.c_str());
    const Found found = examineAll(text);
    QVERIFY2(found.wrong.empty(), (found.wrong + "\n" + text).c_str());
}

void TestQuoteMask::aTinyModelInventsNothing()
{
    const auto model = openModel(std::filesystem::path(TEST_DATA) / "models/smollm2/smollm2-f16.gguf");
    if (!model)
        QSKIP("the tiny model has no chat form");

    generateAndCheck(*model, wantedGenerations(60), 40);
}

void TestQuoteMask::theDefaultModelInventsNothing()
{
    const auto path = std::filesystem::path(TEST_DATA) / "../../models/SmolLM2-135M-Instruct.Q4_1.gguf";
    if (!std::filesystem::exists(path))
        QSKIP("needs the default model");
    const auto model = openModel(path);
    QVERIFY(model);

    generateAndCheck(*model, wantedGenerations(600) / 100, 40);
}

QTEST_GUILESS_MAIN(TestQuoteMask)
#include "test_quote_mask.moc"
