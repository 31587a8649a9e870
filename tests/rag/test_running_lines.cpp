#include "rag/chunk/chunker.h"
#include "rag/chunk/running_lines.h"

#include <QTest>

using namespace rag;

namespace {

struct Piece
{
    std::string text;
    float y;
    BlockKind kind = BlockKind::Body;
};

/// A page of 100 x 1000 points with a block for each piece, 10 points high.
PageContent page(int number, const std::vector<Piece> &pieces)
{
    PageContent out;
    out.page = number;
    out.width = 100;
    out.height = 1000;
    for (const Piece &piece : pieces) {
        if (!out.text.empty())
            out.text += "\n\n";
        const auto begin = static_cast<std::uint32_t>(out.text.size());
        for (const char c : piece.text) {
            const auto at = static_cast<std::uint32_t>(out.text.size());
            out.text += c;
            if (c != ' ')
                out.chars.push_back({at, at + 1, {10, piece.y, 5, 10}});
        }
        out.blocks.push_back({begin, static_cast<std::uint32_t>(out.text.size()), piece.kind, 10});
    }
    return out;
}

std::string body(const std::string &word)
{
    return "The " + word + " of this page stands alone.";
}

std::vector<PageContent> through(RunningLines &running, const std::vector<PageContent> &pages)
{
    std::vector<PageContent> out;
    for (const PageContent &given : pages)
        for (PageContent &decided : running.add(given))
            out.push_back(std::move(decided));
    for (PageContent &decided : running.finish())
        out.push_back(std::move(decided));
    return out;
}

std::string runningText(const PageContent &page)
{
    std::string out;
    for (const Block &block : page.blocks)
        if (block.kind == BlockKind::Running)
            out += (out.empty() ? "" : "|") + page.text.substr(block.begin, block.end - block.begin);
    return out;
}

/// Headers that change sides, page numbers below.
std::vector<PageContent> book(int pages)
{
    std::vector<PageContent> all;
    for (int i = 0; i < pages; ++i)
        all.push_back(page(i, {{i % 2 ? "Chapter 3: Kettles " + std::to_string(i) : "The Manual", 30},
                               {body("word" + std::string(1, static_cast<char>('a' + i))), 200},
                               {std::to_string(i + 1), 960}}));
    return all;
}

} // namespace

class TestRunningLines : public QObject
{
    Q_OBJECT

private slots:

    void findsHeadersOfBothSidesAndNumbers()
    {
        RunningLines running;
        const auto pages = through(running, book(6));
        QCOMPARE(pages.size(), std::size_t(6));
        QCOMPARE(runningText(pages[0]), std::string("The Manual|1"));
        QCOMPARE(runningText(pages[3]), std::string("Chapter 3: Kettles 3|4"));
        QCOMPARE(runningText(pages[5]), std::string("Chapter 3: Kettles 5|6"));
        QCOMPARE(pages[4].page, 4);
    }

    void keepsWhatDoesNotRepeat()
    {
        RunningLines running;
        const auto pages = through(running, {page(0, {{"A first line at the top", 30}, {body("one"), 300}}),
                                             page(1, {{"Another one up there", 30}, {body("two"), 300}}),
                                             page(2, {{"And a third", 30}, {body("three"), 300}})});
        for (const PageContent &decided : pages)
            QCOMPARE(runningText(decided), std::string());
    }

    void keepsWhatRepeatsInTheMiddle()
    {
        RunningLines running;
        const auto pages =
            through(running, {page(0, {{"Table of totals", 500}}), page(1, {{"Table of totals", 500}}),
                              page(2, {{"Table of totals", 500}})});
        QCOMPARE(runningText(pages[1]), std::string());
    }

    void keepsTitlesOfSlides()
    {
        RunningLines running;
        const std::vector<Piece> slide{{"Our results", 40, BlockKind::Heading}, {body("x"), 300}};
        const auto pages = through(running, {page(0, slide), page(1, slide), page(2, slide)});
        QCOMPARE(runningText(pages[1]), std::string());
    }

    void aSinglePageHasNone()
    {
        RunningLines running;
        QCOMPARE(runningText(through(running, {page(0, {{"Header", 30}, {"1", 960}})}).at(0)), std::string());
    }

    void goesOnAfterAStopAsIfThereHadBeenNone()
    {
        const auto pages = book(9);
        RunningLines whole;
        const auto expected = through(whole, pages);
        for (std::size_t stop = 1; stop < pages.size(); ++stop) {
            RunningLines resumed;
            for (std::size_t i = 0; i < stop; ++i)
                resumed.remember(expected[i]);
            const auto rest =
                through(resumed, {pages.begin() + static_cast<std::ptrdiff_t>(stop), pages.end()});
            QCOMPARE(rest.size(), pages.size() - stop);
            for (std::size_t i = 0; i < rest.size(); ++i)
                QCOMPARE(runningText(rest[i]), runningText(expected[stop + i]));
        }
    }

    void noPassageIsMadeOfThem()
    {
        RunningLines running;
        Chunker chunker({}, [](std::string_view text) { return static_cast<int>(text.size() / 4); }, {});
        std::string text;
        std::vector<Chunk> chunks;
        for (const PageContent &decided : through(running, book(5)))
            for (Chunk &chunk : chunker.add(decided))
                chunks.push_back(std::move(chunk));
        for (Chunk &chunk : chunker.finish())
            chunks.push_back(std::move(chunk));
        for (const Chunk &chunk : chunks)
            text += chunk.text;
        QVERIFY(text.find("worda") != std::string::npos && text.find("worde") != std::string::npos);
        QVERIFY2(text.find("Manual") == std::string::npos && text.find("Kettles") == std::string::npos,
                 text.c_str());
    }
};

QTEST_APPLESS_MAIN(TestRunningLines)
#include "test_running_lines.moc"
