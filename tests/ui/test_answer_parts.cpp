#include "ui/chat/answer_foot.h"
#include "ui/chat/answer_wishes.h"
#include "ui/chat/chat_message.h"
#include "ui/chat/glass_box.h"
#include "ui/chat/markdown.h"
#include "ui/chat/message_widget.h"
#include "ui/chat/question_box.h"
#include "ui/chat/scan_view.h"
#include "ui/chat/suggestion_row.h"
#include "ui/chat/verdict_marks.h"
#include "ui/library/time_left.h"
#include "ui/report/page_strip.h"
#include "ui/report/report_dialog.h"
#include "ui/report/report_text.h"

#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTextBlock>
#include <QTextBrowser>
#include <QToolButton>

namespace {

using rag::Verdict;

rag::AnswerSentence sentence(const std::string &text, const std::string &part, Verdict verdict)
{
    rag::AnswerSentence made;
    made.begin = std::uint32_t(text.find(part));
    made.end = std::uint32_t(made.begin + part.size());
    made.verdict = verdict;
    return made;
}

/// The words of a document that are drawn with this underline.
QString underlined(const QTextDocument &document, QTextCharFormat::UnderlineStyle style)
{
    QString words;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        for (auto it = block.begin(); !it.atEnd(); ++it) {
            if (it.fragment().charFormat().underlineStyle() == style) {
                words += it.fragment().text();
            }
        }
    }
    return words;
}

ui::ChatMessage answer(rag::MessageState state, const std::string &text)
{
    ui::ChatMessage message;
    message.message.fromUser = false;
    message.message.state = state;
    message.message.text = text;
    message.question = QStringLiteral("and in 2019?");
    return message;
}

rag::PageReport page(int number, rag::PageGrade grade, std::vector<rag::PageReason> reasons)
{
    rag::PageReport report;
    report.page = number;
    report.grade = grade;
    report.reasons = std::move(reasons);
    return report;
}

} // namespace

class TestAnswerParts final : public QObject
{
    Q_OBJECT

private slots:

    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English)); }

    void verdictsMarkTheirSentenceAlone_data()
    {
        QTest::addColumn<QString>("markdown");
        QTest::addColumn<QString>("part"); ///< the sentence, as the Markdown has it
        QTest::addColumn<QString>("shown");

        QTest::newRow("plain") << "One is so. Two is not [1]. Three."
                               << "Two is not [1]."
                               << "Two is not ."; // its mark looks like any other
        QTest::newRow("bold to its end") << "It is **bold and done.** Next."
                                         << "It is **bold and done.**"
                                         << "It is bold and done.";
        QTest::newRow("bold from its start") << "First. **All of it.** Next."
                                             << "**All of it.**"
                                             << "All of it.";
        QTest::newRow("list item") << "- alpha is here.\n- beta is there."
                                   << "- beta is there."
                                   << "beta is there.";
        QTest::newRow("numbered item") << "1. alpha.\n2. beta."
                                       << "2. beta."
                                       << "beta.";
        QTest::newRow("heading") << "## A title\n\nWords."
                                 << "## A title"
                                 << "A title";
        QTest::newRow("table cell") << "| a | b |\n|---|---|\n| c | d |"
                                    << "| c | d |"
                                    << "cd";
        QTest::newRow("arabic") << QString::fromUtf8("الأولى صحيحة. مدة الإشعار ثلاثون يومًا [1]. انتهى.")
                                << QString::fromUtf8("مدة الإشعار ثلاثون يومًا [1].")
                                << QString::fromUtf8("مدة الإشعار ثلاثون يومًا .");
        QTest::newRow("white space around") << "One. \n\n Two. "
                                            << " \n\n Two. "
                                            << "Two.";
    }

    void verdictsMarkTheirSentenceAlone()
    {
        QFETCH(QString, markdown);
        QFETCH(QString, part);
        QFETCH(QString, shown);
        rag::Citation citation;
        citation.n = 1;
        const std::string text = markdown.toStdString();
        const std::vector<rag::AnswerSentence> weak{sentence(text, part.toStdString(), Verdict::Weak)};

        const auto plain = ui::renderMarkdown(text, {citation}, QFont());
        const auto marked = ui::renderMarkdown(text, {citation}, QFont(), weak);

        QCOMPARE(marked->toPlainText(), plain->toPlainText()); // nothing is left of the brackets
        QCOMPARE(marked->blockCount(), plain->blockCount());
        QCOMPARE(underlined(*marked, QTextCharFormat::DotLine), shown);
        QCOMPARE(underlined(*plain, QTextCharFormat::DotLine), QString());
    }

    void eachVerdictHasAShapeOfItsOwnAndAToolTip()
    {
        const std::string text = "Sure. Doubtful. Wrong.";
        const auto document = ui::renderMarkdown(text, {}, QFont(),
                                                 {sentence(text, "Wrong.", Verdict::Unsupported),
                                                  sentence(text, "Sure.", Verdict::Supported),
                                                  sentence(text, "Doubtful.", Verdict::Weak)});

        QCOMPARE(underlined(*document, QTextCharFormat::DotLine), QStringLiteral("Doubtful."));
        QCOMPARE(underlined(*document, QTextCharFormat::DashUnderline), QStringLiteral("Wrong."));
        QTextCursor cursor(document.get());
        cursor.setPosition(3);
        QVERIFY(cursor.charFormat().toolTip().isEmpty());
        cursor.setPosition(int(text.size()) - 2);
        QVERIFY(cursor.charFormat().toolTip().contains(QStringLiteral("Nothing in the passages")));
    }

    void verdictsOfMalformedRangesAreLeftOut()
    {
        rag::AnswerSentence beyond;
        beyond.begin = 2;
        beyond.end = 900;
        beyond.verdict = Verdict::Weak;
        rag::AnswerSentence backward;
        backward.begin = 5;
        backward.end = 3;
        const std::string text = "Some words.";

        const auto document = ui::renderMarkdown(text, {}, QFont(), {beyond, backward});

        QCOMPARE(document->toPlainText(), QStringLiteral("Some words."));
        QCOMPARE(underlined(*document, QTextCharFormat::DotLine), QString());
    }

    void textThatHasTheBracketsItselfIsLeftAlone()
    {
        const std::string text = "A \xe2\xb8\xa6 odd \xe2\xb8\xa7 text.";

        const auto document = ui::renderMarkdown(text, {}, QFont(), {sentence(text, text, Verdict::Weak)});

        QCOMPARE(document->toPlainText(), QString::fromStdString(text));
    }

    void legendNamesOnlyWhatIsThere()
    {
        const std::string text = "Sure. Doubtful.";

        QVERIFY(ui::verdictLegend({sentence(text, "Sure.", Verdict::Supported)}).isEmpty());
        const QString legend = ui::verdictLegend({sentence(text, "Doubtful.", Verdict::Weak)});
        QVERIFY(legend.contains(QStringLiteral("Dotted")));
        QVERIFY(!legend.contains(QStringLiteral("Grey")));
    }

    void eventsMakeTheAnswerGrow()
    {
        ui::ChatMessage message = answer(rag::MessageState::Streaming, {});

        ui::take(message, rag::Thought{"hmm, "});
        ui::take(message, rag::Thought{"so"});
        QVERIFY(message.thinking);
        ui::take(message, rag::AnswerText{"draft", false});
        QVERIFY(!message.thinking);
        ui::take(message, rag::Judged{{0, 5, Verdict::Weak, false, 0.5, {}}});
        ui::take(message, rag::AnswerText{"better", true});

        QCOMPARE(message.details.thinking, std::string("hmm, so"));
        QCOMPARE(message.message.text, std::string("better"));
        QVERIFY(message.details.sentences.empty()); // they were of the text that is gone
    }

    void thoughtsAreFoldedAwayAndNotCopied()
    {
        ui::AnswerWishes wishes;
        ui::MessageWidget widget(false, wishes);
        QSignalSpy now(&wishes, &ui::AnswerWishes::answerNow);
        ui::ChatMessage message = answer(rag::MessageState::Streaming, {});
        message.thinking = true;
        message.details.thinking = "let me see";
        widget.show();
        widget.setMessage(message);

        auto *thoughts = widget.findChild<QPlainTextEdit *>(QStringLiteral("thoughts"));
        auto *button = widget.findChild<QPushButton *>(QStringLiteral("answerNow"));
        QVERIFY(!thoughts->isVisible());
        QVERIFY(button->isVisible());
        button->click();
        QCOMPARE(now.count(), 1);
        QVERIFY(!button->isEnabled()); // said once
        message.details.thinking += " what it says";
        widget.setMessage(message);
        widget.findChild<QToolButton *>(QStringLiteral("thoughtsFold"))->click();
        QVERIFY(thoughts->isVisible());
        QCOMPARE(thoughts->toPlainText(), QStringLiteral("let me see what it says"));

        message.thinking = false;
        message.message.state = rag::MessageState::Complete;
        message.message.text = "It is so.";
        widget.setMessage(message);
        QVERIFY(!button->isVisible());
        widget.findChild<QToolButton *>(QStringLiteral("copyAnswer"))->click();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("It is so."));
    }

    void searchedForIsShownWhereItDiffersAndAskedAgain()
    {
        ui::AnswerWishes wishes;
        ui::MessageWidget widget(false, wishes);
        QSignalSpy again(&wishes, &ui::AnswerWishes::againSearchingFor);
        ui::ChatMessage message = answer(rag::MessageState::Complete, "No.");
        widget.show();
        widget.setMessage(message);
        auto *line = widget.findChild<QWidget *>(QStringLiteral("searchedForLine"));
        QVERIFY(!line->isVisible());
        message.details.searchedFor = "and in 2019?";
        widget.setMessage(message);
        QVERIFY(!line->isVisible());

        message.details.searchedFor = "budget in 2019";
        widget.setMessage(message);
        widget.setIsLast(true);

        QVERIFY(line->isVisible());
        widget.findChild<QToolButton *>(QStringLiteral("searchedForPencil"))->click();
        auto *edit = widget.findChild<QLineEdit *>(QStringLiteral("searchedForEdit"));
        QCOMPARE(edit->text(), QStringLiteral("budget in 2019"));
        edit->setText(QStringLiteral("spending in 2019"));
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(again.count(), 1);
        QCOMPARE(again.front().front().toString(), QStringLiteral("spending in 2019"));
    }

    void scanNamesPagesAndLinksThem()
    {
        rag::ScopeScan scan;
        scan.pagesSearched = 300;
        scan.pagesInScope = 312;
        scan.terms = {{"<b>notice", 2, {{7, 2}, {7, 11}}}, {"period", 0, {}}};

        const QString text = ui::scanText(scan, {{7, QStringLiteral("rules.pdf")}});

        QVERIFY2(text.contains(QStringLiteral("Searched 300 of 312 pages")) ||
                     text.contains(QStringLiteral("Searched 300 of 312 page(s)")),
                 qPrintable(text));
        QVERIFY(text.contains(QStringLiteral("href=\"page:7:2\"")));
        QVERIFY(text.contains(QStringLiteral("href=\"page:7:11\"")));
        QVERIFY(!text.contains(QStringLiteral("<b>"))); // what a question wrote is no mark-up
        QVERIFY(text.contains(QStringLiteral("on no page")));

        ui::ScanView view;
        QSignalSpy page(&view, &ui::ScanView::pageClicked);
        emit view.linkActivated(QStringLiteral("page:7:11"));
        QCOMPARE(page.count(), 1);
        QCOMPARE(page.front().at(1).toInt(), 11);
        emit view.linkActivated(QStringLiteral("http://example.org"));
        QCOMPARE(page.count(), 1);
    }

    void abstentionIsSaidOnce()
    {
        ui::AnswerWishes wishes;
        ui::MessageWidget widget(false, wishes);
        ui::ChatMessage message = answer(rag::MessageState::Complete, "Not found.\n\nSearched 3 of 3 pages.");
        message.message.abstained = true;
        widget.setMessage(message);
        auto *text = widget.findChild<QTextBrowser *>();
        QVERIFY(
            text->toPlainText().contains(QStringLiteral("Searched"))); // an old one: its text is all there is

        message.details.scan.emplace();
        message.details.passages.resize(1);
        widget.setMessage(message);
        QCOMPARE(text->toPlainText().trimmed(), QStringLiteral("Not found."));
        QVERIFY(widget.plainText().contains(QStringLiteral("Searched"))); // what is copied is whole
    }

    void questionStandsWhereItsLanguageBegins()
    {
        ui::QuestionBox box;
        box.resize(500, 120);
        const auto *edit = box.findChild<QPlainTextEdit *>();
        box.setText(QStringLiteral("كم عدد الأيام؟"));
        QVERIFY(edit->document()->defaultTextOption().alignment() & Qt::AlignRight);
        box.setText(QStringLiteral("How many days?"));
        QVERIFY(edit->document()->defaultTextOption().alignment() & Qt::AlignLeft);
    }

    void sendButtonStandsAtTheEndWithoutScope()
    {
        ui::QuestionBox box;
        box.setScopeText({});
        box.resize(500, 120);
        box.show();
        const auto *send = box.findChild<QToolButton *>(QStringLiteral("send"));
        QVERIFY(send->geometry().right() > box.width() - 40);
    }

    void longSuggestionGivesWay()
    {
        ui::SuggestionRow row;
        row.setSuggestions(
            {QStringLiteral("What does the section say that has a very long heading of its own?")});
        const auto *chip = row.findChild<QPushButton *>();
        QVERIFY(chip->sizeHint().width() > 300);
        QVERIFY(row.minimumSizeHint().width() < 100); // it would push the whole conversation out of sight
        row.resize(200, 60);
        row.show();
        QVERIFY(chip->width() <= 200);
        QVERIFY(chip->toolTip().contains(QStringLiteral("of its own?")));
    }

    void abstentionShowsThreeNearestPassages()
    {
        ui::AnswerWishes wishes;
        ui::AnswerFoot foot(wishes);
        QSignalSpy passage(&wishes, &ui::AnswerWishes::passage);
        ui::ChatMessage message = answer(rag::MessageState::Complete, "Not found.");
        message.message.abstained = true;
        message.details.passages.resize(5);
        foot.show();
        foot.setMessage(message, true);

        auto *sources = foot.findChild<QWidget *>(QStringLiteral("sources"));
        QCOMPARE(sources->findChildren<QAbstractButton *>(QStringLiteral("source")).size(), 3);
        sources->findChild<QAbstractButton *>(QStringLiteral("source"))->click();
        QCOMPARE(passage.count(), 1);
    }

    void coverageIsShownWhileEverythingIsRead()
    {
        ui::AnswerWishes wishes;
        ui::AnswerFoot foot(wishes);
        ui::ChatMessage message = answer(rag::MessageState::Streaming, {});
        message.pagesToCover = 312;
        message.coveredPages = 120;
        foot.show();
        foot.setMessage(message, true);

        QVERIFY(foot.findChild<QWidget *>(QStringLiteral("coverage"))->isVisible());
        const QString state = foot.findChild<QLabel *>(QStringLiteral("answerState"))->text();
        QVERIFY2(state.contains(QStringLiteral("120")) && state.contains(QStringLiteral("312")),
                 qPrintable(state));
    }

    void suggestionsStandUnderTheLastAnswerOnly()
    {
        ui::AnswerWishes wishes;
        ui::AnswerFoot foot(wishes);
        QSignalSpy asked(&wishes, &ui::AnswerWishes::ask);
        ui::ChatMessage message = answer(rag::MessageState::Complete, "It is so.");
        message.suggestions = QStringList{QStringLiteral("Why & how?")};
        foot.show();
        foot.setMessage(message, true);
        auto *row = foot.findChild<QWidget *>(QStringLiteral("suggestions"));
        QVERIFY(row->isVisible());
        row->findChild<QPushButton *>(QStringLiteral("suggestion"))->click();
        QCOMPARE(asked.front().front().toString(), QStringLiteral("Why & how?"));

        foot.setMessage(message, false);
        QVERIFY(!row->isVisible());
    }

    void ranksSayHowAPassageWasFound()
    {
        rag::Passage passage;
        passage.vectorRank = 0;
        passage.similarity = 0.87;
        passage.score = 0.0321;

        const QString text = ui::ranksText(passage);

        QVERIFY2(text.contains(QStringLiteral("by meaning no. 1 (likeness 0.87)")), qPrintable(text));
        QVERIFY(text.contains(QStringLiteral("not found by words")));
        QVERIFY(text.contains(QStringLiteral("0.0321")));
    }

    void timeLeftIsSaidOnceItIsKnown()
    {
        ui::TimeLeft left;
        auto now = ui::TimeLeft::Clock::now();
        left.note(0, 0, 100, now);
        left.note(0, 1, 100, now + std::chrono::seconds(1));
        QCOMPARE(left.seconds(), 0); // too early

        left.note(0, 10, 100, now + std::chrono::seconds(10));
        QCOMPARE(left.seconds(), 120); // 90 s, in whole minutes
        left.note(0, 80, 100, now + std::chrono::seconds(80));
        QCOMPARE(left.seconds(), 25);
        left.note(0, 97, 100, now + std::chrono::seconds(97));
        QCOMPARE(left.seconds(), 0);
        left.note(1, 0, 50, now + std::chrono::seconds(100));
        QCOMPARE(left.seconds(), 0); // another stage begins anew
    }

    void timeLeftOfABrokenOffRunCountsOnlyThisOne()
    {
        ui::TimeLeft left;
        const auto now = ui::TimeLeft::Clock::now();
        left.note(0, 80, 100, now);
        left.note(0, 90, 100, now + std::chrono::seconds(20));

        QCOMPARE(left.seconds(), 25);
    }

    void reportShowsEveryPageAndOpensOne()
    {
        std::vector<rag::PageReport> pages{page(0, rag::PageGrade::Green, {}),
                                           page(1, rag::PageGrade::Amber, {rag::PageReason::Ocr}),
                                           page(2, rag::PageGrade::Red, {rag::PageReason::Skipped})};
        pages[1].ocrConfidence = 0.84F;
        ui::ReportDialog *dialog = new ui::ReportDialog(7, QStringLiteral("scan.pdf"));
        QSignalSpy wanted(dialog, &ui::ReportDialog::pageWanted);
        dialog->show();
        dialog->setReport({7, pages});

        auto *list = dialog->findChild<QListWidget *>(QStringLiteral("reportPages"));
        QCOMPARE(list->count(), 2);
        QVERIFY(list->item(0)->text().contains(QStringLiteral("Page 3"))); // the gravest first
        QVERIFY(list->item(1)->text().contains(QStringLiteral("84")));
        auto *strip = dialog->findChild<ui::PageStrip *>();
        QTest::mouseClick(strip, Qt::LeftButton, {}, strip->cellRect(1).center());
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted.front().at(1).toInt(), 1);
        strip->setFocus();
        QTest::keyClick(strip, Qt::Key_Right);
        QTest::keyClick(strip, Qt::Key_Return);
        QCOMPARE(wanted.back().at(1).toInt(), 2);
        dialog->close();
    }

    void stripIsMirrored()
    {
        ui::PageStrip strip;
        strip.setLayoutDirection(Qt::RightToLeft);
        strip.resize(200, 40);
        strip.setPages(std::vector<rag::PageReport>(15));
        QSignalSpy chosen(&strip, &ui::PageStrip::chosen);

        QVERIFY(strip.cellRect(0).left() > strip.cellRect(1).left());
        QTest::mouseClick(&strip, Qt::LeftButton, {}, strip.cellRect(0).center());
        QCOMPARE(chosen.count(), 1);
    }
};

QTEST_MAIN(TestAnswerParts)
#include "test_answer_parts.moc"
