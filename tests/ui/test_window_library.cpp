#include "tests/ui/window_rig.h"
#include "ui/shared/password_dialog.h"

#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMessageBox>
#include <QPushButton>
#include <QTest>

using tests::drop;
using tests::Rig;

/// Documents: dropped, locked, broken, removed, taken up again.
class TestWindowLibrary final : public QObject, private tests::WindowTest
{
    Q_OBJECT

private slots:

    void initTestCase() { prepare(); }

    void init() { renew(); }

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
};

QTEST_MAIN(TestWindowLibrary)
#include "test_window_library.moc"
