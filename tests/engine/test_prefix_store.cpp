#include "engine/base/log.h"
#include "engine/run/crc32.h"
#include "engine/run/prefix_cache.h"
#include "tests/engine/prefix_support.h"

#include <QProcess>

#include <atomic>

using namespace engine;

class TestPrefixStore : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void init();
    void crcIsThatOfZip();
    void aRestartFindsItAgain();
    void damagedFilesAreRefused_data();
    void damagedFilesAreRefused();
    void filesOfAnotherModelAreRefused();
    void theFolderStaysWithinItsLimit();
    void aFolderThatCannotBeWrittenHarmsNothing();
    void programsShareAFolder();
    void forgettingLeavesNothing();

private:
    std::vector<TokenId> m_first = firstPrompt();
    std::vector<TokenId> m_second = secondPrompt();
    std::atomic<int> m_warnings = 0;
};

void TestPrefixStore::initTestCase()
{
    if (Golden::folderOf("llama").empty()) {
        QSKIP("needs ../shared");
    }
    setLogSink(
        [this](LogLevel level, std::string_view) { m_warnings += level == LogLevel::Warning ? 1 : 0; });
}

void TestPrefixStore::init()
{
    m_warnings = 0;
}

void TestPrefixStore::crcIsThatOfZip()
{
    const std::string text = "123456789 and a longer text behind it";
    const auto bytes = std::as_bytes(std::span(text));

    QCOMPARE(crc32(bytes.first(9)), 0xCBF43926u); // the check value of the catalogue of CRC algorithms
    QCOMPARE(crc32(bytes.subspan(9), crc32(bytes.first(9))), crc32(bytes));
    QCOMPARE(crc32({}), 0u);
}

void TestPrefixStore::aRestartFindsItAgain()
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

void TestPrefixStore::damagedFilesAreRefused_data()
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

void TestPrefixStore::damagedFilesAreRefused()
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

void TestPrefixStore::filesOfAnotherModelAreRefused()
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

void TestPrefixStore::theFolderStaysWithinItsLimit()
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

void TestPrefixStore::aFolderThatCannotBeWrittenHarmsNothing()
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

void TestPrefixStore::programsShareAFolder()
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

void TestPrefixStore::forgettingLeavesNothing()
{
    QTemporaryDir folder;
    const auto other = loadModel("qwen3", "qwen3-bf16.gguf", onDisk(folder));
    sayIn(other, m_first);
    const auto model = loadModel("llama", "llama-f16.gguf", onDisk(folder));
    const Said before = sayIn(model, m_second);

    other->forgetPrompts(); // waits for what it writes
    model->forgetPrompts(); // takes what the other has left, too

    QVERIFY(filesIn(folder).empty());
    const Said after = sayIn(model, m_second);
    QCOMPARE(after.reused, 0);
    QVERIFY(after.sameAs(before));
    QCOMPARE(sayIn(model, m_second).reused, 192);
    QCOMPARE(m_warnings.load(), 0);
}

namespace {

/// One of several programs that use a folder at once: asks the same again and again, each time anew.
int runChild(const char *folder)
{
    PrefixCacheSettings settings;
    settings.folder = folder;
    const auto prompt = secondPrompt();
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
    TestPrefixStore test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_prefix_store.moc"
