#include "tests/ui/window_rig.h"
#include "ui/chat/text_view.h"

#include <QDialog>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTest>
#include <QTextBlock>
#include <QTimer>
#include <QToolButton>
#include <QTranslator>

using tests::drop;
using tests::Rig;

/// The window as a whole: empty, busy, mirrored, ended in the middle.
class TestWindow final : public QObject, private tests::WindowTest
{
    Q_OBJECT

private slots:

    void initTestCase() { prepare(); }

    void init() { renew(); }

    void emptyWindowSaysWhatToDo()
    {
        Rig rig(m_folder->path(), *m_script);

        QVERIFY(rig.find<QPushButton>("addFirst")->isVisible());
        rig.ask(QStringLiteral("anything?"));

        QTRY_VERIFY(rig.noticeText().contains(QStringLiteral("no document")));
        QCOMPARE(m_script->questions.load(), 0);
        QCOMPARE(rig.find<QPlainTextEdit>("question")->toPlainText(), QStringLiteral("anything?"));
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
};

QTEST_MAIN(TestWindow)
#include "test_window.moc"
