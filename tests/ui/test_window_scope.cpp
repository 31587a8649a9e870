#include "rag/store/collection_store.h"
#include "tests/ui/window_rig.h"
#include "ui/chat/scope_menu.h"
#include "ui/reader/reader_pane.h"
#include "ui/report/report_dialog.h"

#include <QDialogButtonBox>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>

using tests::drop;
using tests::Rig;

/// What is asked, and work on whole documents.
class TestWindowScope final : public QObject, private tests::WindowTest
{
    Q_OBJECT

private:
    static QAction *entry(QMenu &menu, const QString &text)
    {
        for (QAction *action : menu.actions()) {
            if (action->text().contains(text)) {
                return action;
            }
        }
        return nullptr;
    }

    static QString scopeText(const Rig &rig) { return rig.find<QToolButton>("scope")->text(); }

    void addTwo(Rig &rig)
    {
        addRules(rig);
        drop(rig.window, {path("other.pdf")});
        QTRY_COMPARE(rig.documents().countInScope(), 2);
    }

    QMenu *documentMenu(Rig &rig, const char *name)
    {
        auto *list = rig.find<QListView>("documents");
        for (int row = 0; row < rig.documents().rowCount(); ++row) {
            if (rig.documents().row(row)->document.name == name) {
                const QPoint where = list->visualRect(rig.documents().index(row)).center();
                emit list->customContextMenuRequested(where);
            }
        }
        return rig.find<QMenu>("documentMenu");
    }

private slots:

    void initTestCase() { prepare(); }

    void init() { renew(); }

    void pagesOfOneDocumentGoWithTheQuestion()
    {
        Rig rig(m_folder->path(), *m_script);
        addTwo(rig);
        auto *menu = rig.window.findChild<ui::ScopeMenu *>();
        emit menu->aboutToShow();
        QVERIFY(!rig.find<QAction>("scopePages")->isEnabled()); // of which document?

        rig.documents().setScope({1});
        emit menu->aboutToShow();
        rig.find<QAction>("scopePages")->trigger();
        rig.find<QSpinBox>("firstPage")->setValue(2);
        rig.find<QSpinBox>("lastPage")->setValue(2);
        rig.find<QDialog>("pagesDialog")
            ->findChild<QDialogButtonBox *>()
            ->button(QDialogButtonBox::Ok)
            ->click();

        QVERIFY2(scopeText(rig).contains(QStringLiteral("pages 2 to 2")), qPrintable(scopeText(rig)));
        rig.ask(QStringLiteral("q"));
        QTRY_VERIFY(rig.messages().rowCount() == 2 && !rig.workspace.chat().isAnswering());
        {
            const std::lock_guard lock(m_script->mutex);
            QCOMPARE(m_script->lastQuestion.firstPage, 1);
            QCOMPARE(m_script->lastQuestion.lastPage, 1);
        }
        rig.documents().setScope({});
        QVERIFY(!scopeText(rig).contains(QStringLiteral("pages 2"))); // they were of that document
    }

    void collectionsAreKeptChosenAndForgotten()
    {
        Rig rig(m_folder->path(), *m_script);
        addTwo(rig);
        auto *menu = rig.window.findChild<ui::ScopeMenu *>();
        rig.documents().setScope({2});
        emit menu->aboutToShow();
        rig.find<QAction>("scopeSave")->trigger();
        rig.find<QLineEdit>("nameEdit")->setText(QString::fromUtf8("عقود & more"));
        QTest::keyClick(rig.find<QLineEdit>("nameEdit"), Qt::Key_Return);
        const auto database = rag::Database::open(path("warraq.db").toStdString());
        QTRY_COMPARE(rag::CollectionStore(**database).collections()->size(), std::size_t(1));

        rig.documents().setScope({});
        QTRY_VERIFY((emit menu->aboutToShow(), entry(*menu, QString::fromUtf8("عقود"))));
        entry(*menu, QString::fromUtf8("عقود"))->trigger();
        QCOMPARE(rig.documents().scope(), std::vector<rag::DocumentId>{2});

        QMenu *forget = entry(*menu, QStringLiteral("Forget"))->menu();
        forget->actions().front()->trigger();
        for (auto *button : rig.find<QMessageBox>("collectionRemoveDialog")->findChildren<QPushButton *>()) {
            if (button->text().contains(QStringLiteral("Forget"))) {
                button->click();
                break;
            }
        }
        QTRY_VERIFY(rag::CollectionStore(**database).collections()->empty());
        QCOMPARE(rig.documents().rowCount(), 2);
    }

    void followUpIsAskedAgainWithOtherWords()
    {
        m_script->searchedFor = "notice period of the contract";
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        rig.ask(QStringLiteral("and there?"));
        QTRY_VERIFY(rig.messages().rowCount() == 2 && !rig.workspace.chat().isAnswering());
        QVERIFY(rig.lastAnswer()->findChild<QWidget *>(QStringLiteral("searchedForLine"))->isVisible());

        rig.lastAnswer()->findChild<QToolButton *>(QStringLiteral("searchedForPencil"))->click();
        auto *edit = rig.lastAnswer()->findChild<QLineEdit *>(QStringLiteral("searchedForEdit"));
        edit->setText(QStringLiteral("termination"));
        QTest::keyClick(edit, Qt::Key_Return);

        QTRY_COMPARE(m_script->questions.load(), 2);
        QTRY_VERIFY(!rig.workspace.chat().isAnswering());
        QCOMPARE(rig.messages().rowCount(), 2); // in place of the answer before
        const std::lock_guard lock(m_script->mutex);
        QCOMPARE(m_script->lastQuestion.text, std::string("and there?"));
        QCOMPARE(m_script->lastQuestion.searchText, std::string("termination"));
    }

    void answerNowReachesTheModelThatThinks()
    {
        m_script->thoughts = {"first, ", "second, "};
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        m_script->answer.close();
        rig.ask(QStringLiteral("q"));
        QTRY_VERIFY(rig.lastAnswer() &&
                    rig.lastAnswer()->findChild<QPushButton *>(QStringLiteral("answerNow"))->isVisible());

        rig.lastAnswer()->findChild<QPushButton *>(QStringLiteral("answerNow"))->click();
        QTRY_VERIFY(m_script->toldToAnswer.load());
        m_script->answer.open();

        QTRY_COMPARE(rig.lastText(), QStringLiteral("The notice period is 30 days [1]."));
        QTRY_VERIFY(!rig.workspace.chat().isAnswering());
        QCOMPARE(rig.messages().at(1).details.thinking, std::string("first, second, "));
    }

    void taskReadsEverythingAndAnswersInTheConversation()
    {
        Rig rig(m_folder->path(), *m_script);
        addTwo(rig);
        m_script->answer.close();

        QMenu *menu = documentMenu(rig, "rules.pdf");
        QVERIFY(menu);
        entry(*menu, QStringLiteral("Summarize"))->trigger();
        QTRY_VERIFY(rig.lastAnswer() &&
                    rig.lastAnswer()->findChild<QWidget *>(QStringLiteral("coverage"))->isVisible());
        m_script->answer.open();

        QTRY_COMPARE(rig.lastText(), QStringLiteral("A summary [1].\nRead 3 of 3 pages."));
        QTRY_VERIFY(!rig.workspace.chat().isAnswering());
        QVERIFY(rig.messages().at(0).message.text.find("rules.pdf") != std::string::npos);
        QCOMPARE(m_script->questions.load(), 0);
        {
            const std::lock_guard lock(m_script->mutex);
            QVERIFY(m_script->lastTask.kind == rag::TaskKind::Summary);
            QCOMPARE(m_script->lastTask.documents, std::vector<rag::DocumentId>{1});
        }
        clickCitation(rig);

        m_script->tasks = 0;
        rig.lastAnswer()->findChild<QToolButton *>(QStringLiteral("regenerate"))->click();
        QTRY_COMPARE(m_script->tasks.load(), 1); // the same work, not a question
        QTRY_VERIFY(!rig.workspace.chat().isAnswering());
    }

    void taskIsCancelled()
    {
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        m_script->answer.close();
        entry(*documentMenu(rig, "rules.pdf"), QStringLiteral("Outline"))->trigger();
        QTRY_COMPARE(m_script->tasks.load(), 1);

        rig.trigger("action_stop");

        QTRY_VERIFY(!rig.workspace.chat().isAnswering());
        QCOMPARE(rig.messages().at(1).message.state, rag::MessageState::Stopped);
    }

    void comparisonAndListNameTheirDocuments()
    {
        Rig rig(m_folder->path(), *m_script);
        addTwo(rig);
        QMenu *compare = entry(*documentMenu(rig, "rules.pdf"), QStringLiteral("Compare"))->menu();
        QCOMPARE(compare->actions().size(), 1);
        compare->actions().front()->trigger();
        QTRY_COMPARE(m_script->tasks.load(), 1);
        QTRY_VERIFY(!rig.workspace.chat().isAnswering());
        {
            const std::lock_guard lock(m_script->mutex);
            QCOMPARE(m_script->lastTask.documents, (std::vector<rag::DocumentId>{1, 2}));
        }
        rig.find<QMenu>("documentMenu")->close();
        QTRY_VERIFY(!rig.find<QMenu>("documentMenu"));

        entry(*documentMenu(rig, "other.pdf"), QStringLiteral("List every"))->trigger();
        auto *what = rig.find<QLineEdit>("nameEdit");
        what->setText(QStringLiteral("deadline"));
        QTest::keyClick(what, Qt::Key_Return);
        QTRY_COMPARE(m_script->tasks.load(), 2);
        QTRY_VERIFY(!rig.workspace.chat().isAnswering());
        const std::lock_guard lock(m_script->mutex);
        QCOMPARE(m_script->lastTask.question, std::string("deadline"));
        QCOMPARE(m_script->lastTask.documents, std::vector<rag::DocumentId>{2});
    }

    void reportOpensFromTheMenuAndItsPagesOpen()
    {
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);

        entry(*documentMenu(rig, "rules.pdf"), QStringLiteral("How it was read"))->trigger();
        auto *dialog = rig.window.findChild<ui::ReportDialog *>();
        QVERIFY(dialog);
        QTRY_VERIFY(dialog->findChild<QLabel *>(QStringLiteral("reportSummary"))
                        ->text()
                        .contains(QStringLiteral("3 read well")));
        emit dialog->pageWanted(1, 2);

        QTRY_COMPARE(rig.window.findChild<ui::ReaderPane *>()->page(), 2);
    }

    void deletedConversationTakesItsPromptsWithIt()
    {
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        rig.ask(QStringLiteral("q"));
        QTRY_VERIFY(rig.messages().rowCount() == 2 && !rig.workspace.chat().isAnswering());
        QCOMPARE(m_script->promptsForgotten.load(), 0);

        rig.workspace.chat().remove(rig.workspace.chat().openConversation());
        rig.workspace.chat().flush();

        QTRY_COMPARE(m_script->promptsForgotten.load(), 1);
    }

    void caretOfTheMirroredBoxStandsAtTheRightAfterSending()
    {
        QApplication::setLayoutDirection(Qt::RightToLeft);
        {
            Rig rig(m_folder->path(), *m_script);
            addRules(rig);
            auto *question = rig.find<QPlainTextEdit>("question");
            QVERIFY(question->cursorRect().center().x() > question->viewport()->width() / 2);

            rig.ask(QString::fromUtf8("ما مدة الإشعار؟"));

            QVERIFY(question->toPlainText().isEmpty());
            QTRY_VERIFY(question->cursorRect().center().x() > question->viewport()->width() / 2);
            QTRY_VERIFY(!rig.workspace.chat().isAnswering());
        }
        QApplication::setLayoutDirection(Qt::LeftToRight);
    }
};

QTEST_MAIN(TestWindowScope)
#include "test_window_scope.moc"
