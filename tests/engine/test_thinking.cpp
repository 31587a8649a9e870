#include "engine/run/thinking.h"

#include <QtTest>

using namespace engine;

namespace {

struct Split
{
    std::string thinking;
    std::string answer;

    bool operator==(const Split &) const = default;
};

/// `text` in pieces of `size` bytes; no token of it is a tag.
Split splitText(const std::string &text, bool begun, std::size_t size)
{
    Split split;
    ThinkingSplit splitter({"<think>", "</think>", {}, {}}, begun,
                           [&](std::string_view bytes, TextPart part) {
                               (part == TextPart::Thinking ? split.thinking : split.answer) += bytes;
                           });
    for (std::size_t at = 0; at < text.size(); at += size) {
        splitter.add(5, std::string_view(text).substr(at, size));
    }
    splitter.finish();
    return split;
}

} // namespace

class TestThinking : public QObject
{
    Q_OBJECT

private slots:
    void textIsSplitAtItsTags_data();
    void textIsSplitAtItsTags();
    void tokensAreTags();
    void givesOutAsSoonAsItCan();
};

void TestThinking::textIsSplitAtItsTags_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("begun");
    QTest::addColumn<QString>("thinking");
    QTest::addColumn<QString>("answer");

    QTest::newRow("none") << " A plain answer.\n"
                          << false << ""
                          << " A plain answer.\n";
    QTest::newRow("both") << "<think>\nHm.\n\nYes.\n</think>\n\nIt is." << false << "Hm.\n\nYes."
                          << "It is.";
    QTest::newRow("blanks before") << "\n<think>Hm.</think>It is.\n"
                                   << false << "Hm."
                                   << "It is.\n";
    QTest::newRow("opened by the prompt") << "Hm.\n</think>\n\nIt is." << true << "Hm."
                                          << "It is.";
    QTest::newRow("empty thoughts") << "<think>\n\n</think>\n\nIt is." << false << ""
                                    << "It is.";
    QTest::newRow("never closed") << "<think>Hm. < 3 </thin" << false << "Hm. < 3 </thin"
                                  << "";
    QTest::newRow("nearly a tag") << "<thinking> aloud" << false << ""
                                  << "<thinking> aloud";
    QTest::newRow("cut within the tag") << "<thi" << false << ""
                                        << "<thi";
    QTest::newRow("tag inside the answer") << "Write <think> here." << false << ""
                                           << "Write <think> here.";
    QTest::newRow("less than in thoughts") << "<think>a </b> c</think>d" << false << "a </b> c"
                                           << "d";
    QTest::newRow("Arabic") << "<think>\nنعم\n</think>\n\nالقناة" << false << "نعم"
                            << "القناة";
    QTest::newRow("only blanks") << " \n"
                                 << false << ""
                                 << " \n";
}

void TestThinking::textIsSplitAtItsTags()
{
    QFETCH(QString, text);
    QFETCH(bool, begun);
    QFETCH(QString, thinking);
    QFETCH(QString, answer);
    const Split expected{thinking.toStdString(), answer.toStdString()};

    for (const std::size_t size : {1, 2, 3, 5, 8, 1000}) {
        const Split split = splitText(text.toStdString(), begun, size);
        QCOMPARE(split.thinking, expected.thinking);
        QCOMPARE(split.answer, expected.answer);
    }
}

void TestThinking::tokensAreTags()
{
    Split split;
    std::vector<bool> thinking;
    ThinkingSplit splitter({"<think>", "</think>", 1, 2}, false, [&](std::string_view bytes, TextPart part) {
        (part == TextPart::Thinking ? split.thinking : split.answer) += bytes;
    });
    const auto add = [&](TokenId token, const char *text) {
        splitter.add(token, text);
        thinking.push_back(splitter.isThinking());
    };

    add(9, "\n");
    add(1, "");
    add(9, "\n one </think>"); // only text: the vocabulary has a token for the tag
    add(9, "two\n");
    add(2, "</think>");
    add(9, "\n\n");
    add(9, "three");
    add(2, "</think>"); // a tag is never text
    splitter.finish();

    const Split expected{"one </think>two", "three"};
    QVERIFY(split == expected);
    const std::vector<bool> states{false, true, true, true, false, false, false, false};
    QVERIFY(thinking == states);
}

void TestThinking::givesOutAsSoonAsItCan()
{
    std::string shown;
    ThinkingSplit splitter({"<think>", "</think>", {}, {}}, true,
                           [&](std::string_view bytes, TextPart) { shown += bytes; });

    splitter.add(5, "Hm, 1");
    QCOMPARE(shown, std::string("Hm, 1"));
    splitter.add(5, " <");
    QCOMPARE(shown, std::string("Hm, 1"));
    splitter.add(5, " 2");
    QCOMPARE(shown, std::string("Hm, 1 < 2"));
}

QTEST_APPLESS_MAIN(TestThinking)
#include "test_thinking.moc"
