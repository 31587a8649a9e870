#include "engine/backend/cuda_library.h"

#include <QtTest>

#include <fstream>

using namespace engine;

/// Without a card the program must say why and go on: no library, one that is none, one without a driver.
class TestCudaLibrary : public QObject
{
    Q_OBJECT

private slots:

    void cleanup() { qunsetenv("WARRAQ_CUDA_LIBRARY"); }

    void saysThatThereIsNone();
    void saysWhatIsNoLibrary();
    void saysThatThereIsNoDriver();
};

void TestCudaLibrary::saysThatThereIsNone()
{
    qputenv("WARRAQ_CUDA_LIBRARY", "/nowhere/libwarraq-cuda.so");
    const auto backend = makeCudaBackend();
    QVERIFY(!backend);
    QCOMPARE(backend.error().code, ErrorCode::Device);
    QVERIFY(backend.error().detail.find("came without") != std::string::npos);
}

void TestCudaLibrary::saysWhatIsNoLibrary()
{
    const QTemporaryDir folder;
    const std::string file = folder.filePath("libwarraq-cuda.so").toStdString();
    std::ofstream(file) << "no library";
    qputenv("WARRAQ_CUDA_LIBRARY", file.c_str());
    const auto backend = makeCudaBackend();
    QVERIFY(!backend);
    QVERIFY2(backend.error().detail.find("can not be loaded") != std::string::npos,
             backend.error().detail.c_str());
}

void TestCudaLibrary::saysThatThereIsNoDriver()
{
    const QString file = QCoreApplication::applicationDirPath() + "/libwarraq-cuda.so";
    if (!QFile::exists(file)) {
        QSKIP("needs libwarraq-cuda.so (configure with WARRAQ_CUDA=ON)");
    }
    qputenv("WARRAQ_CUDA_LIBRARY", file.toUtf8());
    const auto backend = makeCudaBackend();
    if (backend) {
        QSKIP("there is a card here: tests/gpu runs on it");
    }
    QCOMPARE(backend.error().code, ErrorCode::Device);
    QVERIFY2(backend.error().detail.find("CUDA error") != std::string::npos, backend.error().detail.c_str());
    qInfo("%s", backend.error().detail.c_str());
}

QTEST_GUILESS_MAIN(TestCudaLibrary)
#include "test_cuda_library.moc"
