#include "engine/base/log.h"
#include "engine/run/prefix_cache.h"
#include "tests/engine/prefix_support.h"

#include <future>

using namespace engine;

class TestPrefixCache : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void knownBeginningsGiveTheSameBits_data();
    void knownBeginningsGiveTheSameBits();
    void typesOfCacheAreKeptApart();
    void forksGoTheirOwnWay();
    void sessionsOfSeveralThreadsShare();
    void windowsBoundTheMemory();
    void windowsAreTakenUpAtCheckpoints();
    void memoryStaysWithinItsBudget();
    void whatIsTurnedAnewIsNotCalledKnown();
    void nothingIsKeptOfAModelThatWasCut();

private:
    std::vector<TokenId> m_first = firstPrompt();
    std::vector<TokenId> m_second = secondPrompt();
};

void TestPrefixCache::initTestCase()
{
    if (Golden::folderOf("llama").empty()) {
        QSKIP("needs ../shared");
    }
}

void TestPrefixCache::knownBeginningsGiveTheSameBits_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("type");
    QTest::addRow("f16") << "llama"
                         << "llama-f16.gguf" << int(KvType::F16);
    QTest::addRow("f32") << "llama"
                         << "llama-f16.gguf" << int(KvType::F32);
    QTest::addRow("q8_0") << "llama"
                          << "llama-f16.gguf" << int(KvType::Q8_0);
    QTest::addRow("quantised") << "llama-quant"
                               << "llama-quant-Q4_1.gguf" << int(KvType::F16);
    QTest::addRow("qk norm") << "qwen3"
                             << "qwen3-bf16.gguf" << int(KvType::F16);
    QTest::addRow("window") << "mistral"
                            << "hf" << int(KvType::F16);
    QTest::addRow("windows and whole layers") << "gemma3"
                                              << "hf" << int(KvType::F16);
    QTest::addRow("turned by length") << "phi3-longrope"
                                      << "hf" << int(KvType::F16);
}

void TestPrefixCache::knownBeginningsGiveTheSameBits()
{
    QFETCH(QString, name);
    QFETCH(QString, file);
    QFETCH(int, type);
    if (!fs::exists(Golden::folderOf(name.toStdString()) / file.toStdString())) {
        QSKIP("needs ../shared");
    }
    const auto model = loadModel(name.toStdString(), file.toStdString());
    QVERIFY(model);
    SessionOptions shared;
    shared.kv = KvType(type);

    const Said fresh = sayIn(model, m_second, alone(KvType(type)));
    const Said first = sayIn(model, m_first, shared);
    const Said second = sayIn(model, m_second, shared);
    const Said again = sayIn(model, m_second, shared);

    QCOMPARE(fresh.reused, 0);
    QCOMPARE(first.reused, 0);
    QCOMPARE(second.reused, 128); // whole pages of the 150 tokens in common
    QCOMPARE(again.reused, 192);  // all but the last 16 of 230 tokens
    QVERIFY(second.sameAs(fresh));
    QVERIFY(again.sameAs(fresh));
}

void TestPrefixCache::typesOfCacheAreKeptApart()
{
    const auto model = loadModel("llama", "llama-f16.gguf");
    SessionOptions options;
    options.kv = KvType::F32;
    sayIn(model, m_first, options);
    options.kv = KvType::Q8_0;

    const Said said = sayIn(model, m_first, options);

    QCOMPARE(said.reused, 0);
    QVERIFY(said.sameAs(sayIn(model, m_first, alone(KvType::Q8_0))));
}

void TestPrefixCache::forksGoTheirOwnWay()
{
    const auto model = loadModel("llama", "llama-f16.gguf");
    auto session = Session::open(model, alone());
    QVERIFY(session);
    const Said before = say(*session, m_first);
    const auto left = joined(joined(m_first, before.tokens), someTokens(40, 5));
    const auto right = joined(joined(m_first, before.tokens), someTokens(50, 6));

    Session fork = session->fork();
    const Said leftSaid = say(*session, left, 20);
    const Said rightSaid = say(fork, right, 20);
    const Said leftAgain = say(*session, left, 20); // the page they shared was not written over

    QVERIFY(leftSaid.reused > 200 && rightSaid.reused > 200);
    QVERIFY(leftAgain.sameAs(leftSaid));
    auto other = Session::open(model, alone());
    say(*other, m_first);
    QVERIFY(say(*other, right, 20).sameAs(rightSaid));
}

void TestPrefixCache::sessionsOfSeveralThreadsShare()
{
    const auto model = loadModel("llama", "llama-f16.gguf");
    const Said expected = sayIn(model, m_second, alone());

    std::vector<std::future<bool>> runs;
    for (int i = 0; i < 4; ++i) {
        runs.push_back(std::async(std::launch::async, [&, i] {
            bool same = true;
            for (int round = 0; round < 3; ++round) {
                sayIn(model, joined(m_second, someTokens(30, std::uint32_t(10 + i))));
                same = same && sayIn(model, m_second).sameAs(expected);
            }
            return same;
        }));
    }

    for (auto &run : runs) {
        QVERIFY(run.get());
    }
}

void TestPrefixCache::windowsBoundTheMemory()
{
    const Parts parts = partsOf("mistral", "hf");
    if (!parts.decoder) {
        QSKIP("needs ../shared");
    }
    const int window = parts.decoder->config().kvOf(0).window;
    QVERIFY(window > 0 && window < 256);

    const KvCache cache = cacheOf(*parts.decoder, someTokens(3000, 1));

    const auto held =
        std::ranges::count_if(cache.groups().front().pages, [](const auto &p) { return bool(p); });
    QVERIFY2(held <= (window + KvCache::kBehindWindow) / kKvPage + 2, qPrintable(QString::number(held)));
    QCOMPARE(cache.resumable(3000), 3000);
    QCOMPARE(cache.resumable(2900), 2900);
    QCOMPARE(cache.resumable(1000), 0);
}

void TestPrefixCache::windowsAreTakenUpAtCheckpoints()
{
    const Parts parts = partsOf("mistral", "hf");
    if (!parts.decoder) {
        QSKIP("needs ../shared");
    }
    const auto prompt = someTokens(3000, 1);
    PrefixCache prefixes(*parts.decoder, "x", {1u << 30, {}, 0});
    prefixes.keep(cacheOf(*parts.decoder, prompt), false);
    const auto known = [&](const std::vector<TokenId> &text) {
        KvCache cache = *parts.decoder->makeCache(8192, KvType::F16);
        return prefixes.reuse(cache, text, 0, int(text.size()));
    };

    QCOMPARE(known(prompt), 3000 / kKvPage * kKvPage);
    const std::vector<TokenId> most(prompt.begin(), prompt.begin() + 2950);
    QCOMPARE(known(joined(most, someTokens(99, 2))), 2950 / kKvPage * kKvPage);
    const std::vector<TokenId> little(prompt.begin(), prompt.begin() + 1500); // its window is gone
    QCOMPARE(known(joined(little, someTokens(99, 2))), 0);
    prefixes.keep(cacheOf(*parts.decoder, little), false);
    QCOMPARE(known(joined(little, someTokens(99, 2))), 1500 / kKvPage * kKvPage);
}

void TestPrefixCache::memoryStaysWithinItsBudget()
{
    const Parts parts = partsOf("llama", "llama-f16.gguf");
    QVERIFY(parts.decoder);
    const std::uint64_t page = cacheOf(*parts.decoder, someTokens(32, 1)).groups()[0].pages[0]->bytes();
    PrefixCache prefixes(*parts.decoder, "x", {10 * page, {}, 0});
    const auto known = [&](const std::vector<TokenId> &text) {
        KvCache cache = *parts.decoder->makeCache(8192, KvType::F16);
        return prefixes.reuse(cache, text, 0, int(text.size()));
    };

    for (std::uint32_t seed = 1; seed <= 3; ++seed) {
        prefixes.keep(cacheOf(*parts.decoder, someTokens(4 * kKvPage, seed)), false);
        QCOMPARE(known(someTokens(4 * kKvPage, 1)), 4 * kKvPage); // used last
    }

    QVERIFY(prefixes.bytes() <= 10 * page);
    QCOMPARE(known(someTokens(4 * kKvPage, 3)), 4 * kKvPage);
    QCOMPARE(known(someTokens(4 * kKvPage, 2)), 2 * kKvPage); // its end is gone first
    PrefixCache none(*parts.decoder, "x", {0, {}, 0});
    none.keep(cacheOf(*parts.decoder, m_first), false);
    QCOMPARE(none.bytes(), std::uint64_t(0));
}

void TestPrefixCache::whatIsTurnedAnewIsNotCalledKnown()
{
    if (!fs::exists(Golden::folderOf("phi3-longrope") / "hf")) {
        QSKIP("needs ../shared");
    }
    const auto model = loadModel("phi3-longrope", "hf");
    QVERIFY(model);
    const auto longer = joined(m_first, someTokens(100, 7)); // the first range ends at 256 tokens
    auto session = Session::open(model, alone());
    QVERIFY(session);
    say(*session, m_first);

    const Said outgrown = say(*session, longer);
    const Said within = say(*session, longer);
    const Said cutBack = say(*session, m_first);

    QCOMPARE(outgrown.reused, 0);
    QVERIFY(outgrown.sameAs(sayIn(model, longer, alone())));
    QVERIFY(within.reused > 256);
    QCOMPARE(cutBack.reused, 0);
    QVERIFY(cutBack.sameAs(sayIn(model, m_first, alone())));
}

void TestPrefixCache::nothingIsKeptOfAModelThatWasCut()
{
    const Parts parts = partsOf("llama", "llama-f16.gguf");
    QVERIFY(parts.decoder);
    QTemporaryDir folder;
    bool sound = true;
    PrefixCacheOptions options{1u << 30, folder.path().toStdString(), 1u << 30, [&sound] { return sound; }};
    PrefixCache prefixes(*parts.decoder, "model", std::move(options));

    sound = false;
    prefixes.keep(cacheOf(*parts.decoder, m_first), true);
    prefixes.waitUntilSaved();

    QCOMPARE(prefixes.bytes(), std::uint64_t(0));
    QVERIFY(filesIn(folder).empty());
    sound = true;
    prefixes.keep(cacheOf(*parts.decoder, m_first), true);
    prefixes.waitUntilSaved();
    QVERIFY(prefixes.bytes() > 0);
    QCOMPARE(filesIn(folder).size(), std::size_t(6)); // whole pages of 200 tokens
}

QTEST_GUILESS_MAIN(TestPrefixCache)
#include "test_prefix_cache.moc"
