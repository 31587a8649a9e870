#include "ui/chat/markdown.h"
#include "ui/chat/text_view.h"

#include <QAbstractTextDocumentLayout>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>
#include <QUrl>

namespace {

std::vector<rag::Citation> citations(std::initializer_list<int> numbers)
{
    std::vector<rag::Citation> list;
    for (const int n : numbers) {
        rag::Citation citation;
        citation.n = n;
        list.push_back(citation);
    }
    return list;
}

QStringList linksOf(const QTextDocument &document)
{
    QStringList links;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        for (auto it = block.begin(); !it.atEnd(); ++it) {
            if (it.fragment().charFormat().isAnchor()) {
                links << it.fragment().charFormat().anchorHref();
            }
        }
    }
    return links;
}

} // namespace

class TestMarkdown final : public QObject
{
    Q_OBJECT

private slots:

    void marksBecomeLinks_data()
    {
        QTest::addColumn<QString>("markdown");
        QTest::addColumn<QString>("linked");

        QTest::newRow("known") << "Yes [1]."
                               << "Yes [\\[1\\]](cite:1).";
        QTest::newRow("two in a row") << "[1][2]"
                                      << "[\\[1\\]](cite:1)[\\[2\\]](cite:2)";
        QTest::newRow("unknown") << "No [7]."
                                 << "No [7].";
        QTest::newRow("in code") << "`a[1]`"
                                 << "`a[1]`";
        QTest::newRow("in a fence") << "```\na[1]\n```\n[1]"
                                    << "```\na[1]\n```\n[\\[1\\]](cite:1)";
        QTest::newRow("no number") << "[] [x] [1"
                                   << "[] [x] [1";
        QTest::newRow("at the end") << "["
                                    << "[";
    }

    void marksBecomeLinks()
    {
        QFETCH(QString, markdown);
        QFETCH(QString, linked);

        QCOMPARE(ui::linkMarks(markdown, citations({1, 2})), linked);
    }

    void renderedMarkReadsAsBefore()
    {
        const auto document = ui::renderMarkdown("It is **30** days [1].", citations({1}), QFont());

        QCOMPARE(document->toPlainText(), QStringLiteral("It is 30 days [1]."));
        QCOMPARE(linksOf(*document), QStringList{QStringLiteral("cite:1")});
        QVERIFY(ui::citationOf(QUrl(QStringLiteral("cite:1")), citations({1})));
        QVERIFY(!ui::citationOf(QUrl(QStringLiteral("cite:2")), citations({1})));
        QVERIFY(!ui::citationOf(QUrl(QStringLiteral("http://1")), citations({1})));
    }

    void htmlIsTextAndPicturesAreWords()
    {
        const auto document = ui::renderMarkdown(
            "<b>x</b> <img src=\"file:///etc/hostname\"> ![chart](http://example.org/p.png)", {}, QFont());

        const QString text = document->toPlainText();
        QVERIFY2(text.contains(QStringLiteral("<img")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("[chart]")), qPrintable(text));
        QVERIFY(!text.contains(QChar::ObjectReplacementCharacter));
    }

    void documentLoadsNothing()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("x.css"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("p { color: red }");
        file.close();
        ui::InertDocument document;

        QVERIFY(!document.resource(QTextDocument::StyleSheetResource, QUrl::fromLocalFile(path)).isValid());
        QVERIFY(!document.resource(QTextDocument::ImageResource, QUrl::fromLocalFile(path)).isValid());
    }

    void directionFollowsEachParagraph()
    {
        const auto document =
            ui::renderMarkdown("مدة الإشعار 30 يوما [1].\n\nThe notice period.", citations({1}), QFont());
        document->setTextWidth(400);

        QCOMPARE(document->firstBlock().textDirection(), Qt::RightToLeft);
        QCOMPARE(document->lastBlock().textDirection(), Qt::LeftToRight);
        // Set against the right edge: the line does not fill the width, and begins far from the left.
        document->documentLayout();
        const QTextLine line = document->firstBlock().layout()->lineAt(0);
        QVERIFY2(line.naturalTextRect().left() > 100,
                 qPrintable(QString::number(line.naturalTextRect().left())));
    }

    void longAnswersAreNotQuadratic()
    {
        const std::string once = "A **bold** word and `code` and [1]. ";
        const auto cost = [&](int times) {
            QElapsedTimer timer;
            timer.start();
            ui::TextView view;
            view.resize(500, 100);
            std::string text;
            std::vector<rag::AnswerSentence> sentences;
            for (int i = 0; i < times; ++i) {
                text += once;
                rag::AnswerSentence sentence;
                sentence.begin = std::uint32_t(text.size() - once.size());
                sentence.end = std::uint32_t(text.size());
                sentence.verdict = rag::Verdict::Weak;
                sentences.push_back(sentence);
            }
            view.show(ui::renderMarkdown(text, citations({1}), QFont(), sentences));
            return timer.nsecsElapsed();
        };
        cost(10); // fonts are loaded once

        const auto small = cost(50);
        const auto large = cost(400);

        QVERIFY2(large < 40 * small + 200'000'000, qPrintable(QStringLiteral("%1 %2").arg(small).arg(large)));
    }

    void viewIsAsTallAsItsText()
    {
        ui::TextView view;
        view.resize(300, 20);
        view.show(ui::renderPlain(QStringLiteral("one\ntwo\nthree\nfour"), view.font()));

        QVERIFY(view.height() >= 4 * view.fontMetrics().height());
        QVERIFY(view.document()->size().height() <= view.height());
    }
};

QTEST_MAIN(TestMarkdown)
#include "test_markdown.moc"
