#include "rag/chunk/chunker.h"
#include "tests/support/fake_pages.h"

#include <QTest>

#include <map>

using namespace rag;

namespace {

int countWords(std::string_view text)
{
    int words = 0;
    bool inside = false;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\n';
        words += !space && !inside ? 1 : 0;
        inside = !space;
    }
    return words;
}

constexpr ChunkOptions kSmall{20, 30, 6};

std::vector<Chunk> chunkAll(const std::vector<PageContent> &pages, std::vector<OutlineItem> outline = {},
                            const ChunkOptions &options = kSmall)
{
    Chunker chunker(options, countWords, std::move(outline));
    std::vector<Chunk> chunks;
    for (const PageContent &page : pages)
        for (Chunk &chunk : chunker.add(page))
            chunks.push_back(std::move(chunk));
    for (Chunk &chunk : chunker.finish())
        chunks.push_back(std::move(chunk));
    return chunks;
}

std::string sentence(int words, const std::string &word)
{
    std::string text = "The";
    for (int i = 1; i < words; ++i)
        text += " " + word;
    return text + ".";
}

std::vector<PageContent> fakePages(unsigned seed, int count)
{
    std::vector<PageContent> pages;
    for (int page = 0; page < count; ++page)
        pages.push_back(makePage(page, fakeParagraphs(seed, page),
                                 page % 3 == 0 ? std::set<std::size_t>{0} : std::set<std::size_t>{}));
    return pages;
}

} // namespace

class TestChunker : public QObject
{
    Q_OBJECT

private slots:
    void shortPageIsOneChunk();
    void everyByteComesFromItsPage();
    void noTextIsLost();
    void staysWithinTheLimits();
    void cutsBetweenSentencesAndRepeatsTheLast();
    void cutsALongSentenceAtSpaces();
    void cutsTextWithoutSpacesBetweenCharacters();
    void cutsAtHeadingsAndNamesTheSection();
    void shortSectionsOfAPageShareAChunk();
    void namesSectionsByTheOutline_data();
    void namesSectionsByTheOutline();
    void findsThePagesOfTheOutlineInItsOrder();
    void namesSectionsByTheSizesOfHeadings();
    void repeatsTheHeadOfATableOverItsRows();
    void takesNoHeadFromAnotherTable();
    void keepsACaptionWhole();
    void footnotesWaitForTheEndOfTheSentence();
    void runsOverAPageBreakWithinASection();
    void slidesStandForThemselves();
    void keepsAHeadingWithWhatFollows();
    void leavesOutPagesThatWereNotRead();
    void samePagesGiveSameChunks();
    void countsEachSentenceOnce();
    void boxesOneALine();
    void boxesOfOnePageOnly();
    void boxesOfARightToLeftLine();
    void boxesOfTwoColumnsStayApart();
};

void TestChunker::shortPageIsOneChunk()
{
    const auto chunks = chunkAll({makePage(7, {"alpha beta", "gamma"})});

    QCOMPARE(chunks.size(), std::size_t(1));
    QCOMPARE(chunks[0].page, 7);
    QCOMPARE(chunks[0].lastPage, 7);
    QCOMPARE(chunks[0].text, std::string("alpha beta\n\ngamma"));
    QCOMPARE(chunks[0].tokens, 3);
    QCOMPARE(chunks[0].segments.size(), std::size_t(1));
    QVERIFY(chunkAll({}).empty());
    QVERIFY(chunkAll({makePage(0, {})}).empty());
}

void TestChunker::everyByteComesFromItsPage()
{
    const auto pages = fakePages(1, 30);

    const auto chunks = chunkAll(pages);

    QVERIFY(chunks.size() > 30);
    for (const Chunk &chunk : chunks) {
        std::uint32_t end = 0;
        for (const Segment &segment : chunk.segments) {
            QVERIFY(segment.begin >= end);
            QVERIFY(chunk.text.find_first_not_of(" \n", end) >= segment.begin); // only spaces lie between
            const std::string &page = pages[static_cast<std::size_t>(segment.page)].text;
            QCOMPARE(chunk.text.substr(segment.begin, segment.length),
                     page.substr(segment.pageBegin, segment.length));
            end = segment.begin + segment.length;
        }
        QCOMPARE(end, static_cast<std::uint32_t>(chunk.text.size()));
        QCOMPARE(chunk.segments.front().page, chunk.page);
        QCOMPARE(chunk.segments.back().page, chunk.lastPage);
    }
}

void TestChunker::noTextIsLost()
{
    const auto pages = fakePages(2, 30);
    std::vector<std::vector<bool>> seen;
    for (const PageContent &page : pages)
        seen.emplace_back(page.text.size(), false);

    for (const Chunk &chunk : chunkAll(pages))
        for (const Segment &segment : chunk.segments)
            for (std::uint32_t i = 0; i < segment.length; ++i)
                seen[static_cast<std::size_t>(segment.page)][segment.pageBegin + i] = true;

    for (std::size_t page = 0; page < pages.size(); ++page)
        for (std::size_t i = 0; i < seen[page].size(); ++i)
            QVERIFY(seen[page][i] || pages[page].text[i] == ' ' || pages[page].text[i] == '\n');
}

void TestChunker::staysWithinTheLimits()
{
    for (unsigned seed = 0; seed < 5; ++seed)
        for (const Chunk &chunk : chunkAll(fakePages(seed, 20))) {
            QCOMPARE(chunk.tokens, countWords(chunk.text));
            QVERIFY(chunk.tokens <= kSmall.maxTokens);
        }
}

void TestChunker::cutsBetweenSentencesAndRepeatsTheLast()
{
    std::string text;
    for (int i = 0; i < 12; ++i)
        text += (i > 0 ? " " : "") + sentence(5, "word" + std::to_string(i));

    const auto chunks = chunkAll({makePage(0, {text})});

    QVERIFY(chunks.size() >= 3);
    for (std::size_t i = 1; i < chunks.size(); ++i) {
        QVERIFY(chunks[i].text.starts_with("The "));
        QVERIFY(chunks[i - 1].text.ends_with("."));
        const std::string first = chunks[i].text.substr(0, chunks[i].text.find('.') + 1);
        QVERIFY2(chunks[i - 1].text.ends_with(first), chunks[i].text.c_str());
    }
}

void TestChunker::cutsALongSentenceAtSpaces()
{
    const std::string text = sentence(200, "endless");

    const auto chunks = chunkAll({makePage(0, {text})});

    QVERIFY(chunks.size() >= 7);
    for (const Chunk &chunk : chunks) {
        QVERIFY(chunk.tokens <= kSmall.maxTokens);
        QVERIFY(chunk.text.starts_with("The") || chunk.text.starts_with("endless"));
        QVERIFY(chunk.text.ends_with("endless") || chunk.text.ends_with("endless."));
    }
}

void TestChunker::cutsTextWithoutSpacesBetweenCharacters()
{
    std::string text;
    for (int i = 0; i < 300; ++i)
        text += "文";
    const auto countCharacters = [](std::string_view part) { return static_cast<int>(part.size()) / 3; };
    Chunker chunker(kSmall, countCharacters, {});

    auto chunks = chunker.add(makePage(0, {text}));
    for (Chunk &chunk : chunker.finish())
        chunks.push_back(chunk);

    std::string all;
    for (const Chunk &chunk : chunks) {
        QCOMPARE(chunk.text.size() % 3, std::size_t(0));
        QVERIFY(chunk.tokens <= kSmall.maxTokens);
        all += chunk.text;
    }
    QCOMPARE(all, text);

    Chunker hopeless(kSmall, [](std::string_view) { return 1000; }, {}); // even one character is too long
    hopeless.add(makePage(0, {"a文b"}));
    QVERIFY(!hopeless.finish().empty());
}

void TestChunker::cutsAtHeadingsAndNamesTheSection()
{
    const auto chunks = chunkAll(
        {makePage(0, {"Introduction", sentence(12, "intro"), "Methods", sentence(12, "method")}, {0, 2})});

    QCOMPARE(chunks.size(), std::size_t(2));
    QCOMPARE(chunks[0].section, std::string("Introduction"));
    QVERIFY(chunks[0].text.starts_with("Introduction\n\nThe intro"));
    QCOMPARE(chunks[1].section, std::string("Methods"));
    QVERIFY(chunks[1].text.starts_with("Methods\n\nThe method"));
    QVERIFY(chunks[1].text.find("intro") == std::string::npos); // no overlap over a heading
}

void TestChunker::shortSectionsOfAPageShareAChunk()
{
    const auto onePage = chunkAll({makePage(0, {"A", "Two words", "B", "Three more words"}, {0, 2})});
    const auto twoPages =
        chunkAll({makePage(0, {"A", "Two words"}, {0}), makePage(1, {"B", "Three more words"}, {0})});

    QCOMPARE(onePage.size(), std::size_t(1));
    QCOMPARE(onePage[0].section, std::string("A"));
    QCOMPARE(twoPages.size(), std::size_t(2));
    QCOMPARE(twoPages[1].section, std::string("B"));
}

void TestChunker::namesSectionsByTheOutline_data()
{
    QTest::addColumn<QString>("entry");
    QTest::addColumn<QString>("block");
    QTest::addColumn<bool>("marked"); // as a heading by its font
    QTest::newRow("equal") << "Paper making"
                           << "Paper making" << true;
    QTest::newRow("numbered on the page") << "Paper making"
                                          << "3.1 Paper making" << true;
    QTest::newRow("numbered in the outline") << "3.1. Paper making"
                                             << "PAPER MAKING" << true;
    QTest::newRow("not marked") << "Paper making"
                                << "Paper  Making" << false;
    QTest::newRow("Arabic") << QString::fromUtf8("صناعة الورق") << QString::fromUtf8("صِناعة الورق") << false;
}

void TestChunker::namesSectionsByTheOutline()
{
    QFETCH(QString, entry);
    QFETCH(QString, block);
    QFETCH(bool, marked);
    const std::vector<OutlineItem> outline{{"Before", 0, 0}, {entry.toStdString(), 0, 1}, {"No page", 0, -1}};

    const auto chunks = chunkAll({makePage(0, {"Before", sentence(15, "first")}, {0}),
                                  makePage(1,
                                           {sentence(15, "rest"), block.toStdString(), sentence(15, "second"),
                                            "Minor heading", sentence(15, "third")},
                                           marked ? std::set<std::size_t>{1, 3} : std::set<std::size_t>{3})},
                                 outline);

    QVERIFY(chunks.size() >= 3);
    QCOMPARE(chunks.front().section, std::string("Before"));
    for (const Chunk &chunk : chunks) {
        const std::string entryTitle = entry.toStdString();
        if (chunk.text.find("third") != std::string::npos)
            QCOMPARE(chunk.section, entryTitle + " > Minor heading");
        else
            QCOMPARE(chunk.section,
                     chunk.text.find("second") != std::string::npos ? entryTitle : std::string("Before"));
    }
    QVERIFY(chunks.back().text.starts_with("Minor heading")); // cuts, though the outline does not name it
}

void TestChunker::findsThePagesOfTheOutlineInItsOrder()
{
    const std::vector<OutlineItem> outline{{"Part", 0, -1}, {"First", 1, -1},  {"Overview", 2, -1},
                                           {"Lost", 1, -1}, {"Second", 1, -1}, {"Overview", 2, -1},
                                           {"Three", 0, -1}};
    const std::vector<PageContent> pages{
        makePage(0, {"Part", "First", "Overview", "Lost", "Second", "Overview", "Three"}), // the contents
        makePage(1, {"1 Part", sentence(15, "alpha"), "1.1 First", sentence(15, "beta")}, {0, 2}),
        makePage(2, {"1.1.1 Overview", sentence(15, "gamma"), "1.3 Second", sentence(15, "delta")}, {0, 2}),
        makePage(3, {"1.3.1 Overview", sentence(15, "epsilon")}, {0})};
    Chunker chunker(kSmall, countWords, outline);
    std::vector<Chunk> chunks;
    for (const PageContent &page : pages)
        for (Chunk &chunk : chunker.add(page))
            chunks.push_back(std::move(chunk));
    for (Chunk &chunk : chunker.finish())
        chunks.push_back(std::move(chunk));

    std::map<std::string, std::string> sections;
    for (const Chunk &chunk : chunks)
        for (const char *word : {"alpha", "beta", "gamma", "delta", "epsilon"})
            if (chunk.text.find(word) != std::string::npos)
                sections[word] = chunk.section;
    QCOMPARE(sections["alpha"], std::string("Part"));
    QCOMPARE(sections["beta"], std::string("Part > First"));
    QCOMPARE(sections["gamma"], std::string("Part > First > Overview"));
    QCOMPARE(sections["delta"], std::string("Part > Second"));
    QCOMPARE(sections["epsilon"], std::string("Part > Second > Overview"));
    std::vector<int> found;
    for (const OutlineItem &item : chunker.outline())
        found.push_back(item.page);
    QCOMPARE(found, (std::vector<int>{1, 1, 2, -1, 2, 3, -1}));
}

void TestChunker::namesSectionsByTheSizesOfHeadings()
{
    PageContent page = makePage(
        0, {"Large", sentence(15, "alpha"), "Small", sentence(15, "beta"), "Other", sentence(15, "gamma")},
        {0, 2, 4});
    page.blocks[0].fontSize = 18;
    page.blocks[2].fontSize = page.blocks[4].fontSize = 14;

    const auto chunks = chunkAll({page});

    QCOMPARE(chunks.size(), std::size_t(3));
    QCOMPARE(chunks[0].section, std::string("Large"));
    QCOMPARE(chunks[1].section, std::string("Large > Small"));
    QCOMPARE(chunks[2].section, std::string("Large > Other"));
}

namespace {

/// A page of one table; its head, if any, is a block before the rows.
PageContent tablePage(int page, const std::string &head, const std::vector<std::string> &rows)
{
    PageContent content = makePage(page, {"x"});
    content.text.clear();
    content.blocks.clear();
    if (!head.empty()) {
        content.text = head + "\n";
        content.blocks.push_back({0, std::uint32_t(head.size()), BlockKind::Table, 10});
    }
    const auto begin = std::uint32_t(content.text.size());
    for (const std::string &row : rows)
        content.text += (content.text.size() == begin ? "" : "\n") + row;
    content.blocks.push_back({begin, std::uint32_t(content.text.size()), BlockKind::Table, 10});
    return content;
}

} // namespace

void TestChunker::repeatsTheHeadOfATableOverItsRows()
{
    std::vector<std::string> rows;
    for (int i = 0; i < 12; ++i)
        rows.push_back("row " + std::to_string(i) + " | is so | and so");
    const PageContent first = tablePage(0, "Name | Kind | Use", rows);
    const PageContent second = tablePage(1, "", {"last 1 | of | all", "last 2 | of | all"});

    const auto chunks = chunkAll({first, second});

    QVERIFY(chunks.size() > 2);
    for (const Chunk &chunk : chunks) {
        QVERIFY2(chunk.text.starts_with("Name | Kind | Use\nrow") ||
                     chunk.text.starts_with("Name | Kind | Use\nlast"),
                 chunk.text.c_str());
        for (const Segment &segment : chunk.segments) {
            const std::string &page = segment.page == 0 ? first.text : second.text;
            QCOMPARE(chunk.text.substr(segment.begin, segment.length),
                     page.substr(segment.pageBegin, segment.length));
        }
    }
    QCOMPARE(chunks.back().page, 1); // though its head stands on the page before
    QVERIFY(chunks.back().text.ends_with("last 2 | of | all"));
}

void TestChunker::takesNoHeadFromAnotherTable()
{
    const PageContent first = tablePage(0, "Name | Kind", {"a | b", "c | d"});
    const PageContent second = tablePage(1, "", {"one | two | three", "four | five | six"});

    const auto chunks = chunkAll({first, second});

    QVERIFY(chunks.back().text.find("one | two") != std::string::npos);
    QVERIFY(chunks.back().text.find("Name") == std::string::npos || chunks.size() == 1);
}

void TestChunker::keepsACaptionWhole()
{
    PageContent page =
        makePage(0, {sentence(24, "long"), "Figure 1: One. Two. Three. Four.", sentence(15, "after")});
    page.blocks[1].kind = BlockKind::Caption;

    const auto chunks = chunkAll({page});

    int whole = 0;
    for (const Chunk &chunk : chunks)
        whole += chunk.text.find("Figure 1: One. Two. Three. Four.") != std::string::npos;
    QVERIFY(whole >= 1);
    for (const Chunk &chunk : chunks)
        QVERIFY((chunk.text.find("One.") != std::string::npos) ==
                (chunk.text.find("Four.") != std::string::npos));
}

void TestChunker::footnotesWaitForTheEndOfTheSentence()
{
    PageContent first = makePage(0, {"The sentence is long enough and goes", "1 A note that explains."});
    first.blocks[0].fontSize = 10;
    first.blocks[1].fontSize = 8;
    PageContent second = makePage(1, {"on over the page."});
    second.blocks[0].fontSize = 10;

    const auto chunks = chunkAll({first, second});

    QCOMPARE(chunks.size(), std::size_t(1));
    QCOMPARE(
        chunks[0].text,
        std::string("The sentence is long enough and goes on over the page.\n\n1 A note that explains."));
    QCOMPARE(chunks[0].page, 0);
    QCOMPARE(chunks[0].lastPage, 1);
}

void TestChunker::runsOverAPageBreakWithinASection()
{
    const auto chunks = chunkAll({makePage(3, {"This goes on"}), makePage(4, {"over the page. And ends."})});

    QCOMPARE(chunks.size(), std::size_t(1));
    QCOMPARE(chunks[0].text, std::string("This goes on over the page. And ends."));
    QCOMPARE(chunks[0].page, 3);
    QCOMPARE(chunks[0].lastPage, 4);
    QCOMPARE(chunks[0].segments.size(), std::size_t(2));

    // With enough text a chunk ends where its page does, and repeats nothing of it.
    const auto full = chunkAll({makePage(0, {sentence(14, "one")}), makePage(1, {sentence(14, "two")})});
    QCOMPARE(full.size(), std::size_t(2));
    QCOMPARE(full[1].page, 1);
    QVERIFY(full[1].text.find("one") == std::string::npos);
}

void TestChunker::slidesStandForThemselves()
{
    std::vector<PageContent> pages{makePage(0, {"Title of it", "Some points"}, {0}),
                                   makePage(1, {"more points without a title"})};
    for (PageContent &page : pages)
        std::swap(page.width, page.height);

    const auto chunks = chunkAll(pages);

    QCOMPARE(chunks.size(), std::size_t(2));
    QCOMPARE(chunks[0].section, std::string("Title of it"));
    QCOMPARE(chunks[1].section, std::string());
    QCOMPARE(chunks[1].page, 1);
}

void TestChunker::keepsAHeadingWithWhatFollows()
{
    const auto chunks =
        chunkAll({makePage(0, {"Small", "text here", "Heading", sentence(28, "long")}, {0, 2})});

    QCOMPARE(chunks.size(), std::size_t(2));
    QCOMPARE(chunks[0].text, std::string("Small\n\ntext here"));
    QVERIFY(chunks[1].text.starts_with("Heading\n\nThe long"));
    QCOMPARE(chunks[1].section, std::string("Heading"));
}

void TestChunker::leavesOutPagesThatWereNotRead()
{
    PageContent skipped = makePage(1, {"never shown"});
    skipped.state = PageState::Skipped;

    const auto chunks = chunkAll({makePage(0, {"first"}), skipped, makePage(2, {"third"})});

    QCOMPARE(chunks.size(), std::size_t(1));
    QCOMPARE(chunks[0].text, std::string("first third"));
}

void TestChunker::samePagesGiveSameChunks()
{
    const auto pages = fakePages(4, 25);

    const auto first = chunkAll(pages);
    const auto second = chunkAll(pages);

    QCOMPARE(first.size(), second.size());
    for (std::size_t i = 0; i < first.size(); ++i)
        QCOMPARE(first[i].text, second[i].text);
}

void TestChunker::countsEachSentenceOnce()
{
    int counted = 0;
    Chunker chunker(kSmall,
                    [&](std::string_view text) {
                        ++counted;
                        return countWords(text);
                    },
                    {});
    std::string text;
    for (int i = 0; i < 50; ++i)
        text += (i > 0 ? " " : "") + sentence(5, "word");

    chunker.add(makePage(0, {text}));
    chunker.finish();

    QCOMPARE(counted, 50);
}

void TestChunker::boxesOneALine()
{
    const PageContent page = makePage(0, {sentence(30, "words"), "Second paragraph."});
    const auto chunks = chunkAll({page}, {}, ChunkOptions{});
    QCOMPARE(chunks.size(), std::size_t(1));
    const std::string &text = chunks[0].text;

    const auto all = boxesOf(chunks[0].segments, 0, static_cast<std::uint32_t>(text.size()), page);
    const auto at = static_cast<std::uint32_t>(text.find("Second"));
    const auto word = boxesOf(chunks[0].segments, at, at + 6, page);

    QCOMPARE(all.size(), std::size_t(4)); // 180 characters, 80 a line, and the paragraph's line
    QCOMPARE(all[0].x, 72.0F);
    QCOMPARE(all[0].width, 5.0F * 80);
    QCOMPARE(word.size(), std::size_t(1));
    QCOMPARE(word[0].x, 72.0F);
    QCOMPARE(word[0].width, 30.0F);
    QVERIFY(boxesOf(chunks[0].segments, at, at, page).empty());
}

void TestChunker::boxesOfOnePageOnly()
{
    const PageContent first = makePage(0, {"This goes on"});
    const PageContent second = makePage(1, {"over the page."});
    const auto chunks = chunkAll({first, second});
    const auto end = static_cast<std::uint32_t>(chunks[0].text.size());

    const auto onFirst = boxesOf(chunks[0].segments, 0, end, first);
    const auto onSecond = boxesOf(chunks[0].segments, 0, end, second);

    QCOMPARE(onFirst.size(), std::size_t(1));
    QCOMPARE(onFirst[0].width, 5.0F * 12);
    QCOMPARE(onSecond.size(), std::size_t(1));
    QCOMPARE(onSecond[0].width, 5.0F * 14);
}

void TestChunker::boxesOfARightToLeftLine()
{
    // Logical order: two letters at the right, a long Latin phrase left of them, a letter left of it.
    PageContent page;
    page.text = "abLATINPHRASExz";
    const auto put = [&](std::uint32_t i, float x) { page.chars.push_back({i, i + 1, {x, 100, 10, 12}}); };
    put(0, 490);
    put(1, 480);
    for (std::uint32_t i = 0; i < 11; ++i)
        put(2 + i, 370 + 10 * static_cast<float>(i));
    put(13, 360);
    put(14, 350);

    const auto boxes = boxesOf(std::vector<Segment>{{0, 0, 0, 15}}, 0, 15, page);

    QCOMPARE(boxes.size(), std::size_t(1));
    QCOMPARE(boxes[0].x, 350.0F);
    QCOMPARE(boxes[0].right(), 500.0F);
}

void TestChunker::boxesOfTwoColumnsStayApart()
{
    PageContent page;
    page.text = "ab";
    page.chars = {{0, 1, {72, 700, 10, 12}}, {1, 2, {320, 700, 10, 12}}};

    QCOMPARE(boxesOf(std::vector<Segment>{{0, 0, 0, 2}}, 0, 2, page).size(), std::size_t(2));
}

QTEST_APPLESS_MAIN(TestChunker)
#include "test_chunker.moc"
