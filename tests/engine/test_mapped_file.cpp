#include "engine/weights/mapped_file.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace engine;

namespace {

/// Kilobytes of files that are in this program's memory; -1: the system does not say.
qint64 fileMemory()
{
    QFile status("/proc/self/status");
    if (!status.open(QIODevice::ReadOnly)) {
        return -1;
    }
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith("RssFile:")) {
            return line.mid(8).trimmed().split(' ').front().toLongLong();
        }
    }
    return -1;
}

int sumOf(std::span<const std::byte> bytes)
{
    int sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 1024) {
        sum += int(bytes[i]);
    }
    return sum;
}

} // namespace

class TestMappedFile : public QObject
{
    Q_OBJECT

private slots:
    void releasedPagesComeAgain();
};

void TestMappedFile::releasedPagesComeAgain()
{
    constexpr int kMegabytes = 16;
    QTemporaryDir folder;
    QFile file(folder.filePath("weights"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(kMegabytes << 20, 'w'));
    file.close();
    const auto mapped = MappedFile::open(file.fileName().toStdString());
    QVERIFY(mapped);
    const qint64 before = fileMemory();
    const int sum = sumOf(mapped->bytes());
    const qint64 read = fileMemory();

    mapped->releasePages();

    const qint64 released = fileMemory();
    QCOMPARE(sumOf(mapped->bytes()), sum);
    QVERIFY(!mapped->wasCut());
    if (before < 0) {
        QSKIP("no /proc");
    }
    QVERIFY(read - before > (kMegabytes << 10) / 2);
    QVERIFY(released - before < (kMegabytes << 10) / 8);
}

QTEST_APPLESS_MAIN(TestMappedFile)
#include "test_mapped_file.moc"
