#include "engine/run/log_probabilities.h"
#include "engine/run/penalties.h"
#include "engine/run/sampler.h"
#include "engine/run/text_stream.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <map>
#include <set>

using namespace engine;

namespace {

TokenId pickOne(const SamplingOptions &options, std::vector<float> logits, std::vector<TokenId> history = {})
{
    return *Sampler(options).pick(logits, history);
}

std::map<TokenId, int> drawMany(SamplingOptions options, const std::vector<float> &logits, int count)
{
    Sampler sampler(options);
    std::map<TokenId, int> counts;
    for (int i = 0; i < count; ++i) {
        std::vector<float> copy = logits;
        ++counts[*sampler.pick(copy, {})];
    }
    return counts;
}

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

/// DRY as its author wrote it down (text-generation-webui, pull request 5677): for each earlier place of the
/// last token, how far back the texts agree.
std::map<TokenId, double> naiveDry(const std::vector<TokenId> &text, const DryOptions &options,
                                   const std::set<TokenId> &breakers)
{
    std::map<TokenId, int> lengths;
    const int n = int(text.size());
    if (n == 0 || breakers.contains(text.back())) {
        return {};
    }
    for (int i = 0; i + 1 < n; ++i) {
        if (text[std::size_t(i)] != text.back() || breakers.contains(text[std::size_t(i) + 1])) {
            continue;
        }
        int length = 1;
        while (i - length >= 0) {
            const TokenId before = text[std::size_t(n - 1 - length)];
            if (text[std::size_t(i - length)] != before || breakers.contains(before)) {
                break;
            }
            ++length;
        }
        int &longest = lengths[text[std::size_t(i) + 1]];
        longest = std::max(longest, length);
    }
    std::map<TokenId, double> penalties;
    for (const auto &[token, length] : lengths) {
        if (length >= options.allowedLength) {
            penalties[token] =
                double(options.multiplier) * std::pow(double(options.base), length - options.allowedLength);
        }
    }
    return penalties;
}

} // namespace

class TestSampler : public QObject
{
    Q_OBJECT

private slots:
    void takesTheGreatestAtTemperatureZero();
    void refusesLogitsThatAreNotFinite();
    void randomNumbersAreThoseOfTheAlgorithm();
    void sameSeedGivesTheSameTokens();
    void drawsInProportion();
    void topKLeavesTheKLikeliest();
    void topPLeavesTheFewestThatReachIt();
    void minPLeavesOutTheUnlikely();
    void penaltyLowersWhatCameBefore();
    void penaltyForgetsBeyondItsWindow();
    void countsForFrequencyOnceForPresence();
    void biasMovesAndForbids();
    void maskLeavesOnlyWhatIsAllowed();
    void typicalKeepsWhatIsNearTheEntropy();
    void dryIsThatOfItsAuthor();
    void dryStopsAtBreakersAndWindow();
    void dryStaysFinite();
    void mirostatIsThatOfThePaper();
    void mirostatHoldsItsSurprise();
    void cutsFollowEachOther();
    void logProbabilitiesAreNatural();
    void streamGivesWholeCharacters();
    void streamReplacesMalformedBytes();
    void streamHoldsBackAndCutsStopTexts();
};

void TestSampler::takesTheGreatestAtTemperatureZero()
{
    QCOMPARE(pickOne({}, {0.5f, 3.0f, -1.0f, 3.0f}), 1); // of equals the first
    for (std::size_t at = 0; at < 37; ++at) {
        std::vector<float> logits(37, -2.0f);
        logits[at] = -1;
        QCOMPARE(pickOne({}, logits), TokenId(at));
    }
}

void TestSampler::refusesLogitsThatAreNotFinite()
{
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        std::vector<float> logits{1, bad, 2};
        const auto token = Sampler({}).pick(logits, {});
        QVERIFY(!token);
        QCOMPARE(token.error().code, ErrorCode::Damaged);
    }
}

void TestSampler::randomNumbersAreThoseOfTheAlgorithm()
{
    // xoshiro256** from SplitMix64(0), computed with an independent Python implementation of both papers.
    Random random(0);

    QCOMPARE(random.next(), 0x99ec5f36cb75f2b4u);
    QCOMPARE(random.next(), 0xbf6e1f784956452au);
    QCOMPARE(random.next(), 0x1a5f849d4933e6e0u);
}

void TestSampler::sameSeedGivesTheSameTokens()
{
    SamplingOptions options;
    options.temperature = 1;
    options.seed = 42;
    std::vector<float> logits;
    for (int i = 0; i < 200; ++i) {
        logits.push_back(std::sin(float(i)));
    }
    Sampler a(options);
    Sampler b(options);
    options.seed = 43;
    Sampler other(options);

    std::vector<TokenId> fromA;
    std::vector<TokenId> fromB;
    std::vector<TokenId> fromOther;
    for (int i = 0; i < 50; ++i) {
        fromA.push_back(*a.pick(logits, {}));
        fromB.push_back(*b.pick(logits, {}));
        fromOther.push_back(*other.pick(logits, {}));
    }

    QVERIFY(fromA == fromB);
    QVERIFY(fromA != fromOther);
}

void TestSampler::drawsInProportion()
{
    SamplingOptions options;
    options.temperature = 2;
    const std::vector<float> logits{0, 2 * std::log(3.0f)}; // weights 1 and 3 at temperature 2

    const auto counts = drawMany(options, logits, 20000);

    QVERIFY(std::abs(counts.at(1) - 15000) < 300); // 5 standard deviations
}

void TestSampler::topKLeavesTheKLikeliest()
{
    SamplingOptions options;
    options.temperature = 10;
    options.topK = 2;

    const auto counts = drawMany(options, {1, 4, 2, 3}, 500);

    QCOMPARE(counts.size(), std::size_t(2));
    QVERIFY(counts.contains(1) && counts.contains(3));
}

void TestSampler::topPLeavesTheFewestThatReachIt()
{
    SamplingOptions options;
    options.temperature = 1;
    options.topP = 0.75f;
    const std::vector<float> logits{std::log(0.2f), std::log(0.5f), std::log(0.3f)};

    const auto counts = drawMany(options, logits, 500);

    QCOMPARE(counts.size(), std::size_t(2)); // 0.5 + 0.3 reach 0.75
    QVERIFY(!counts.contains(0));
}

void TestSampler::minPLeavesOutTheUnlikely()
{
    SamplingOptions options;
    options.temperature = 1;
    options.minP = 0.5f;
    const std::vector<float> logits{std::log(0.2f), std::log(0.5f), std::log(0.3f)};

    const auto counts = drawMany(options, logits, 500);

    QCOMPARE(counts.size(), std::size_t(2)); // 0.2 is less than half of 0.5
    QVERIFY(!counts.contains(0));
}

void TestSampler::penaltyLowersWhatCameBefore()
{
    SamplingOptions options;
    options.repetitionPenalty = 2;

    QCOMPARE(pickOne(options, {3, 2}, {0}), 1);       // 3 / 2 < 2
    QCOMPARE(pickOne(options, {-1, -1.5f}, {0}), 1);  // -1 * 2 < -1.5
    QCOMPARE(pickOne(options, {3, 2}, {0, 0, 0}), 1); // once, however often it came
    QCOMPARE(pickOne(options, {5, 2}, {0, 0, 0}), 0); // 5 / 2 > 2
}

void TestSampler::penaltyForgetsBeyondItsWindow()
{
    SamplingOptions options;
    options.repetitionPenalty = 2;
    options.penaltyWindow = 2;

    QCOMPARE(pickOne(options, {3, 2, 0}, {0, 2, 2}), 0);
}

void TestSampler::countsForFrequencyOnceForPresence()
{
    SamplingOptions options;
    options.frequencyPenalty = 0.5f;
    options.presencePenalty = 0.25f;
    options.repetitionPenalty = 2;
    options.penaltyWindow = 4;
    std::vector<float> logits{4, -4, 1, 1};

    applyPenalties(logits, std::vector<TokenId>{2, 0, 1, 0, 0, 99, -1}, options); // the window: 0 0 99 -1

    const std::vector<float> expected{4.0f / 2 - 2 * 0.5f - 0.25f, -4, 1, 1};
    QVERIFY(logits == expected);
}

void TestSampler::biasMovesAndForbids()
{
    SamplingOptions options;
    options.bias = {{0, 2.5f}};
    QCOMPARE(pickOne(options, {1, 3, 2}), 0);
    options.bias = {{1, kForbidden}, {99, 5}, {-1, 5}};
    QCOMPARE(pickOne(options, {1, 3, 2}), 2);
    options.bias = {{0, -kForbidden}, {0, std::numeric_limits<float>::quiet_NaN()}}; // no numbers to add
    QCOMPARE(pickOne(options, {1, 3, 2}), 1);

    options.temperature = 5;
    options.bias = {{1, kForbidden}};
    const auto counts = drawMany(options, {1, 3, 2}, 500);
    QVERIFY(!counts.contains(1) && counts.size() == 2);
}

void TestSampler::maskLeavesOnlyWhatIsAllowed()
{
    SamplingOptions options;
    const std::vector<std::uint8_t> allowed{1, 0, 1};
    const std::vector<std::uint8_t> none{0, 0, 0};
    for (const float temperature : {0.0f, 3.0f}) {
        options.temperature = temperature;
        Sampler sampler(options);
        for (int i = 0; i < 50; ++i) {
            std::vector<float> logits{1, 9, 2};
            QVERIFY(*sampler.pick(logits, {}, allowed) != 1);
        }
        std::vector<float> logits{1, 9, 2};
        const auto nothing = sampler.pick(logits, {}, none);
        QVERIFY(!nothing);
        QCOMPARE(nothing.error().code, ErrorCode::Unsupported);
    }
}

void TestSampler::typicalKeepsWhatIsNearTheEntropy()
{
    SamplingOptions options;
    options.temperature = 1;
    // Entropy 1.2206 nats. Distances: 0.5274 (p 0.5), 0.1656 (0.25), 0.6765 (0.15), 1.0820 (0.1).
    const std::vector<float> logits{std::log(0.5f), std::log(0.25f), std::log(0.15f), std::log(0.1f)};

    options.typicalP = 0.2f;
    const auto narrow = drawMany(options, logits, 500);
    options.typicalP = 0.7f;
    const auto wider = drawMany(options, logits, 500);
    options.typicalP = 0.8f;
    const auto wide = drawMany(options, logits, 500);

    QVERIFY(narrow.size() == 1 && narrow.contains(1)); // not the likeliest
    QVERIFY(wider.size() == 2 && wider.contains(1) && wider.contains(0));
    QVERIFY(wide.size() == 3 && !wide.contains(3));
}

void TestSampler::dryIsThatOfItsAuthor()
{
    const std::set<TokenId> breakers{3};
    Random random(7);
    int penalised = 0;
    for (int round = 0; round < 400; ++round) {
        std::vector<TokenId> text(1 + random.next() % 40);
        for (TokenId &token : text) {
            token = TokenId(random.next() % 4);
        }
        DryOptions options;
        options.multiplier = 0.8f;
        options.allowedLength = 1 + int(random.next() % 3);
        std::vector<float> logits(4, 0);

        applyDry(logits, text, options, [&](TokenId token) { return breakers.contains(token); });

        const auto expected = naiveDry(text, options, breakers);
        for (TokenId token = 0; token < 4; ++token) {
            const double penalty = expected.contains(token) ? expected.at(token) : 0;
            penalised += penalty > 0 ? 1 : 0;
            QVERIFY(std::abs(double(logits[std::size_t(token)]) + penalty) <= 1e-5 * (1 + penalty));
        }
    }
    QVERIFY(penalised > 100);
}

void TestSampler::dryStopsAtBreakersAndWindow()
{
    DryOptions options;
    options.multiplier = 1;
    options.base = 2;
    const std::vector<TokenId> text{5, 1, 2, 0, 1, 2}; // "1 2" came before "0"
    std::vector<float> logits(6, 0);

    applyDry(logits, text, options, {});
    QCOMPARE(logits[0], -1.0f); // 1 * 2^(2 - 2)

    logits.assign(6, 0);
    applyDry(logits, text, options, [](TokenId token) { return token == 1; });
    QCOMPARE(logits[0], 0.0f); // only "2" is left to repeat

    logits.assign(6, 0);
    options.window = 4; // "2 0 1 2": one token repeats
    applyDry(logits, text, options, {});
    QCOMPARE(logits[0], 0.0f);
}

void TestSampler::dryStaysFinite()
{
    DryOptions options;
    options.multiplier = 1;
    std::vector<float> logits(2, 0);

    applyDry(logits, std::vector<TokenId>(20000, 1), options, {});

    QVERIFY(std::isfinite(logits[1]));
    QVERIFY(logits[1] <= -1e5f);
}

void TestSampler::mirostatIsThatOfThePaper()
{
    SamplingOptions options;
    options.temperature = 1;
    options.mirostat = {1.5f, 0.3f};
    options.seed = 11;
    const std::vector<double> p{0.4, 0.3, 0.2, 0.06, 0.04};
    std::vector<float> logits;
    for (const double value : p) {
        logits.push_back(float(std::log(value)));
    }
    Sampler sampler(options);
    Random random(11); // the draws that the sampler will see
    double mu = 2 * 1.5;

    for (int i = 0; i < 200; ++i) {
        std::size_t kept = 1;
        double sum = p[0];
        while (kept < p.size() && -std::log2(p[kept]) <= mu) {
            sum += p[kept++];
        }
        double left = random.unit() * sum;
        std::size_t expected = 0;
        while (expected + 1 < kept && left >= p[expected]) {
            left -= p[expected++];
        }
        mu -= 0.3 * (-std::log2(p[expected]) - 1.5);
        std::vector<float> copy = logits;
        QCOMPARE(*sampler.pick(copy, {}), TokenId(expected));
    }
}

void TestSampler::mirostatHoldsItsSurprise()
{
    SamplingOptions options;
    options.temperature = 1;
    options.mirostat = {3, 0.1f};
    std::vector<float> logits;
    double total = 0;
    for (int i = 1; i <= 500; ++i) { // Zipf
        logits.push_back(-std::log(float(i)));
        total += 1.0 / i;
    }
    Sampler sampler(options);
    double surprise = 0;
    constexpr int kDraws = 2000;
    for (int i = 0; i < kDraws; ++i) {
        std::vector<float> copy = logits;
        surprise += std::log2(total * double(*sampler.pick(copy, {}) + 1)) / kDraws;
    }

    QVERIFY2(std::abs(surprise - 3) < 0.1, qPrintable(QString::number(surprise)));
}

void TestSampler::cutsFollowEachOther()
{
    SamplingOptions options;
    options.temperature = 1;
    options.topK = 3;
    options.topP = 0.7f; // of what top-k left: 0.4 + 0.3 of 0.9 reach it
    const std::vector<float> logits{std::log(0.4f), std::log(0.3f), std::log(0.2f), std::log(0.1f)};

    const auto counts = drawMany(options, logits, 500);

    QVERIFY(counts.size() == 2 && counts.contains(0) && counts.contains(1));
}

void TestSampler::logProbabilitiesAreNatural()
{
    const std::vector<float> logits{std::log(0.2f) + 40, std::log(0.5f) + 40, std::log(0.3f) + 40};

    const LogProbabilities result = logProbabilitiesOf(logits, 0, 2);
    const LogProbabilities all = logProbabilitiesOf(logits, 2, 9);

    QVERIFY(std::abs(result.chosen.value - std::log(0.2f)) < 1e-5f);
    QCOMPARE(result.top.size(), std::size_t(2));
    QCOMPARE(result.top[0].token, 1);
    QCOMPARE(result.top[1].token, 2);
    QVERIFY(std::abs(result.top[1].value - std::log(0.3f)) < 1e-5f);
    QCOMPARE(all.top.size(), std::size_t(3));
    QVERIFY(logProbabilitiesOf(logits, 1, 0).top.empty());
}

void TestSampler::streamGivesWholeCharacters()
{
    std::vector<std::string> pieces;
    TextStream stream({}, [&](std::string_view piece) { pieces.emplace_back(piece); });

    for (const char *byte : {"a", "\xd9", "\x88", "\xf0\x9f", "\x98", "\x80", "!"}) {
        QVERIFY(!stream.add(byte));
    }
    stream.finish();

    const std::vector<std::string> expected{"a", "\xd9\x88", "\xf0\x9f\x98\x80", "!"};
    QVERIFY(pieces == expected);
    QCOMPARE(stream.text(), std::string("a\xd9\x88\xf0\x9f\x98\x80!"));
}

void TestSampler::streamReplacesMalformedBytes()
{
    TextStream stream({}, {});

    stream.add("a\xff"
               "b\xd9");
    stream.finish();

    QCOMPARE(stream.text(), std::string("a\xef\xbf\xbd"
                                        "b\xef\xbf\xbd"));
}

void TestSampler::streamHoldsBackAndCutsStopTexts()
{
    std::string shown;
    TextStream stream({"</end>", ""}, [&](std::string_view piece) { shown += piece; });

    QVERIFY(!stream.add("one <"));
    QCOMPARE(shown, std::string("one "));
    QVERIFY(!stream.add("/e"));
    QCOMPARE(shown, std::string("one "));
    QVERIFY(!stream.add("l two </"));
    QCOMPARE(shown, std::string("one </el two "));
    QVERIFY(stream.add("end> three"));

    QCOMPARE(shown, std::string("one </el two "));
    QCOMPARE(stream.text(), shown);
}

QTEST_APPLESS_MAIN(TestSampler)
#include "test_sampler.moc"
