#pragma once

#include "tests/ui/fakes.h"
#include "ui/chat/message_widget.h"
#include "ui/chat/text_view.h"
#include "ui/main_window.h"
#include "ui/shared/drop_overlay.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFile>
#include <QInputMethodEvent>
#include <QLabel>
#include <QLocale>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTextCursor>

#include <memory>

namespace tests {

/// The real window over fakes and a real database in a temporary folder.
class Rig
{
public:
    explicit Rig(const QString &folder, Script &script)
        : m_settings(folder + QStringLiteral("/settings.ini"))
        , workspace(fakeFactories(script, folder))
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

    ui::MessageWidget *lastAnswer() const
    {
        const auto answers = window.findChildren<ui::MessageWidget *>(QStringLiteral("answer"));
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

inline void drop(QWidget &window, const QStringList &paths)
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

/// What every test of the window begins with: a folder with files, a script for the fakes.
class WindowTest
{
protected:
    /// Once for all tests of a program.
    static void prepare()
    {
        QStandardPaths::setTestModeEnabled(true);
        QLocale::setDefault(QLocale(QLocale::English));
        QApplication::setQuitOnLastWindowClosed(false);
    }

    /// Before each test.
    void renew()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_script = std::make_unique<Script>();
        for (const char *name : {"rules.pdf", "other.pdf", "locked.pdf", "broken.pdf", "notes.txt"}) {
            QFile file(path(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
    }

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
    std::unique_ptr<Script> m_script;
};

} // namespace tests
