#include "engine/run/sampler.h"
#include "engine/run/text_stream.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <map>

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
