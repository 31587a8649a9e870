#include "ui/chat/message_model.h"
#include "ui/history/conversation_model.h"
#include "ui/library/document_model.h"

#include <QAbstractItemModelTester>
#include <QDateTime>
#include <QLocale>
#include <QSignalSpy>
#include <QTest>

using ui::DocumentModel;

namespace {

rag::Document document(rag::DocumentId id, const std::string &name,
                       rag::DocumentState state = rag::DocumentState::Done)
{
    rag::Document document;
    document.id = id;
    document.name = name;
    document.path = "/tmp/" + name;
    document.state = state;
    document.pages = 3;
    document.pagesDone = 3;
    return document;
}

rag::Conversation conversation(rag::ConversationId id, const std::string &title)
{
    return {id, title, "2026-05-03T10:20:30Z", 2};
}

QString status(const DocumentModel &model, int row)
{
    return model.data(model.index(row), DocumentModel::StatusRole).toString();
}

} // namespace

class TestListModels final : public QObject
{
    Q_OBJECT

private slots:

    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English)); }

    void documentsNewestFirst()
    {
        DocumentModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);

        model.setDocuments({document(1, "a.pdf"), document(2, "b.pdf")});

        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0).data().toString(), QStringLiteral("b.pdf"));
        QCOMPARE(model.index(0).data(DocumentModel::ProgressRole).toDouble(), -1.0);
    }

    void jobShowsItsProgress()
    {
        DocumentModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);

        model.addJob(7, QStringLiteral("/tmp/new.pdf"));
        QCOMPARE(status(model, 0), QStringLiteral("Waiting"));
        model.jobBegun(7);
        QCOMPARE(status(model, 0), QStringLiteral("Opening"));
        model.jobProgressed(7, {5, rag::IngestStage::Reading, 4, 10, 0, 0, "new.pdf"});

        QCOMPARE(status(model, 0), QStringLiteral("Reading page 5 of 10"));
        QCOMPARE(model.index(0).data(DocumentModel::ProgressRole).toDouble(), 0.2);
        QCOMPARE(model.rowOf(5), 0);

        model.jobFinished(7, {5, false, 10, 1, 2, 20, 1.0});
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.row(0)->document.state, rag::DocumentState::PartlyDone);
        QVERIFY(status(model, 0).contains(QStringLiteral("2 skipped")));
    }

    void sameFileTwiceIsOneRow()
    {
        DocumentModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setDocuments({document(1, "a.pdf"), document(2, "b.pdf")});

        model.addJob(1, QStringLiteral("/elsewhere/a.pdf"));
        QCOMPARE(model.rowCount(), 3);
        model.jobFinished(1, {1, true, 3, 0, 0, 0, 0});

        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.find(1)->job, quint64(0));
    }

    void failedFileSaysWhyAndCanBeForgotten()
    {
        DocumentModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.addJob(1, QStringLiteral("/tmp/bad.pdf"));
        model.jobFailed(1, {rag::ErrorCode::Damaged, "x"});

        QCOMPARE(status(model, 0), QStringLiteral("Not a PDF that can be read"));
        model.setDocuments({});
        QCOMPARE(model.rowCount(), 1);
        model.forget(0);
        QCOMPARE(model.rowCount(), 0);
    }

    void failedFileThatTheLibraryKeepsIsOneRow()
    {
        DocumentModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.addJob(1, QStringLiteral("/tmp/locked.pdf"));
        model.jobFailed(1, {rag::ErrorCode::Locked, "x"});

        model.setDocuments({document(4, "locked.pdf", rag::DocumentState::NeedsPassword)});

        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.rowOf(4), 0);
        QCOMPARE(status(model, 0), QStringLiteral("Needs its password"));
    }

    void takenOutOfTheQueueLeavesNoRow()
    {
        DocumentModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.addJob(1, QStringLiteral("/tmp/x.pdf"));

        model.jobFailed(1, {rag::ErrorCode::Cancelled, ""});

        QCOMPARE(model.rowCount(), 0);
    }

    void removedDocumentsLeave()
    {
        DocumentModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setDocuments({document(1, "a.pdf"), document(2, "b.pdf"), document(3, "c.pdf")});
        model.addJob(9, QStringLiteral("/tmp/waiting.pdf"));

        model.setDocuments({document(1, "a.pdf"), document(3, "c.pdf")});

        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.rowOf(2), -1);
        QVERIFY(model.findJob(9));
    }

    void scopeIsEmptyWhenAllAreAsked()
    {
        DocumentModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy changed(&model, &DocumentModel::scopeChanged);
        model.setDocuments({document(1, "a.pdf"), document(2, "b.pdf")});
        QVERIFY(model.scope().empty());
        QCOMPARE(model.countInScope(), 2);

        QVERIFY(model.setData(model.index(0), Qt::Unchecked, Qt::CheckStateRole));

        QCOMPARE(model.scope(), std::vector<rag::DocumentId>{1});
        QVERIFY(changed.count() >= 2);
        model.setScope({2});
        QCOMPARE(model.scope(), std::vector<rag::DocumentId>{2});
        model.setScope({});
        QVERIFY(model.scope().empty());
    }

    void conversationsKeepHiddenOnesOut()
    {
        ui::ConversationModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setConversations({conversation(2, "two"), conversation(1, "one")});

        model.hide(2);
        QCOMPARE(model.rowCount(), 1);
        model.setConversations({conversation(2, "two"), conversation(1, "one")});
        QCOMPARE(model.rowCount(), 1);
        model.unhide(2);
        model.setConversations({conversation(2, "two"), conversation(1, "one")});

        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.idAt(0), rag::ConversationId(2));
    }

    void renamingTellsOnceAndRefusesNothing()
    {
        ui::ConversationModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy renamed(&model, &ui::ConversationModel::renamed);
        model.setConversations({conversation(1, "one")});

        QVERIFY(!model.setData(model.index(0), QStringLiteral("   "), Qt::EditRole));
        QVERIFY(model.setData(model.index(0), QStringLiteral(" new  name "), Qt::EditRole));
        QVERIFY(model.setData(model.index(0), QStringLiteral("new name"), Qt::EditRole));

        QCOMPARE(renamed.count(), 1);
        QCOMPARE(renamed.front().at(1).toString(), QStringLiteral("new name"));
    }

    void timeIsAsShortAsIsClear()
    {
        const QDateTime now(QDate(2026, 5, 4), QTime(12, 0));
        const auto iso = [](const QDateTime &time) { return time.toUTC().toString(Qt::ISODate); };

        QCOMPARE(ui::shortTime(iso(now.addSecs(-3600)), now),
                 QLocale().toString(QTime(11, 0), QLocale::ShortFormat));
        QCOMPARE(ui::shortTime(iso(now.addDays(-2)), now), QStringLiteral("Saturday"));
        QVERIFY(ui::shortTime(iso(now.addDays(-40)), now).contains(QStringLiteral("26")));
        QCOMPARE(ui::shortTime(QStringLiteral("nonsense"), now), QString());
    }

    void messagesGrowAndGiveWay()
    {
        ui::MessageModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        ui::ChatMessage question;
        question.message.text = "q";
        ui::ChatMessage answer;
        answer.message.fromUser = false;

        model.setMessages({question});
        model.append(answer);
        answer.message.text = "a";
        model.replaceLast(answer);

        QCOMPARE(model.index(1).data(ui::MessageModel::TextRole).toString(), QStringLiteral("a"));
        QCOMPARE(model.index(1).data(ui::MessageModel::FromUserRole).toBool(), false);
        model.removeLast();
        QCOMPARE(model.rowCount(), 1);
        model.setMessages({});
        model.replaceLast(answer);
        QVERIFY(model.isEmpty());
    }
};

QTEST_MAIN(TestListModels)
#include "test_list_models.moc"
