#include "rag/store/answer_saver.h"
#include "rag/store/history_store.h"
#include "rag/store/sqlite.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <fstream>

using namespace rag;
namespace fs = std::filesystem;

class TestHistoryStore : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void keepsAConversationWithItsCitations();
    void questionIsThereBeforeTheAnswer();
    void keepsWhatWasStreamedBeforeACrash();
    void leavesAnAnswerThatSomebodyAliveWrites();
    void savesTextWhileItsWriterIsHeldUp();
    void asksTheLastQuestionAgain();
    void listsTheLatestFirst();
    void findsByTitleAndText_data();
    void findsByTitleAndText();
    void removesEveryTrace();
    void keepsTheScope();
    void saysThatAConversationIsGone();
    void keepsWhatStandsBehindAnAnswer();
    void aScanThatIsNoneGivesNone();

private:
    fs::path file() const { return fs::path(m_folder->path().toStdString()) / "warraq.db"; }

    void reopen()
    {
        m_database.reset();
        auto opened = Database::open(file());
        QVERIFY(opened);
        m_database = std::move(*opened);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Database> m_database;
};

void TestHistoryStore::init()
{
    m_database.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    reopen();
}

void TestHistoryStore::keepsAConversationWithItsCitations()
{
    HistoryStore history(*m_database);
    const auto id = history.create("Talk", {});
    QVERIFY(id);
    const auto asked = history.ask(*id, "What is it?");
    QVERIFY(asked);
    Answer answer;
    answer.text = "It is so [1].";
    answer.model = "small";
    answer.answerTokens = 30;
    answer.seconds.decode = 2;
    answer.citations.push_back(
        {1, 42, "book.pdf", 6, "vii", "it is", {{72, 90, 200, 12}, {72, 104, 50, 12}}});

    QVERIFY(history.finish(asked->answer, answer));

    reopen();
    const auto messages = HistoryStore(*m_database).messages(*id);
    QVERIFY(messages);
    QCOMPARE(messages->size(), std::size_t(2));
    QVERIFY((*messages)[0].fromUser);
    QCOMPARE((*messages)[0].text, std::string("What is it?"));
    const Message &said = (*messages)[1];
    QVERIFY(said.state == MessageState::Complete);
    QCOMPARE(said.text, answer.text);
    QCOMPARE(said.model, std::string("small"));
    QCOMPARE(said.tokensPerSecond, 15.0);
    QCOMPARE(said.citations.size(), std::size_t(1));
    const Citation &citation = said.citations[0];
    QCOMPARE(citation.document, DocumentId(42));
    QCOMPARE(citation.page, 6);
    QCOMPARE(citation.pageLabel, std::string("vii"));
    QCOMPARE(citation.quote, std::string("it is"));
    QCOMPARE(citation.boxes.size(), std::size_t(2));
    QCOMPARE(citation.boxes[0].width, 200.0F);
}

void TestHistoryStore::questionIsThereBeforeTheAnswer()
{
    HistoryStore history(*m_database);
    const auto id = history.create("Talk", {});
    QVERIFY(id);

    QVERIFY(history.ask(*id, "Who?"));

    auto other = Database::open(file());
    QVERIFY(other);
    const auto messages = HistoryStore(**other).messages(*id);
    QVERIFY(messages);
    QCOMPARE(messages->size(), std::size_t(2));
    QVERIFY((*messages)[1].state == MessageState::Streaming);
}

void TestHistoryStore::keepsWhatWasStreamedBeforeACrash()
{
    const auto id = HistoryStore(*m_database).create("Talk", {});
    const auto asked = HistoryStore(*m_database).ask(*id, "Who?");
    QVERIFY(HistoryStore(*m_database).saveProgress(asked->answer, "It was the"));

    reopen();
    HistoryStore history(*m_database);
    const auto broken = history.markBrokenOff();

    QCOMPARE(*broken, 1);
    const auto messages = history.messages(*id);
    QVERIFY((*messages)[1].state == MessageState::BrokenOff);
    QCOMPARE((*messages)[1].text, std::string("It was the"));
    QCOMPARE(history.search("was the")->size(), std::size_t(1));
    QCOMPARE(*history.markBrokenOff(), 0);
}

void TestHistoryStore::leavesAnAnswerThatSomebodyAliveWrites()
{
    auto other = Database::open(file());
    auto writer = std::make_unique<HistoryStore>(**other);
    const auto id = writer->create("Talk", {});
    const auto dropped = writer->ask(*id, "Who?");
    const auto asked = writer->regenerate(*id);
    const auto failed = writer->ask(*id, "Who else?");
    QVERIFY(writer->fail(failed->answer, "no model"));
    HistoryStore history(*m_database);

    QCOMPARE(*history.markBrokenOff(), 0);
    QVERIFY(writer->saveProgress(asked->answer, "It was"));
    writer.reset(); // as a crash does
    QCOMPARE(*history.markBrokenOff(), 1);

    const auto messages = history.messages(*id);
    QCOMPARE((*messages)[1].id, asked->answer);
    QVERIFY((*messages)[1].id != dropped->answer);
    QVERIFY((*messages)[1].state == MessageState::BrokenOff);
    QVERIFY((*messages)[3].state == MessageState::Failed);
    QVERIFY(!history.saveProgress(asked->answer, "too late"));
}

void TestHistoryStore::savesTextWhileItsWriterIsHeldUp()
{
    HistoryStore history(*m_database);
    const auto id = history.create("Talk", {});
    const auto asked = history.ask(*id, "Who?");
    const auto saved = [&] { return history.messages(*id)->back().text; };
    AnswerSaver saver(file(), asked->answer);

    saver.add("It ");
    saver.add("was");
    QTRY_COMPARE_WITH_TIMEOUT(saved(), std::string("It was"), 2000);
    saver.replace("He");
    saver.end();

    QCOMPARE(saved(), std::string("He"));
    QVERIFY(history.messages(*id)->back().state == MessageState::Streaming);
}

void TestHistoryStore::asksTheLastQuestionAgain()
{
    HistoryStore history(*m_database);
    const auto id = history.create("Talk", {});
    const auto asked = history.ask(*id, "Who?");
    Answer answer;
    answer.text = "Nobody [1].";
    answer.citations.push_back({1, 1, "a", 0, "", "q", {}});
    QVERIFY(history.finish(asked->answer, answer));

    const auto again = history.regenerate(*id);

    QVERIFY(again);
    QCOMPARE(again->question, asked->question);
    QVERIFY(again->answer != asked->answer);
    const auto messages = history.messages(*id);
    QCOMPARE(messages->size(), std::size_t(2));
    QVERIFY((*messages)[1].state == MessageState::Streaming);
    QVERIFY((*messages)[1].citations.empty());
    QCOMPARE(*m_database->number("SELECT count(*) FROM citations"), std::int64_t(0));
    QVERIFY(!history.finish(asked->answer, answer)); // a late answer to the dropped one
    QVERIFY(!history.regenerate(*history.create("Empty", {})));
}

void TestHistoryStore::listsTheLatestFirst()
{
    HistoryStore history(*m_database);
    const auto first = history.create("First", {});
    const auto second = history.create("Second", {});
    QCOMPARE(history.conversations()->front().id, *second);
    for (const std::string now = timestamp(); timestamp() == now;) // the clock's next millisecond
        ;

    QVERIFY(history.ask(*first, "Again?"));

    const auto all = history.conversations();
    QCOMPARE(all->front().id, *first);
    QCOMPARE(all->front().messages, 2);
    QVERIFY(history.rename(*first, "Renamed"));
    QCOMPARE(history.conversations()->front().title, std::string("Renamed"));
}

void TestHistoryStore::findsByTitleAndText_data()
{
    QTest::addColumn<QString>("wanted");
    QTest::addColumn<bool>("found");
    QTest::newRow("title, other case") << "tAlK aBOUT" << true;
    QTest::newRow("question") << "caliph" << true;
    QTest::newRow("answer") << "Baghdad" << true;
    QTest::newRow("Arabic without vowel marks") << QString::fromUtf8("محمد") << true;
    QTest::newRow("Arabic with another alef") << QString::fromUtf8("احمد") << true;
    QTest::newRow("other digits") << "123" << true;
    QTest::newRow("not there") << "Cairo" << false;
    QTest::newRow("no wildcard") << "%" << false;
}

void TestHistoryStore::findsByTitleAndText()
{
    QFETCH(QString, wanted);
    QFETCH(bool, found);
    HistoryStore history(*m_database);
    QVERIFY(history.create("Something else", {}));
    const auto id = history.create("Talk about paper", {});
    const auto asked = history.ask(*id, "Which caliph? مُحَمَّدٌ أحمد ١٢٣");
    Answer answer;
    answer.text = "The one in Baghdad.";
    QVERIFY(history.finish(asked->answer, answer));

    const auto hits = history.search(wanted.toStdString());

    QVERIFY(hits);
    QCOMPARE(hits->size(), std::size_t(found ? 1 : 0));
    QVERIFY(!found || hits->front().id == *id);
}

void TestHistoryStore::removesEveryTrace()
{
    HistoryStore history(*m_database);
    const auto keep = history.create("Keep", {});
    QVERIFY(history.ask(*keep, "Stays?"));
    const auto id = history.create("zebraquux title", {});
    for (int i = 0; i < 50; ++i) {
        const auto asked = history.ask(*id, "zebraquux question " + std::to_string(i));
        Answer answer;
        answer.text = "zebraquux answer";
        answer.citations.push_back({1, 1, "zebraquux.pdf", 0, "", "zebraquux quote", {}});
        QVERIFY(history.finish(asked->answer, answer));
    }

    QVERIFY(history.remove(*id));

    for (const auto &entry : fs::directory_iterator(file().parent_path())) {
        std::ifstream stream(entry.path(), std::ios::binary);
        const std::string bytes(std::istreambuf_iterator<char>(stream), {});
        QVERIFY2(bytes.find("zebraquux") == std::string::npos, entry.path().c_str());
    }
    QCOMPARE(history.messages(*keep)->size(), std::size_t(2));
    QVERIFY(!history.remove(*id));
}

void TestHistoryStore::keepsTheScope()
{
    HistoryStore history(*m_database);
    const auto id = history.create("Talk", std::array<DocumentId, 3>{5, 3, 5});

    QCOMPARE(*history.scope(*id), (std::vector<DocumentId>{3, 5}));
}

void TestHistoryStore::saysThatAConversationIsGone()
{
    HistoryStore history(*m_database);

    QVERIFY(history.ask(77, "Anyone?").error().code == ErrorCode::NotFound);
    QVERIFY(history.rename(77, "x").error().code == ErrorCode::NotFound);
    QVERIFY(history.fail(77, "x").error().code == ErrorCode::NotFound);
    QCOMPARE(*m_database->number("SELECT count(*) FROM messages"), std::int64_t(0));
}

void TestHistoryStore::keepsWhatStandsBehindAnAnswer()
{
    HistoryStore history(*m_database);
    const auto conversation = history.create("Talk", {});
    const auto asked = history.ask(*conversation, "And then?");
    Answer answer;
    answer.text = "“Boats pay.” [1]";
    answer.searchedFor = "And then? (toll boats)";
    answer.extract = "Boats pay.";
    answer.generated = "They pay.";
    answer.thinking = "Let me see.";
    answer.confidence = 0.5;
    answer.sentences = {{0, 16, Verdict::Supported, true, 0.75, {1, 3}},
                        {10, 9000, Verdict::Weak, false, 1, {}}};
    answer.scan = ScopeScan{3, 4, {{"to\tll", 2, {{1, 0}, {1, 2}}}, {"رسوم", 0, {}}}};

    QVERIFY(history.finish(asked->answer, answer));
    const AnswerDetails kept = history.messages(*conversation)->back().details;

    QCOMPARE(kept.searchedFor, answer.searchedFor);
    QCOMPARE(kept.extract, answer.extract);
    QCOMPARE(kept.generated, answer.generated);
    QCOMPARE(kept.thinking, answer.thinking);
    QCOMPARE(kept.confidence, 0.5);
    QCOMPARE(kept.sentences.size(), std::size_t(1)); // the other passes the text's end
    QCOMPARE(kept.sentences[0].verdict, Verdict::Supported);
    QVERIFY(kept.sentences[0].quoted);
    QCOMPARE(kept.sentences[0].citations, (std::vector<int>{1, 3}));
    QVERIFY(kept.scan);
    QCOMPARE(kept.scan->pagesInScope, 4);
    QCOMPARE(kept.scan->terms.size(), std::size_t(2));
    QCOMPARE(kept.scan->terms[0].term, std::string("to ll"));
    QCOMPARE(kept.scan->terms[0].places[1], (std::pair<DocumentId, int>(1, 2)));
    QCOMPARE(kept.scan->terms[1].pages, 0);
}

void TestHistoryStore::aScanThatIsNoneGivesNone()
{
    QVERIFY(!scanOf(""));
    QVERIFY(!scanOf("many pages\n"));
    QVERIFY(!scanOf("3 4\nno tabs here\n"));
    QVERIFY(scanOf("3 4\n")->terms.empty());
}

QTEST_GUILESS_MAIN(TestHistoryStore)
#include "test_history_store.moc"
