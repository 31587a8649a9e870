#include "rag/pdf/hidden_text.h"

#include <QTest>

#include <algorithm>

using namespace rag;

namespace {

/// A word 40 points wide.
PageWord wordAt(float x, float y, const std::string &text, float size = 10)
{
    PageWord word;
    word.text = text;
    word.fontSize = size;
    word.box = {x, y, 40, size};
    word.chars = {{0, static_cast<std::uint32_t>(text.size()), word.box}};
    return word;
}

/// White, two points a pixel.
PageImage whitePicture(const PageText &page)
{
    PageImage picture;
    picture.width = static_cast<int>(page.width / 2);
    picture.height = static_cast<int>(page.height / 2);
    picture.pointsPerPixel = 2;
    picture.pixels.assign(static_cast<std::size_t>(picture.width * picture.height) * 4, 255);
    return picture;
}

/// One grey pixel in the middle of the box.
void ink(PageImage &picture, const Box &box, std::uint8_t shade = 120)
{
    const auto x = static_cast<std::size_t>((box.x + box.width / 2) / picture.pointsPerPixel);
    const auto y = static_cast<std::size_t>((box.y + box.height / 2) / picture.pointsPerPixel);
    std::fill_n(picture.pixels.begin() +
                    static_cast<std::ptrdiff_t>((y * static_cast<std::size_t>(picture.width) + x) * 4),
                3, shade);
}

QStringList left(const PageText &page)
{
    QStringList words;
    for (const PageWord &word : page.words)
        words << QString::fromStdString(word.text);
    return words;
}

} // namespace

class TestHiddenText : public QObject
{
    Q_OBJECT

private slots:
    void dropsWhatLeavesNoTrace();
    void trustsNoPictureThatShowsNothing();
    void dropsTinyTextAndTextOutside();
    void looksNowhereOutsideOfThePicture();
};

void TestHiddenText::dropsWhatLeavesNoTrace()
{
    PageText page;
    page.width = 400;
    page.height = 300;
    page.words = {wordAt(50, 50, "seen"), wordAt(100, 50, "ignore"), wordAt(150, 50, "grey"),
                  wordAt(200, 50, "-")};
    PageImage picture = whitePicture(page);
    ink(picture, page.words[0].box);
    ink(picture, page.words[2].box, 230);

    QCOMPARE(dropHiddenText(page, &picture), std::size_t(1));

    QCOMPARE(left(page), (QStringList{"seen", "grey", "-"}));
}

void TestHiddenText::trustsNoPictureThatShowsNothing()
{
    PageText page;
    page.width = 400;
    page.height = 300;
    page.words = {wordAt(50, 50, "all"), wordAt(100, 50, "white")};
    const PageImage picture = whitePicture(page);

    QCOMPARE(dropHiddenText(page, &picture), std::size_t(0));
}

void TestHiddenText::dropsTinyTextAndTextOutside()
{
    PageText page;
    page.width = 400;
    page.height = 300;
    page.words = {wordAt(50, 50, "seen"), wordAt(100, 50, "tiny", 1), wordAt(-90, 50, "outside"),
                  wordAt(50, 310, "below")};
    PageWord scaled = wordAt(200, 50, "scaled");
    scaled.fontSize = 1; // the size is in the matrix
    page.words.push_back(scaled);

    QCOMPARE(dropHiddenText(page, nullptr), std::size_t(3));

    QCOMPARE(left(page), (QStringList{"seen", "scaled"}));
}

void TestHiddenText::looksNowhereOutsideOfThePicture()
{
    PageText page;
    page.width = 1e6F;
    page.height = 1e6F;
    page.words = {wordAt(9e5F, 9e5F, "far"), wordAt(0, 0, "near")};
    page.words[0].box.width = 1e6F;
    PageText small;
    small.width = small.height = 4;
    const PageImage picture = whitePicture(small);

    QCOMPARE(dropHiddenText(page, &picture), std::size_t(0));
}

QTEST_APPLESS_MAIN(TestHiddenText)
#include "test_hidden_text.moc"
