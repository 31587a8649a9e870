#include "rag/store/history_store.h"
#include "tests/ui/window_rig.h"
#include "ui/reader/page_view.h"
#include "ui/reader/reader_pane.h"

#include <QClipboard>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTest>
#include <QToolButton>

using tests::drop;
using tests::Rig;

/// Questions, answers, conversations.
class TestWindowChat final : public QObject, private tests::WindowTest
{
    Q_OBJECT

private slots:

    void initTestCase() { prepare(); }

    void init() { renew(); }

    void questionIsOnDiskBeforeTheModelsAreThere()
    {
        m_script->models.close();
        Rig rig(m_folder->path(), *m_script);
        addRules(rig);
        rig.ask(QStringLiteral("How long is the notice period?"));

        const auto database = rag::Database::open(path("warraq.db").toStdString());
        QVERIFY(database);
        rag::HistoryStore history(**database);
        QTRY_COMPARE(history.conversations()->size(), std::size_t(1));
        const rag::ConversationId conversation = history.conversations()->front().id;
        QTRY_COMPARE(history.messages(conversation)->size(), std::size_t(2)); // written just after it
        const auto messages = history.messages(conversation);
        QCOMPARE(messages->front().text, std::string("How long is the notice period?"));
        QVERIFY(messages->back().state == rag::MessageState::Streaming);
        QCOMPARE(m_script->questions.load(), 0);
        QCOMPARE(*history.markBrokenOff(), 0); // another program that starts now leaves it alone

        m_script->models.open();
        QTRY_COMPARE(rig.lastText(), QStringLiteral("The notice period is 30 days [1]."));
        QTRY_VERIFY(!rig.workspace.chat().isAnswering());
        QVERIFY(history.messages(history.conversations()->front().id)->back().state ==
                rag::MessageState::Complete);
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
};

QTEST_MAIN(TestWindowChat)
#include "test_window_chat.moc"
