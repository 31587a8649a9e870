#include "tests/ui/window_rig.h"
#include "ui/chat/source_list.h"
#include "ui/chat/text_view.h"
#include "ui/reader/page_view.h"
#include "ui/reader/reader_pane.h"

#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QSemaphore>
#include <QTest>
#include <QToolButton>

using tests::Rig;

/// From a citation to its boxed words.
class TestWindowReader final : public QObject, private tests::WindowTest
{
    Q_OBJECT

private slots:

    void initTestCase() { prepare(); }

    void init() { renew(); }

    void answerStreamsAndItsCitationOpensThePage()
    {
        m_script->answer.close();
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);

        rig.ask(QStringLiteral("How long is the notice period?"));

        QTRY_COMPARE(rig.messages().rowCount(), 2);
        QVERIFY(rig.workspace.chat().isAnswering());
        QCOMPARE(rig.find<QPlainTextEdit>("question")->toPlainText(), QString());
        m_script->answer.open();
        QTRY_COMPARE(rig.lastText(), QStringLiteral("The notice period is 30 days [1]."));
        QTRY_VERIFY(!rig.workspace.chat().isAnswering());
        QCOMPARE(rig.find<QLabel>("model")->text(), QStringLiteral("fake-model · CPU"));
        QCOMPARE(rig.find<QLabel>("speed")->text(), QStringLiteral("20.0 tokens/s"));

        clickCitation(rig);

        auto *reader = rig.window.findChild<ui::ReaderPane *>();
        QTRY_VERIFY(reader->isVisible());
        QTRY_COMPARE(reader->view().boxes().size(), std::size_t(2));
        QCOMPARE(reader->page(), 1);
        QCOMPARE(rig.find<QLineEdit>("pageNumber")->text(), QStringLiteral("2"));
        QVERIFY(rig.find<QLabel>("quote")->text().contains(QStringLiteral("30 days")));
        const auto boxes = reader->view().paintedBoxes();
        const double scale = boxes.front().width() / 200;
        QVERIFY(scale > 0.3);
        QCOMPARE(boxes.front().height(), 12 * scale);

        rig.trigger("action_nextPage");
        QTRY_COMPARE(rig.find<QLineEdit>("pageNumber")->text(), QStringLiteral("3"));
        QTRY_VERIFY(reader->view().boxes().empty());
    }

    void lateImageOfAnotherPageDoesNotTakeItsPlace()
    {
        m_script->pages.close();
        Rig rig(m_folder->path(), *m_script);
        addRules(rig); // its first page is asked for at once, and does not come
        QTRY_COMPARE(m_script->pagesBegun.load(), 1);
        auto *reader = rig.window.findChild<ui::ReaderPane *>();

        reader->openCitation({1, 1, "rules.pdf", 1, "", "q", {{72, 90, 200, 12}}},
                             rig.workspace.library().pageRequest(rag::DocumentId(1)));
        m_script->pages.open();
        QSemaphore drawn; // the late picture lies in our queue when the renderer comes to this
        ui::post(rig.workspace.workers().pages(), [&drawn] { drawn.release(); });
        drawn.acquire();

        QTRY_COMPARE(reader->view().boxes().size(), std::size_t(1));
        QCOMPARE(reader->page(), 1);
    }

    void passageUnderTheAnswerOpensItsPage()
    {
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        rig.ask(QStringLiteral("q"));
        QTRY_VERIFY(rig.messages().rowCount() == 2 && !rig.workspace.chat().isAnswering());

        rig.lastAnswer()->findChild<QToolButton *>(QStringLiteral("passagesFold"))->click();
        auto *passages = rig.lastAnswer()->findChild<QWidget *>(QStringLiteral("passages"));
        QVERIFY(passages->isVisible());
        passages->findChild<ui::SourceCard *>()->click();

        auto *reader = rig.window.findChild<ui::ReaderPane *>();
        QTRY_COMPARE(reader->view().boxes().size(), std::size_t(1));
        QCOMPARE(reader->page(), 1);
    }

    void linksOfAModelAreNotFollowedUnasked()
    {
        m_script->pieces = {"See [this](https://example.org/x?y=1) and [that](file:///etc/passwd) [1]."};
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        rig.ask(QStringLiteral("q"));
        QTRY_VERIFY(rig.messages().rowCount() == 2 && !rig.workspace.chat().isAnswering());
        auto *text = rig.lastAnswer()->findChild<ui::TextView *>(QStringLiteral("messageText"));

        emit text->anchorClicked(QUrl(QStringLiteral("file:///etc/passwd")));
        QTRY_VERIFY(rig.noticeText().contains(QStringLiteral("was not opened")));
        QVERIFY(!rig.find<QMessageBox>("linkDialog"));
        emit text->anchorClicked(QUrl(QStringLiteral("https://example.org/x?y=1")));

        QTRY_VERIFY(rig.find<QMessageBox>("linkDialog"));
        QCOMPARE(rig.find<QMessageBox>("linkDialog")->informativeText(),
                 QStringLiteral("https://example.org/x?y=1"));
    }
};

QTEST_MAIN(TestWindowReader)
#include "test_window_reader.moc"
