#include "engine/base/log.h"
#include "engine/engine.h"
#include "engine/model/decoder.h"
#include "engine/run/crc32.h"
#include "engine/run/prefix_cache.h"
#include "tests/engine/golden.h"

#include <QProcess>
#include <QTemporaryDir>

#include <atomic>
#include <future>

using namespace engine;

namespace {

namespace fs = std::filesystem;

std::shared_ptr<const Model> loadModel(const std::string &name, const std::string &file,
                                       const PrefixCacheSettings &settings = {})
{
    LoadOptions options;
    options.threads = 2;
    options.prefixCache = settings;
    auto model = Model::load(Golden::folderOf(name) / file, options);
    if (!model) {
        qWarning("%s", model.error().detail.c_str());
        return nullptr;
    }
    return *model;
}

/// Ids that repeat nothing for long; texts of another seed differ everywhere.
std::vector<TokenId> someTokens(int count, std::uint32_t seed)
{
    std::vector<TokenId> tokens;
    for (int i = 0; i < count; ++i) {
        seed = seed * 1664525u + 1013904223u; // Numerical Recipes
        tokens.push_back(TokenId(20 + (seed >> 8) % 550));
    }
    return tokens;
}

std::vector<TokenId> joined(std::vector<TokenId> first, const std::vector<TokenId> &second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// What a session says after a prompt, to the last bit.
struct Said
{
    std::vector<TokenId> tokens;
    std::vector<float> logProbabilities;
    int reused = -1;

    bool sameAs(const Said &other) const
    {
        return !tokens.empty() && tokens == other.tokens && logProbabilities == other.logProbabilities;
    }
};

Said say(Session &session, const std::vector<TokenId> &prompt, int count = 6)
{
    GenerateOptions options;
    options.maxTokens = count;
    options.ignoreEnd = true;
    options.logProbabilities = 50;
    const auto generated = session.generate(prompt, options, {});
    if (!generated) {
        qWarning("%s", generated.error().detail.c_str());
        return {};
    }
    Said said{generated->tokens, {}, generated->reusedTokens};
    for (const LogProbabilities &entry : generated->logProbabilities) {
        for (const TokenLogProbability &top : entry.top) {
            said.logProbabilities.push_back(top.value);
        }
    }
    return said;
}

Said sayIn(const std::shared_ptr<const Model> &model, const std::vector<TokenId> &prompt,
           const SessionOptions &options = {})
{
    if (!model) {
        return {};
    }
    auto session = Session::open(model, options);
    return session ? say(*session, prompt) : Said();
}

SessionOptions alone(KvType type = KvType::F16)
{
    SessionOptions options;
    options.kv = type;
    options.reuse = false;
    return options;
}

std::vector<fs::path> filesIn(const QTemporaryDir &folder)
{
    std::vector<fs::path> files;
    for (const auto &entry : fs::directory_iterator(folder.path().toStdString())) {
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

PrefixCacheSettings onDisk(const QTemporaryDir &folder, std::uint64_t limit = 1u << 30)
{
    PrefixCacheSettings settings;
    settings.folder = folder.path().toStdString();
    settings.disk = limit;
    return settings;
}

/// A decoder below the door, for what a session does not show.
struct Parts
{
    std::shared_ptr<const ModelFile> file;
    std::unique_ptr<Decoder> decoder;
};

Parts partsOf(const std::string &name, const std::string &file)
{
    Parts parts;
    auto opened = ModelFile::open(Golden::folderOf(name) / file);
    if (!opened) {
        return parts;
    }
    parts.file = *opened;
    const auto config = readConfig(*parts.file);
    if (config) {
        auto decoder = Decoder::load(*parts.file, *config, makeCpuBackend(1));
        parts.decoder = decoder ? *std::move(decoder) : nullptr;
    }
    return parts;
}

/// Reads all of it.
KvCache cacheOf(const Decoder &decoder, const std::vector<TokenId> &tokens)
{
    KvCache cache = *decoder.makeCache(8192, KvType::F16);
    const auto read = decoder.run(cache, tokens, Decoder::LogitRows::Last, [](auto) {}, {});
    if (!read) {
        qFatal("%s", read.error().detail.c_str());
    }
    return cache;
}

} // namespace

class TestPrefixCache : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void init();
    void crcIsThatOfZip();
    void knownBeginningsGiveTheSameBits_data();
    void knownBeginningsGiveTheSameBits();
    void typesOfCacheAreKeptApart();
    void forksGoTheirOwnWay();
    void sessionsOfSeveralThreadsShare();
    void windowsBoundTheMemory();
    void windowsAreTakenUpAtCheckpoints();
    void memoryStaysWithinItsBudget();
    void aRestartFindsItAgain();
    void damagedFilesAreRefused_data();
    void damagedFilesAreRefused();
    void filesOfAnotherModelAreRefused();
    void theFolderStaysWithinItsLimit();
    void aFolderThatCannotBeWrittenHarmsNothing();
    void programsShareAFolder();

private:
    std::vector<TokenId> m_first = someTokens(200, 1);
    std::vector<TokenId> m_second = joined(someTokens(150, 1), someTokens(80, 2)); ///< 150 in common
    std::atomic<int> m_warnings = 0;
};

void TestPrefixCache::initTestCase()
{
    if (Golden::folderOf("llama").empty()) {
        QSKIP("needs ../shared");
    }
    setLogSink(
        [this](LogLevel level, std::string_view) { m_warnings += level == LogLevel::Warning ? 1 : 0; });
}

void TestPrefixCache::init()
{
    m_warnings = 0;
}

void TestPrefixCache::crcIsThatOfZip()
{
    const std::string text = "123456789 and a longer text behind it";
    const auto bytes = std::as_bytes(std::span(text));

    QCOMPARE(crc32(bytes.first(9)), 0xCBF43926u); // the check value of the catalogue of CRC algorithms
    QCOMPARE(crc32(bytes.subspan(9), crc32(bytes.first(9))), crc32(bytes));
    QCOMPARE(crc32({}), 0u);
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

void TestPrefixCache::aRestartFindsItAgain()
{
    for (const auto &[name, file] : {std::pair("llama", "llama-f16.gguf"), std::pair("mistral", "hf")}) {
        if (!fs::exists(Golden::folderOf(name) / file)) {
            QSKIP("needs ../shared");
        }
        QTemporaryDir folder;
        sayIn(loadModel(name, file, onDisk(folder)), m_first); // the model goes at once, and has saved
        QVERIFY(filesIn(folder).size() >= 6);

        const auto model = loadModel(name, file, onDisk(folder));
        const Said second = sayIn(model, m_second);

        QCOMPARE(second.reused, 128);
        QVERIFY(second.sameAs(sayIn(model, m_second, alone())));
    }
    QCOMPARE(m_warnings.load(), 0);
}

void TestPrefixCache::damagedFilesAreRefused_data()
{
    QTest::addColumn<int>("how");
    QTest::addRow("truncated") << 0;
    QTest::addRow("empty") << 1;
    QTest::addRow("a bit of the header") << 2;
    QTest::addRow("a bit of the tokens") << 3;
    QTest::addRow("a bit of the numbers") << 4;
    QTest::addRow("a bit of the sum") << 5;
    QTest::addRow("bytes behind it") << 6;
    QTest::addRow("something else") << 7;
}

void TestPrefixCache::damagedFilesAreRefused()
{
    QFETCH(int, how);
    QTemporaryDir folder;
    sayIn(loadModel("llama", "llama-f16.gguf", onDisk(folder)), m_first);
    const auto files = filesIn(folder);
    for (const fs::path &path : files) {
        std::string bytes = Golden::readFile(path);
        const std::size_t at[] = {0, 0, 9, 34, bytes.size() / 2, bytes.size() - 2, 0, 0};
        if (how == 0) {
            bytes.resize(bytes.size() - 7);
        } else if (how == 1) {
            bytes.clear();
        } else if (how == 6) {
            bytes += "more";
        } else if (how == 7) {
            bytes = "something else";
        } else {
            bytes[at[how]] = char(bytes[at[how]] ^ 16);
        }
        std::ofstream(path, std::ios::binary) << bytes;
    }
    const auto model = loadModel("llama", "llama-f16.gguf", onDisk(folder));

    const Said said = sayIn(model, m_second);

    QCOMPARE(said.reused, 0);
    QCOMPARE(m_warnings.load(), 1); // the first page's file; without it the rest is of no use
    QVERIFY(said.sameAs(sayIn(model, m_second, alone())));
}

void TestPrefixCache::filesOfAnotherModelAreRefused()
{
    if (Golden::folderOf("qwen3").empty()) {
        QSKIP("needs ../shared");
    }
    QTemporaryDir folder;
    QTemporaryDir others;
    sayIn(loadModel("llama", "llama-f16.gguf", onDisk(folder)), m_first);
    sayIn(loadModel("qwen3", "qwen3-bf16.gguf", onDisk(others)), m_first);
    const auto files = filesIn(folder);
    const auto foreign = filesIn(others);
    QCOMPARE(files.size(), foreign.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        fs::copy_file(foreign[i], files[i], fs::copy_options::overwrite_existing);
    }
    const auto model = loadModel("llama", "llama-f16.gguf", onDisk(folder));

    const Said said = sayIn(model, m_first);

    QCOMPARE(said.reused, 0);
    QCOMPARE(m_warnings.load(), 1);
    QVERIFY(said.sameAs(sayIn(model, m_first, alone())));
}

void TestPrefixCache::theFolderStaysWithinItsLimit()
{
    QTemporaryDir folder;
    sayIn(loadModel("llama", "llama-f16.gguf", onDisk(folder)), m_first);
    std::uint64_t bytes = 0;
    for (const fs::path &path : filesIn(folder)) {
        bytes += fs::file_size(path);
    }
    const std::uint64_t limit = bytes * 3 / 2;
    for (std::uint32_t seed = 5; seed < 9; ++seed) {
        sayIn(loadModel("llama", "llama-f16.gguf", onDisk(folder, limit)), someTokens(200, seed));
    }

    bytes = 0;
    for (const fs::path &path : filesIn(folder)) {
        bytes += fs::file_size(path);
        QCOMPARE(path.extension(), fs::path(".kv"));
    }
    QVERIFY(bytes <= limit);
    QCOMPARE(sayIn(loadModel("llama", "llama-f16.gguf", onDisk(folder, limit)), someTokens(200, 8)).reused,
             160);
    QCOMPARE(sayIn(loadModel("llama", "llama-f16.gguf", onDisk(folder, limit)), m_first).reused, 0);
}

void TestPrefixCache::aFolderThatCannotBeWrittenHarmsNothing()
{
    QTemporaryDir folder;
    const fs::path file = fs::path(folder.path().toStdString()) / "file";
    std::ofstream(file) << "no folder";
    PrefixCacheSettings settings;
    settings.folder = file;
    {
        const auto model = loadModel("llama", "llama-f16.gguf", settings);
        QVERIFY(sayIn(model, m_first).sameAs(sayIn(model, m_first, alone())));
    }

    QCOMPARE(m_warnings.load(), 1); // said once
}

void TestPrefixCache::programsShareAFolder()
{
    QTemporaryDir folder;
    std::vector<std::unique_ptr<QProcess>> children;
    for (int i = 0; i < 3; ++i) {
        children.push_back(std::make_unique<QProcess>());
        children.back()->start(QCoreApplication::applicationFilePath(), {"--child", folder.path()});
    }
    QByteArray said;
    for (const auto &child : children) {
        QVERIFY(child->waitForFinished(60000));
        QCOMPARE(child->exitStatus(), QProcess::NormalExit);
        QCOMPARE(child->exitCode(), 0);
        const QByteArray output = child->readAllStandardOutput();
        QVERIFY(!output.isEmpty() && (said.isEmpty() || output == said));
        said = output;
    }

    const auto model = loadModel("llama", "llama-f16.gguf", onDisk(folder));
    const Said after = sayIn(model, m_second);
    QCOMPARE(after.reused, 192);
    QVERIFY(after.sameAs(sayIn(model, m_second, alone())));
    QCOMPARE(m_warnings.load(), 0);
}

namespace {

/// One of several programs that use a folder at once: asks the same again and again, each time anew.
int runChild(const char *folder)
{
    PrefixCacheSettings settings;
    settings.folder = folder;
    const auto prompt = joined(someTokens(150, 1), someTokens(80, 2));
    Said first;
    for (int round = 0; round < 5; ++round) {
        const Said said = sayIn(loadModel("llama", "llama-f16.gguf", settings), prompt);
        if (round == 0) {
            first = said;
        }
        if (!said.sameAs(first)) {
            return 1;
        }
    }
    for (const TokenId token : first.tokens) {
        std::printf("%d ", token);
    }
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 3 && std::string_view(argv[1]) == "--child") {
        return runChild(argv[2]);
    }
    QCoreApplication app(argc, argv);
    TestPrefixCache test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_prefix_cache.moc"
