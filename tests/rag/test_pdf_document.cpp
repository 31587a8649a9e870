#include "rag/pdf/pdf_document.h"
#include "tests/support/make_pdf.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using rag::ErrorCode;
using rag::PdfDocument;

namespace {

std::string joined(const rag::PageText &page)
{
    std::string out;
    for (const rag::PageWord &word : page.words)
        out += (out.empty() ? "" : " ") + word.text;
    return out;
}

std::size_t openDescriptors()
{
    const auto all = fs::directory_iterator("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// A page that keeps Poppler busy for many seconds.
support::PdfPage slowPage()
{
    support::PdfPage page;
    page.content = "BT /F1 8 Tf\n";
    for (int i = 0; i < 400'000; ++i)
        page.content += "1 0 0 1 " + std::to_string(i % 600) + " " + std::to_string(i % 701) + " Tm (a) Tj\n";
    page.content += "ET\n";
    return page;
}

} // namespace

class TestPdfDocument : public QObject
{
    Q_OBJECT

private slots:

    void init() { m_path = fs::path(m_folder.path().toStdString()) / "test.pdf"; }

    void readsWordsWithBoxesFromTheTopLeft()
    {
        support::PdfSpec spec;
        spec.pages.resize(1);
        spec.pages[0].texts = {{100, 200, "Hello world", 20}};
        write(spec);

        auto document = PdfDocument::open(m_path);
        QVERIFY(document);
        const auto page = document->text(0);

        QVERIFY(page);
        QCOMPARE(joined(*page), std::string("Hello world"));
        QCOMPARE(page->width, 612.0F);
        QCOMPARE(page->height, 792.0F);
        const rag::PageWord &hello = page->words.front();
        QVERIFY(std::abs(hello.box.x - 100) < 0.5F);
        QVERIFY(hello.box.y < 200 && hello.box.bottom() > 200 && hello.box.height < 30);
        QCOMPARE(hello.chars.size(), std::size_t(5));
        QCOMPARE(hello.fontSize, 20.0F);
        QVERIFY(hello.spaceAfter);
        QVERIFY(page->words.back().box.x > hello.box.right());
        QCOMPARE(page->fonts.at(static_cast<std::size_t>(hello.font)), std::string("Helvetica"));
    }

    void countsCodePointsNotUnits()
    {
        support::PdfSpec spec;
        spec.pages.resize(1);
        spec.pages[0].texts = {{72, 72, "a\xF0\x9D\x84\x9E\xD9\x85z"}}; // a, U+1D11E, U+0645, z
        write(spec);

        auto document = PdfDocument::open(m_path);
        QVERIFY(document);
        const auto page = document->text(0);

        QVERIFY(page);
        std::string text;
        for (const rag::PageWord &word : page->words) {
            for (const rag::CharBox &c : word.chars) {
                QVERIFY(std::abs(c.box.width - 7.2F) < 0.1F);
                text += word.text.substr(c.begin, c.end - c.begin) + "|";
            }
        }
        QCOMPARE(text, std::string("a|\xF0\x9D\x84\x9E|\xD9\x85|z|"));
    }

    void appliesPageRotation()
    {
        support::PdfSpec spec;
        spec.pages.resize(1);
        spec.pages[0].rotate = 90;
        spec.pages[0].texts = {{540, 300, "sideways", 12, false, 90}};
        write(spec);

        auto document = PdfDocument::open(m_path);
        QVERIFY(document);
        const auto page = document->text(0);

        QVERIFY(page);
        QCOMPARE(page->width, 792.0F);
        QCOMPARE(page->height, 612.0F);
        QCOMPARE(page->words.size(), std::size_t(1));
        QCOMPARE(page->words[0].rotation, 0);
        QVERIFY(page->words[0].box.width > page->words[0].box.height);
        QVERIFY(std::abs(page->words[0].box.x - 492) < 1); // 792 - 300
    }

    void tellsTitleLabelsAndOutline()
    {
        support::PdfSpec spec = support::pagesOf({"one", "two", "three"});
        spec.title = "A book";
        spec.labels = {{0, "/S /r"}, {2, "/S /D"}};
        spec.outline = {{"First", 0, 0}, {"Inner", 1, 1}, {"Second", 0, 2}};
        write(spec);

        auto document = PdfDocument::open(m_path);

        QVERIFY(document);
        const rag::PdfInfo &info = document->info();
        QCOMPARE(info.pages, 3);
        QCOMPARE(info.title, std::string("A book"));
        QCOMPARE(info.labels, (std::vector<std::string>{"i", "ii", "1"}));
        QCOMPARE(info.outline.size(), std::size_t(3));
        QCOMPARE(info.outline[1].title, std::string("Inner"));
        QCOMPARE(info.outline[1].level, 1);
        QCOMPARE(info.outline[2].level, 0);
        QCOMPARE(document->text(1)->label, std::string("ii"));
    }

    void refusesWhatCannotBeRead()
    {
        const fs::path folder = m_path.parent_path();
        const fs::path pipe = folder / "pipe.pdf";
        const fs::path empty = folder / "empty.pdf";
        const fs::path noise = folder / "noise.pdf";
        QCOMPARE(mkfifo(pipe.c_str(), 0600), 0);
        std::ofstream(empty).flush();
        std::ofstream(noise) << std::string(5000, 'x');

        QCOMPARE(PdfDocument::open(folder / "none.pdf").error().code, ErrorCode::NotFound);
        QCOMPARE(PdfDocument::open(folder).error().code, ErrorCode::Unreadable);
        QCOMPARE(PdfDocument::open(pipe).error().code, ErrorCode::Unreadable);
        QCOMPARE(PdfDocument::open("/dev/zero").error().code, ErrorCode::Unreadable);
        QCOMPARE(PdfDocument::open(empty).error().code, ErrorCode::Damaged);
        QCOMPARE(PdfDocument::open(noise).error().code, ErrorCode::Damaged);
        write(support::PdfSpec{});
        QCOMPARE(PdfDocument::open(m_path).error().code, ErrorCode::Damaged); // no page
    }

    void refusesPagesThatAreNotThere()
    {
        write(support::pagesOf({"one"}));

        auto document = PdfDocument::open(m_path);

        QVERIFY(document);
        QCOMPARE(document->text(1).error().code, ErrorCode::Damaged);
        QCOMPARE(document->text(-1).error().code, ErrorCode::Damaged);
        QCOMPARE(document->render(7, 1).error().code, ErrorCode::Damaged);
        QVERIFY(document->text(0));
    }

    void asksForPasswords_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("password");
        QTest::newRow("AES-256") << "own_enc_aes256_userpw.pdf"
                                 << "ferry boat";
        QTest::newRow("RC4") << "own_enc_rc4_128_userpw.pdf"
                             << "ferry";
    }

    void asksForPasswords()
    {
        QFETCH(QString, file);
        QFETCH(QString, password);
        const fs::path path = fs::path(TEST_DATA) / "pdf" / file.toStdString();

        QCOMPARE(PdfDocument::open(path).error().code, ErrorCode::Locked);
        QCOMPARE(PdfDocument::open(path, "wrong").error().code, ErrorCode::Locked);
        auto document = PdfDocument::open(path, password.toStdString());

        QVERIFY(document);
        const auto page = document->text(0);
        QVERIFY(page);
        QVERIFY(!page->words.empty());
    }

    void drawsPages()
    {
        support::PdfSpec spec;
        spec.pages.resize(1);
        spec.pages[0].content = "1 0 0 rg 0 692 100 100 re f\n"; // a red square at the top left
        write(spec);

        auto document = PdfDocument::open(m_path);
        QVERIFY(document);
        const auto image = document->render(0, 0.5);

        QVERIFY(image);
        QCOMPARE(image->width, 306);
        QCOMPARE(image->height, 396);
        QCOMPARE(image->pointsPerPixel, 2.0F);
        const auto pixel = [&](int x, int y) { return image->pixels.data() + 4 * (y * image->width + x); };
        QCOMPARE(int(pixel(20, 20)[2]), 255);
        QCOMPARE(int(pixel(20, 20)[0]), 0);
        QCOMPARE(int(pixel(200, 200)[0]), 255);
    }

    void drawsNoMorePixelsThanAllowed()
    {
        support::PdfSpec spec;
        spec.pages.resize(1);
        spec.pages[0].width = 14'000;
        spec.pages[0].height = 14'000;
        write(spec);
        rag::PdfOptions options;
        options.limits.pixels = 100'000;

        auto document = PdfDocument::open(m_path, {}, options);
        QVERIFY(document);
        const auto image = document->render(0, 4);

        QVERIFY(image);
        QVERIFY(image->width * image->height <= 101'000);
        QVERIFY(image->pointsPerPixel > 40);
    }

    void leavesOutWordsAboveTheLimit()
    {
        write(support::pagesOf({"one two three four five"}));
        rag::PdfOptions options;
        options.limits.wordsPerPage = 3;

        auto document = PdfDocument::open(m_path, {}, options);
        QVERIFY(document);
        const auto page = document->text(0);

        QVERIFY(page);
        QCOMPARE(page->words.size(), std::size_t(3));
        QVERIFY(page->truncated);
    }

    void survivesAPageThatDoesNotEnd()
    {
        support::PdfSpec spec = support::pagesOf({"before", "after"});
        spec.pages.insert(spec.pages.begin() + 1, slowPage());
        write(spec);
        rag::PdfOptions options;
        options.limits.perPage = 300ms;
        auto document = PdfDocument::open(m_path, {}, options);
        QVERIFY(document);
        QVERIFY(document->text(0));

        QElapsedTimer clock;
        clock.start();
        const auto slow = document->text(1);

        QVERIFY(!slow);
        QCOMPARE(slow.error().code, ErrorCode::Damaged);
        QVERIFY(slow.error().detail.find("out of time") != std::string::npos);
        QVERIFY(clock.elapsed() < 5000);
        rag::PdfOptions patient;
        const auto after = document->text(2);
        QVERIFY2(after, after ? "" : after.error().detail.c_str());
        QCOMPARE(joined(*after), std::string("after"));
    }

    void survivesAPageThatIsTooLarge()
    {
        support::PdfSpec spec = support::pagesOf({"before", "after"});
        spec.pages.insert(spec.pages.begin() + 1, slowPage());
        write(spec);
        rag::PdfOptions options;
        options.limits.memoryBytes = std::uint64_t(140) << 20;
        auto document = PdfDocument::open(m_path, {}, options);
        QVERIFY(document);

        const auto large = document->text(1);

        QVERIFY(!large);
        const auto after = document->text(2);
        QVERIFY(after);
        QCOMPARE(joined(*after), std::string("after"));
    }

    void stopsWhenCancelled()
    {
        support::PdfSpec spec;
        spec.pages = {slowPage(), support::pagesOf({"after"}).pages[0]};
        write(spec);
        auto document = PdfDocument::open(m_path);
        QVERIFY(document);
        rag::CancelToken cancel;
        std::thread other([&] {
            std::this_thread::sleep_for(100ms);
            cancel.cancel();
        });

        QElapsedTimer clock;
        clock.start();
        const auto page = document->text(0, cancel);
        other.join();

        QVERIFY(!page);
        QCOMPARE(page.error().code, ErrorCode::Cancelled);
        QVERIFY(clock.elapsed() < 3000);
        QVERIFY(document->text(1));
    }

    void tellsHowTheHelperDied()
    {
        write(support::pagesOf({"one"}));
        rag::PdfOptions options;
        options.helper = script("kill -SEGV $$");

        const auto crashed = PdfDocument::open(m_path, {}, options);
        options.helper = script("exit 3");
        const auto ended = PdfDocument::open(m_path, {}, options);
        options.helper = script("echo this is no record of ours");
        const auto babbled = PdfDocument::open(m_path, {}, options);
        options.helper = "/nonexistent/warraq-pdf";
        const auto missing = PdfDocument::open(m_path, {}, options);

        QCOMPARE(crashed.error().code, ErrorCode::Damaged);
        QCOMPARE(crashed.error().detail, std::string("crashed (signal 11)"));
        QCOMPARE(ended.error().detail, std::string("ended with status 3"));
        QCOMPARE(babbled.error().code, ErrorCode::Damaged);
        QCOMPARE(missing.error().code, ErrorCode::Unsupported);
    }

    void handsNoOtherDescriptorOn()
    {
        write(support::pagesOf({"one"}));
        const fs::path list = m_path.parent_path() / "descriptors.txt";
        const int extra = dup(STDERR_FILENO);
        rag::PdfOptions options;
        options.helper = script("ls /proc/$$/fd > " + list.string());

        QVERIFY(!PdfDocument::open(m_path, {}, options));
        close(extra);

        std::ifstream in(list);
        std::vector<int> descriptors;
        for (int descriptor = 0; in >> descriptor;)
            descriptors.push_back(descriptor);
        QVERIFY(descriptors.size() >= 4);
        for (const int descriptor : descriptors)
            QVERIFY2(descriptor <= 3 || descriptor >= 10,
                     std::to_string(descriptor).c_str()); // 10: the shell's own
        QVERIFY(std::find(descriptors.begin(), descriptors.end(), extra) == descriptors.end());
    }

    void leavesNothingBehind()
    {
        write(support::pagesOf({"one"}));
        const std::size_t before = openDescriptors();

        for (int i = 0; i < 5; ++i) {
            auto document = PdfDocument::open(m_path);
            QVERIFY(document);
            QVERIFY(document->text(0));
            QVERIFY(document->render(0, 0.2));
            PdfDocument moved = std::move(*document);
            QVERIFY(moved.text(0));
        }

        QCOMPARE(openDescriptors(), before);
        QCOMPARE(waitpid(-1, nullptr, WNOHANG), -1); // no child, not even a dead one
        QCOMPARE(errno, ECHILD);
    }

private:
    void write(const support::PdfSpec &spec) { QVERIFY(support::writePdf(m_path, spec)); }

    fs::path script(const std::string &command)
    {
        const fs::path path = m_path.parent_path() / ("helper" + std::to_string(++m_scripts) + ".sh");
        std::ofstream(path) << "#!/bin/sh\n" << command << "\n";
        fs::permissions(path, fs::perms::owner_all);
        return path;
    }

    QTemporaryDir m_folder;
    fs::path m_path;
    int m_scripts = 0;
};

QTEST_GUILESS_MAIN(TestPdfDocument)
#include "test_pdf_document.moc"
