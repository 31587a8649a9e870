#include "tests/ui/fakes.h"
#include "ui/actions.h"
#include "ui/chat/message_widget.h"
#include "ui/chat/source_list.h"
#include "ui/chat/text_view.h"
#include "ui/main_window.h"
#include "ui/reader/page_view.h"
#include "ui/reader/reader_pane.h"
#include "ui/shared/drop_overlay.h"
#include "ui/shared/password_dialog.h"

#include <QClipboard>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QFile>
#include <QInputMethodEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QLocale>
#include <QMessageBox>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSemaphore>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>
#include <QTextCursor>
#include <QTimer>
#include <QToolButton>
#include <QTranslator>

using ui::MessageWidget;

namespace {

/// The real window over fakes and a real database in a temporary folder.
class Rig
{
public:
    explicit Rig(const QString &folder, tests::Script &script)
        : m_settings(folder + QStringLiteral("/settings.ini"))
        , workspace(tests::fakeFactories(script, folder))
        , window(workspace, m_settings)
    {
        window.resize(1200, 760);
        window.show();
        workspace.start();
    }

    template <class T>
    T *find(const char *name) const
    {
        return window.findChild<T *>(QLatin1String(name));
    }

    ui::DocumentModel &documents() { return workspace.library().documents(); }

    ui::MessageModel &messages() { return workspace.chat().messages(); }

    void type(const QString &text)
    {
        QInputMethodEvent commit;
        commit.setCommitString(text); // keyClicks would end the program at the first Arabic letter
        QCoreApplication::sendEvent(find<QPlainTextEdit>("question"), &commit);
    }

    void ask(const QString &text)
    {
        type(text);
        QTest::keyClick(find<QPlainTextEdit>("question"), Qt::Key_Return);
    }

    MessageWidget *lastAnswer() const
    {
        const auto answers = window.findChildren<MessageWidget *>(QStringLiteral("answer"));
        return answers.isEmpty() ? nullptr : answers.last();
    }

    QString lastText() const
    {
        auto *answer = lastAnswer();
        return answer ? answer->findChild<ui::TextView *>(QStringLiteral("messageText"))->toPlainText()
                      : QString();
    }

    QString noticeText() const
    {
        const auto labels = window.findChildren<QLabel *>(QStringLiteral("noticeText"));
        return labels.isEmpty() ? QString() : labels.last()->text();
    }

    void trigger(const char *action) { find<QAction>(action)->trigger(); }

private:
    ui::Settings m_settings;

public:
    ui::Workspace workspace;
    ui::MainWindow window;
};

void drop(QWidget &window, const QStringList &paths)
{
    QMimeData data;
    QList<QUrl> urls;
    for (const QString &path : paths) {
        urls << QUrl::fromLocalFile(path);
    }
    data.setUrls(urls);
    QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &enter);
    QVERIFY(enter.isAccepted());
    QVERIFY(!window.findChild<ui::DropOverlay *>()->isHidden());
    QDropEvent dropped(QPointF(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &dropped);
    QVERIFY(window.findChild<ui::DropOverlay *>()->isHidden());
}

} // namespace

class TestWindow final : public QObject
{
    Q_OBJECT

private slots:

    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QLocale::setDefault(QLocale(QLocale::English));
        QApplication::setQuitOnLastWindowClosed(false);
    }

    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_script = std::make_unique<tests::Script>();
        for (const char *name : {"rules.pdf", "other.pdf", "locked.pdf", "broken.pdf", "notes.txt"}) {
            QFile file(path(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
    }

    void emptyWindowSaysWhatToDo()
    {
        Rig rig(m_folder->path(), *m_script);

        QVERIFY(rig.find<QPushButton>("addFirst")->isVisible());
        rig.ask(QStringLiteral("anything?"));

        QTRY_VERIFY(rig.noticeText().contains(QStringLiteral("no document")));
        QCOMPARE(m_script->questions.load(), 0);
        QCOMPARE(rig.find<QPlainTextEdit>("question")->toPlainText(), QStringLiteral("anything?"));
    }

    void droppedFileIsReadAndListed()
    {
        m_script->ingest.close();
        Rig rig(m_folder->path(), *m_script);

        drop(rig.window, {path("rules.pdf"), path("notes.txt")});

        QTRY_COMPARE(rig.documents().rowCount(), 1);
        QTRY_VERIFY(rig.documents().row(0)->begun);
        QVERIFY(rig.documents().index(0).data(ui::DocumentModel::ProgressRole).toDouble() >= 0);
        QTRY_VERIFY(rig.noticeText().contains(QStringLiteral("left out")));
        m_script->ingest.open();
        QTRY_COMPARE(rig.documents().row(0)->job, quint64(0));
        QTRY_COMPARE(rig.documents().row(0)->document.state, rag::DocumentState::Done);
        QCOMPARE(rig.documents().row(0)->document.pages, tests::kPages);
        QVERIFY(rig.find<QListView>("documents")->isVisible());
        for (const auto *child : rig.window.findChildren<QWidget *>()) { // anywhere in the window
            QVERIFY2(child->window() != &rig.window || !child->acceptDrops(),
                     qPrintable(child->objectName()));
        }
    }

    void droppedFolderGivesItsPdfs()
    {
        Rig rig(m_folder->path(), *m_script);
        QVERIFY(QDir(m_folder->path()).mkpath(QStringLiteral("deep/er")));
        QVERIFY(QFile::copy(path("rules.pdf"), path("deep/er/a.PDF")));
        QVERIFY(QFile::copy(path("rules.pdf"), path("deep/b.pdf")));

        drop(rig.window, {path("deep")});

        QTRY_COMPARE(rig.documents().rowCount(), 2);
        QTRY_COMPARE(rig.documents().countInScope(), 2);
    }

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

    void stopEndsTheAnswerAndKeepsIt()
    {
        m_script->pieces = {"first ", "never"};
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        m_script->answer.close();
        rig.ask(QStringLiteral("q"));
        QTRY_COMPARE(m_script->questions.load(), 1);

        QTest::mouseClick(rig.find<QToolButton>("send"), Qt::LeftButton);

        QTRY_VERIFY(!rig.workspace.chat().isAnswering());
        QCOMPARE(rig.messages().at(1).message.state, rag::MessageState::Stopped);
        m_script->answer.open();
        rig.ask(QStringLiteral("q2"));
        QTRY_COMPARE(rig.lastText(), QStringLiteral("first never"));
    }

    void regenerateDropsTheLastAnswer()
    {
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        rig.ask(QStringLiteral("q"));
        QTRY_VERIFY(rig.messages().rowCount() == 2 && !rig.workspace.chat().isAnswering());
        m_script->pieces = {"Another answer."};

        rig.lastAnswer()->findChild<QToolButton *>(QStringLiteral("regenerate"))->click();

        QTRY_COMPARE(rig.messages().rowCount(), 2);
        QTRY_COMPARE(rig.lastText(), QStringLiteral("Another answer."));
        QCOMPARE(m_script->questions.load(), 2);
        const std::lock_guard lock(m_script->mutex);
        QVERIFY(m_script->lastHistory.empty());
    }

    void copyGivesMarkdown()
    {
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        rig.ask(QStringLiteral("q"));
        QTRY_VERIFY(rig.messages().rowCount() == 2 && !rig.workspace.chat().isAnswering());

        rig.trigger("action_copyAnswer");

        QCOMPARE(QGuiApplication::clipboard()->text(),
                 QStringLiteral("The **notice** period is 30 days [1]."));
    }

    void scopeGoesWithTheQuestion()
    {
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        drop(rig.window, {path("other.pdf")});
        QTRY_COMPARE(rig.documents().countInScope(), 2);

        rig.documents().setScope({1});
        rig.ask(QStringLiteral("q"));

        QTRY_COMPARE(m_script->questions.load(), 1);
        QTRY_VERIFY(!rig.workspace.chat().isAnswering());
        const std::lock_guard lock(m_script->mutex);
        QCOMPARE(m_script->lastScope, std::vector<rag::DocumentId>{1});
        QCOMPARE(m_script->lastMaxTokens, 256);
    }

    void conversationIsThereAfterRestart()
    {
        {
            Rig rig(m_folder->path(), *m_script);
            addRules(rig);
            rig.ask(QString::fromUtf8("ما مدة الإشعار؟"));
            QTRY_VERIFY(rig.messages().rowCount() == 2 && !rig.workspace.chat().isAnswering());
        }

        Rig rig(m_folder->path(), *m_script);
        auto &conversations = rig.workspace.chat().conversations();
        QTRY_COMPARE(conversations.rowCount(), 1);
        QVERIFY(rig.messages().isEmpty());
        auto *list = rig.find<QListView>("conversations");
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                          list->visualRect(conversations.index(0)).center());

        QTRY_COMPARE(rig.messages().rowCount(), 2);
        QCOMPARE(rig.lastText(), QStringLiteral("The notice period is 30 days [1]."));
        QCOMPARE(rig.messages().at(1).message.citations.size(), std::size_t(1));
        clickCitation(rig);
        QTRY_COMPARE(rig.window.findChild<ui::ReaderPane *>()->view().boxes().size(), std::size_t(2));

        rig.ask(QStringLiteral("and then?"));
        QTRY_COMPARE(rig.messages().rowCount(), 4);
        QTRY_VERIFY(!rig.workspace.chat().isAnswering());
        const std::lock_guard lock(m_script->mutex);
        QCOMPARE(m_script->lastHistory.size(), std::size_t(1));
    }

    void conversationsAreSearchedRenamedDeletedAndBroughtBack()
    {
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        rig.ask(QStringLiteral("about apples"));
        QTRY_VERIFY(rig.messages().rowCount() == 2 && !rig.workspace.chat().isAnswering());
        rig.trigger("action_newConversation");
        rig.ask(QStringLiteral("about pears"));
        auto &conversations = rig.workspace.chat().conversations();
        QTRY_COMPARE(conversations.rowCount(), 2);
        QTRY_VERIFY(!rig.workspace.chat().isAnswering());

        rig.find<QLineEdit>("searchConversations")->setText(QStringLiteral("apples"));
        QTRY_COMPARE(conversations.rowCount(), 1);
        QVERIFY(conversations.setData(conversations.index(0), QStringLiteral("Fruit"), Qt::EditRole));
        rig.find<QLineEdit>("searchConversations")->clear();
        QTRY_COMPARE(conversations.rowCount(), 2);
        QTRY_VERIFY(conversations.index(0).data().toString() == QStringLiteral("Fruit") ||
                    conversations.index(1).data().toString() == QStringLiteral("Fruit"));

        rig.workspace.chat().remove(conversations.idAt(0));
        QTRY_COMPARE(conversations.rowCount(), 1);
        rig.find<QPushButton>("noticeAction")->click();
        QTRY_COMPARE(conversations.rowCount(), 2);

        rig.workspace.chat().remove(conversations.idAt(1));
        rig.workspace.chat().flush();
        rig.trigger("action_newConversation");
        rig.workspace.chat().search({});
        QTRY_COMPARE(conversations.rowCount(), 1);
    }

    void answerGoesOnWhileAnotherConversationIsOpen()
    {
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        rig.ask(QStringLiteral("first"));
        QTRY_VERIFY(rig.messages().rowCount() == 2 && !rig.workspace.chat().isAnswering());
        const auto first = rig.workspace.chat().openConversation();
        rig.trigger("action_newConversation");
        m_script->answer.close();
        rig.ask(QStringLiteral("second"));
        QTRY_VERIFY(rig.workspace.chat().openConversation() != 0);
        const auto second = rig.workspace.chat().openConversation();

        rig.workspace.chat().open(first);
        QTRY_COMPARE(rig.messages().at(0).message.text, std::string("first"));
        QVERIFY(rig.workspace.chat().isAnswering());
        rig.workspace.chat().open(second);
        QTRY_COMPARE(rig.messages().at(0).message.text, std::string("second"));
        m_script->answer.open();

        QTRY_COMPARE(rig.lastText(), QStringLiteral("The notice period is 30 days [1]."));
    }

    void failuresAreShownWithWhatToDo()
    {
        Rig rig(m_folder->path(), *m_script);
        drop(rig.window, {path("broken.pdf")});

        QTRY_VERIFY(rig.noticeText().contains(QStringLiteral("broken.pdf")));
        QTRY_COMPARE(rig.documents().row(0)->document.state, rag::DocumentState::Failed);
        QVERIFY(rig.find<QPushButton>("noticeAction"));

        addRules(rig);
        m_script->deviceFails = true;
        rig.ask(QStringLiteral("q"));
        QTRY_VERIFY(rig.noticeText().contains(QStringLiteral("CPU in the settings")));
        QVERIFY(!rig.workspace.chat().isAnswering());
        QCOMPARE(rig.messages().at(1).message.state, rag::MessageState::Failed);
    }

    void missingModelLeadsToTheSettings()
    {
        m_script->modelMissing = true;
        Rig rig(m_folder->path(), *m_script);

        QTRY_VERIFY(rig.noticeText().contains(QStringLiteral("model is missing")));
        QCOMPARE(rig.find<QLabel>("model")->text(), QStringLiteral("No model"));
        rig.find<QPushButton>("noticeAction")->click();
        QTRY_VERIFY(rig.find<QDialog>("settingsDialog"));
    }

    void passwordIsAskedForAndTakenInMemory()
    {
        Rig rig(m_folder->path(), *m_script);
        drop(rig.window, {path("locked.pdf")});
        QTRY_VERIFY(rig.window.findChild<ui::PasswordDialog *>());
        auto *dialog = rig.window.findChild<ui::PasswordDialog *>();
        dialog->findChild<QLineEdit *>(QStringLiteral("password"))->setText(QStringLiteral("wrong"));
        dialog->accept();

        QTRY_VERIFY(rig.window.findChild<ui::PasswordDialog *>() &&
                    rig.window.findChild<ui::PasswordDialog *>() != dialog);
        dialog = rig.window.findChild<ui::PasswordDialog *>();
        dialog->findChild<QLineEdit *>(QStringLiteral("password"))->setText(QStringLiteral("secret"));
        dialog->accept();

        QTRY_VERIFY(rig.documents().row(0) &&
                    rig.documents().row(0)->document.state == rag::DocumentState::Done);
        QCOMPARE(rig.workspace.library().pageRequest(rig.documents().row(0)->document.id).password,
                 QStringLiteral("secret"));
    }

    void removingAsksFirstAndLeavesTheCitation()
    {
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        rig.ask(QStringLiteral("q"));
        QTRY_VERIFY(rig.messages().rowCount() == 2 && !rig.workspace.chat().isAnswering());
        auto *list = rig.find<QListView>("documents");
        list->setCurrentIndex(rig.documents().index(0));

        QTest::keyClick(list, Qt::Key_Delete);
        QTRY_VERIFY(rig.find<QMessageBox>("removeDialog"));
        QCOMPARE(rig.documents().rowCount(), 1);
        for (auto *button : rig.find<QMessageBox>("removeDialog")->findChildren<QPushButton *>()) {
            if (button->text() == QStringLiteral("Remove")) {
                button->click();
            }
        }

        QTRY_COMPARE(rig.documents().rowCount(), 0);
        clickCitation(rig);
        QTRY_VERIFY(
            rig.find<QLabel>("readerNote")->text().contains(QStringLiteral("no longer in the library")));
        QVERIFY(rig.find<QLabel>("quote")->text().contains(QStringLiteral("30 days")));
    }

    void unfinishedDocumentsGoOnAtTheNextStart()
    {
        m_script->ingest.close();
        {
            Rig rig(m_folder->path(), *m_script);
            drop(rig.window, {path("rules.pdf")});
            QTRY_VERIFY(rig.documents().rowCount() == 1 && rig.documents().row(0)->begun);
        }
        m_script->ingest.open();

        Rig rig(m_folder->path(), *m_script);

        QTRY_VERIFY(rig.documents().row(0) &&
                    rig.documents().row(0)->document.state == rag::DocumentState::Done);
        QCOMPARE(rig.documents().row(0)->document.pagesDone, tests::kPages);
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

    void questionBoxGrowsAndShiftEnterBreaksTheLine()
    {
        Rig rig(m_folder->path(), *m_script);
        auto *question = rig.find<QPlainTextEdit>("question");
        const int one = question->height();

        rig.type(QStringLiteral("first line"));
        QTest::keyClick(question, Qt::Key_Return, Qt::ShiftModifier);
        rig.type(QStringLiteral("second line"));

        QCOMPARE(question->toPlainText(), QStringLiteral("first line\nsecond line"));
        QVERIFY(question->height() > one);
        QCOMPARE(m_script->questions.load(), 0);
    }

    void windowAnswersWhileWorkersAreBusy()
    {
        m_script->store.close();
        m_script->ingest.close();
        Rig rig(m_folder->path(), *m_script);
        drop(rig.window, {path("rules.pdf")});
        QTimer heart;
        qint64 longest = 0;
        QElapsedTimer since;
        since.start();
        connect(&heart, &QTimer::timeout, &heart, [&] { longest = std::max(longest, since.restart()); });
        heart.start(5);

        rig.type(QStringLiteral("typed while nothing else moves"));
        QTest::qWait(300);

        QCOMPARE(rig.find<QPlainTextEdit>("question")->toPlainText(),
                 QStringLiteral("typed while nothing else moves"));
        QVERIFY2(longest < 250, qPrintable(QString::number(longest)));
        m_script->store.open();
        m_script->ingest.open();
        QTRY_COMPARE(rig.documents().countInScope(), 1);
    }

    void quittingInTheMiddleEndsSoon()
    {
        m_script->answer.close();
        QElapsedTimer timer;
        {
            Rig rig(m_folder->path(), *m_script);
            addRules(rig);
            m_script->ingest.close();
            drop(rig.window, {path("other.pdf")});
            rig.ask(QStringLiteral("q"));
            QTRY_COMPARE(m_script->questions.load(), 1);
            timer.start();
        }
        QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
    }

    void arabicMirrorsTheWindowAndIsComplete()
    {
        QTranslator arabic;
        QVERIFY(arabic.load(QStringLiteral(":/i18n/warraq_ar.qm")));
        QApplication::installTranslator(&arabic);
        QApplication::setLayoutDirection(Qt::RightToLeft);
        QLocale::setDefault(QLocale(QLocale::Arabic));
        {
            Rig rig(m_folder->path(), *m_script);
            addRules(rig);
            rig.ask(QString::fromUtf8("ما مدة الإشعار؟"));
            QTRY_VERIFY(rig.messages().rowCount() == 2 && !rig.workspace.chat().isAnswering());
            QTest::qWait(20);

            const auto left = [&](const char *name) {
                auto *widget = rig.find<QWidget>(name);
                return widget->mapTo(&rig.window, QPoint(0, 0)).x();
            };
            QVERIFY(left("sidebar") > left("chatPane"));
            clickCitation(rig);
            QTRY_VERIFY(rig.find<QWidget>("readerPane")->isVisible());
            QTRY_VERIFY(left("readerPane") < left("chatPane"));
            QVERIFY(rig.find<QPushButton>("addFirst")->text().contains(QString::fromUtf8("أضف")));
            // The English answer keeps its own direction.
            QCOMPARE(rig.lastAnswer()->findChild<ui::TextView *>()->document()->firstBlock().textDirection(),
                     Qt::LeftToRight);
        }
        QApplication::removeTranslator(&arabic);
        QApplication::setLayoutDirection(Qt::LeftToRight);
        QLocale::setDefault(QLocale(QLocale::English));
    }

    void everythingCanBeNamedAndReached()
    {
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);

        for (const auto *button : rig.window.findChildren<QToolButton *>()) {
            const bool named = !button->accessibleName().isEmpty() || !button->text().isEmpty();
            // The buttons inside Qt's own line edits and menu bar are Qt's.
            const bool ours = !qobject_cast<QLineEdit *>(button->parentWidget()) &&
                              !button->objectName().startsWith(QStringLiteral("qt_"));
            QVERIFY2(!ours || named, qPrintable(button->objectName()));
        }
        for (const auto *action : rig.window.findChildren<QAction *>()) {
            if (action->objectName().startsWith(QStringLiteral("action_"))) {
                QVERIFY2(!action->toolTip().isEmpty() && !action->icon().isNull(),
                         qPrintable(action->objectName()));
            }
        }
        // Tab leads from the question box away and, after a round, back to it.
        auto *question = rig.find<QPlainTextEdit>("question");
        rig.window.activateWindow();
        question->setFocus();
        QStringList round;
        for (int i = 0; i < 40; ++i) {
            QTest::keyClick(QApplication::focusWidget() ? QApplication::focusWidget() : question,
                            Qt::Key_Tab);
            round << (QApplication::focusWidget() ? QApplication::focusWidget()->objectName() : QString());
            if (QApplication::focusWidget() == question) {
                break;
            }
        }
        QVERIFY2(round.contains(QStringLiteral("documents")), qPrintable(round.join(QLatin1Char(','))));
        QVERIFY2(round.contains(QStringLiteral("question")), qPrintable(round.join(QLatin1Char(','))));
    }

private:
    QString path(const char *name) const { return m_folder->filePath(QLatin1String(name)); }

    void addRules(Rig &rig)
    {
        const int before = rig.documents().countInScope();
        drop(rig.window, {path("rules.pdf")});
        QTRY_COMPARE(rig.documents().countInScope(), before + 1);
        QTRY_VERIFY(rig.documents().find(1) &&
                    rig.documents().find(1)->document.state == rag::DocumentState::Done);
    }

    void clickCitation(Rig &rig)
    {
        auto *text = rig.lastAnswer()->findChild<ui::TextView *>(QStringLiteral("messageText"));
        QTextCursor cursor = text->document()->find(QStringLiteral("[1]"));
        QVERIFY(!cursor.isNull());
        cursor.setPosition(cursor.selectionStart() + 1);
        const QPoint where = text->cursorRect(cursor).center();
        QCOMPARE(text->anchorAt(where), QStringLiteral("cite:1"));
        QTest::mouseClick(text->viewport(), Qt::LeftButton, {}, where);
        QTRY_VERIFY(rig.find<QLabel>("quote")->isVisible());
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<tests::Script> m_script;
};

QTEST_MAIN(TestWindow)
#include "test_window.moc"
