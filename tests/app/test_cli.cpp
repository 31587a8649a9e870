#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <signal.h>

namespace {

struct Ran
{
    int code = -1;
    QByteArray out;
    QByteArray err;

    QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
};

} // namespace

/// The contract of the terminal program, on the real program. What needs the default models skips without
/// them.
class TestCli : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void helpAndVersionSucceed();
    void wrongUsageGivesTwo_data();
    void wrongUsageGivesTwo();
    void listsAnEmptyLibrary();
    void aMissingModelSaysWhatToDo();
    void removingWhatIsNotThereFails();
    void takesInListsAndRemoves();
    void aMissingFileFailsAndTheOthersAreTaken();
    void answersWithACitation();
    void commonOptionsMayStandAnywhere();
    void saysThatItIsNotInThere();
    void findsPassages();
    void savesAConversation();
    void evaluatesAndPrintsTheKeysOfTheContract();
    void evaluatesASetOfOnesOwnAndSaysWhatChanged();
    void tellsOfSentencesAndScan();
    void asksSomePagesOnly();
    void asksACollection();
    void summarisesEveryPage();
    void runsATaskThatIsAskedFor();
    void listsEveryPlaceAndTheHeadings();
    void comparesOnlySeveralDocuments();
    void reportsHowPagesWereRead();
    void verifiesAndRepairs();
    void logsNoWordOfQuestionOrAnswer();
    void savesWhatIsReadableOfADamagedLibrary();
    void aCrashLeavesALineInTheLog();

private:
    Ran run(QStringList arguments, const QByteArray &input = {}, bool withModels = true) const
    {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", m_home.path());
        if (!withModels)
            environment.insert("WARRAQ_MODELS", m_home.path());
        process.setProcessEnvironment(environment);
        process.start(WARRAQ_CLI, arguments);
        process.write(input);
        process.closeWriteChannel();
        if (!process.waitForFinished(100'000))
            return {};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                process.readAllStandardOutput(), process.readAllStandardError()};
    }

    void needModels() const
    {
        if (!m_haveModels)
            QSKIP("needs the default models: run installers/from-source.sh, or set WARRAQ_MODELS");
    }

    QTemporaryDir m_home;
    bool m_haveModels = false;
    const QString m_sample = SAMPLE_PDF;
};

void TestCli::initTestCase()
{
    QVERIFY(m_home.isValid());
    m_haveModels = run({"verify", "--library", m_home.filePath("probe")}).code == 0;
}

void TestCli::helpAndVersionSucceed()
{
    QCOMPARE(run({"--help"}).code, 0);
    QCOMPARE(run({"--version"}).code, 0);
    QCOMPARE(run({"ask", "--help"}).code, 0);
}

void TestCli::wrongUsageGivesTwo_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("no command") << QStringList{};
    QTest::newRow("unknown command") << QStringList{"frobnicate"};
    QTest::newRow("ask nothing") << QStringList{"ask"};
    QTest::newRow("bad number") << QStringList{"list", "--threads", "many"};
    QTest::newRow("bad device") << QStringList{"list", "--device", "abacus"};
    QTest::newRow("eval of a missing set") << QStringList{"eval", "questions.jsonl"};
    QTest::newRow("pages that are none") << QStringList{"ask", "What?", "--pages", "three"};
    QTest::newRow("pages backwards") << QStringList{"ask", "What?", "--pages", "9-3"};
    QTest::newRow("list what") << QStringList{"list-every"};
    QTest::newRow("no answer drawn") << QStringList{"ask", "What?", "--best-of", "0"};
    QTest::newRow("collection of what") << QStringList{"collection", "add", "Work"};
    QTest::newRow("remove by name") << QStringList{"remove", "book.pdf"};
}

void TestCli::wrongUsageGivesTwo()
{
    QFETCH(QStringList, arguments);

    const Ran ran = run(arguments);

    QCOMPARE(ran.code, 2);
    QVERIFY(ran.out.isEmpty());
    QVERIFY(!ran.err.isEmpty());
}

void TestCli::listsAnEmptyLibrary()
{
    const Ran ran = run({"list", "--json", "--library", m_home.filePath("empty")});

    QCOMPARE(ran.code, 0);
    QVERIFY(ran.json().value("documents").isArray());
    QVERIFY(ran.json().value("documents").toArray().isEmpty());
}

void TestCli::aMissingModelSaysWhatToDo()
{
    const Ran ran =
        run({"ask", "What?", "--embedder", "no-such-model.gguf", "--library", m_home.filePath("empty")}, {},
            false);

    QCOMPARE(ran.code, 1);
    QVERIFY(ran.err.contains("no-such-model.gguf"));
    QVERIFY(ran.err.contains("from-source.sh"));
    QVERIFY(ran.out.isEmpty());
}

void TestCli::removingWhatIsNotThereFails()
{
    QCOMPARE(run({"remove", "4711", "--library", m_home.filePath("empty")}).code, 1);
}

void TestCli::takesInListsAndRemoves()
{
    needModels();
    const QStringList library{"--json", "--library", m_home.filePath("taken")};

    const Ran added = run(QStringList{"add", m_sample} + library);
    const Ran again = run(QStringList{"add", m_sample} + library);
    const Ran listed = run(QStringList{"list"} + library);
    const int id = listed.json()["documents"].toArray().first()["id"].toInt();
    const Ran removed = run(QStringList{"remove", QString::number(id)} + library);

    QCOMPARE(added.code, 0);
    QVERIFY(again.json()["documents"].toArray().first()["already_there"].toBool());
    QCOMPARE(listed.json()["documents"].toArray().size(), 1);
    QCOMPARE(removed.code, 0);
    QVERIFY(run(QStringList{"list"} + library).json()["documents"].toArray().isEmpty());
}

void TestCli::aMissingFileFailsAndTheOthersAreTaken()
{
    needModels();

    const Ran ran =
        run({"add", "/nowhere/gone.pdf", m_sample, "--json", "--library", m_home.filePath("partly")});

    QCOMPARE(ran.code, 1);
    QCOMPARE(ran.json()["failed"].toArray().size(), 1);
    QCOMPARE(ran.json()["documents"].toArray().size(), 1);
}

void TestCli::answersWithACitation()
{
    needModels();

    const Ran ran =
        run({"ask", m_sample, "What is Warraq?", "--json", "--library", m_home.filePath("asked")});
    const QJsonObject json = ran.json();

    QCOMPARE(ran.code, 0);
    for (const char *key : {"answer", "abstained", "citations", "passages", "model", "prompt_tokens",
                            "answer_tokens", "seconds"})
        QVERIFY2(json.contains(key), key);
    for (const char *key : {"ingest", "retrieve", "prefill", "decode"})
        QVERIFY2(json["seconds"].toObject().contains(key), key);
    const QJsonObject citation = json["citations"].toArray().first().toObject();
    for (const char *key : {"n", "document", "page", "page_label", "quote", "boxes"})
        QVERIFY2(citation.contains(key), key);
    QVERIFY(citation["page"].toInt() >= 1);
    const QJsonArray box = citation["boxes"].toArray().first().toArray();
    QCOMPARE(box.size(), 4);
    QVERIFY(box[2].toDouble() > box[0].toDouble() && box[3].toDouble() > box[1].toDouble());
    const QJsonObject passage = json["passages"].toArray().first().toObject();
    for (const char *key : {"n", "document", "page", "score", "text"})
        QVERIFY2(passage.contains(key), key);
}

void TestCli::commonOptionsMayStandAnywhere()
{
    const QString library = m_home.filePath("empty");

    QCOMPARE(run({"--json", "--library", library, "list"}).out,
             run({"list", "--json", "--library", library}).out);
}

void TestCli::saysThatItIsNotInThere()
{
    needModels();

    const Ran ran = run({"ask", m_sample, "Which zebra won the Monaco regatta?", "--json", "--library",
                         m_home.filePath("asked")});

    QCOMPARE(ran.code, 3);
    QVERIFY(ran.json()["abstained"].toBool());
    QVERIFY(ran.json()["citations"].toArray().isEmpty());
}

void TestCli::findsPassages()
{
    needModels();

    const Ran ran =
        run({"search", m_sample, "Warraq", "-k", "2", "--json", "--library", m_home.filePath("asked")});

    QCOMPARE(ran.code, 0);
    const auto count = ran.json()["passages"].toArray().size();
    QVERIFY(count >= 1 && count <= 2);
}

void TestCli::savesAConversation()
{
    needModels();
    const QStringList chat{"chat", "--json", "--library", m_home.filePath("asked")};

    const Ran first = run(chat, "What is Warraq?\n");
    const int conversation = first.json()["conversation"].toInt();
    const Ran second =
        run(chat + QStringList{"--conversation", QString::number(conversation)}, "And what does it do?\n");

    QCOMPARE(first.code, 0);
    QVERIFY(conversation > 0);
    QCOMPARE(second.json()["conversation"].toInt(), conversation);
}

void TestCli::evaluatesAndPrintsTheKeysOfTheContract()
{
    needModels();
    QFile questions(m_home.filePath("questions.jsonl"));
    QVERIFY(questions.open(QIODevice::WriteOnly));
    questions.write(
        R"({"id": "q1", "pdf": "welcome.pdf", "doc_lang": "en", "lang": "en", "type": "definition", )"
        R"("answerable": true, "question": "What is Warraq?", "answers": ["Warraq"], )"
        R"("answer_kind": "short", "gold": [{"pdf": "welcome.pdf", "page": 1, "quote": ""}]})");
    questions.close();

    const Ran ran = run({"eval", questions.fileName(), "--pdfs", QFileInfo(m_sample).path(), "--json",
                         "--library", m_home.filePath("asked")});

    QCOMPARE(ran.code, 0);
    for (const char *key :
         {"document", "library", "answers", "abstention", "by_language", "by_type", "seconds"})
        QVERIFY2(ran.json().contains(key), key);
    QCOMPARE(ran.json()["document"].toObject()["recall@5"].toDouble(), 1.0);
}

void TestCli::evaluatesASetOfOnesOwnAndSaysWhatChanged()
{
    needModels();
    const QString library = m_home.filePath("asked");
    QFile questions(library + "/questions.jsonl");
    QVERIFY(questions.open(QIODevice::WriteOnly));
    questions.write("{\"question\": \"What is Warraq?\", \"pdf\": \"welcome.pdf\", \"page\": 1, "
                    "\"answer\": \"Warraq\"}\n");
    questions.close();
    const QString saved = m_home.filePath("before.json");

    const Ran first = run({"eval", "--json", "--save", saved, "--library", library});
    const Ran second = run({"eval", "--json", "--compare", saved, "--library", library});
    const Ran none = run({"eval", "--library", m_home.filePath("empty")});

    QCOMPARE(first.code, 0);
    QCOMPARE(first.json()["by_language"].toObject().keys(), QStringList{"en>en"});
    QVERIFY(first.json()["extraction"].isObject());
    QVERIFY(first.json()["answers"].toObject().contains("box_iou"));
    QVERIFY(first.json()["answers"].toObject().contains("extract_match"));
    const QJsonObject compared = second.json()["compare"].toObject();
    QCOMPARE(compared["compared_rows"].toInt(), 1);
    QVERIFY(compared["right_to_wrong"].toArray().isEmpty());
    QCOMPARE(none.code, 1);
    QVERIFY(none.err.contains("questions.jsonl"));
}

void TestCli::tellsOfSentencesAndScan()
{
    needModels();
    const QStringList library{"--json", "--library", m_home.filePath("asked")};

    const QJsonObject answered =
        run(QStringList{"ask", "What is Warraq?", "--best-of", "2"} + library).json();
    const QJsonObject declined =
        run(QStringList{"ask", "Which zebra won the Monaco regatta?"} + library).json();

    for (const char *key : {"searched_for", "sentences", "scan", "extract", "generated", "confidence"})
        QVERIFY2(answered.contains(key) && declined.contains(key), key);
    QVERIFY(answered["scan"].isNull());
    QVERIFY(answered["confidence"].toDouble() > declined["confidence"].toDouble());
}

void TestCli::asksSomePagesOnly()
{
    needModels();
    const QStringList library{"--json", "--library", m_home.filePath("asked")};

    const Ran all = run(QStringList{"search", "Warraq", "-k", "50"} + library);
    const Ran some = run(QStringList{"search", "Warraq", "-k", "50", "--pages", "1"} + library);
    const Ran beyond = run(QStringList{"search", "Warraq", "--pages", "900-"} + library);

    QVERIFY(!some.json()["passages"].toArray().isEmpty());
    for (const QJsonValue &passage : some.json()["passages"].toArray())
        QCOMPARE(passage["page"].toInt(), 1);
    QVERIFY(all.json()["passages"].toArray().size() >= some.json()["passages"].toArray().size());
    QCOMPARE(beyond.code, 3);
}

void TestCli::asksACollection()
{
    needModels();
    const QStringList library{"--json", "--library", m_home.filePath("asked")};

    const Ran added = run(QStringList{"collection", "add", "Work", m_sample} + library);
    const Ran listed = run(QStringList{"collection", "list"} + library);
    const Ran found = run(QStringList{"search", "Warraq", "--collection", "work"} + library);
    const Ran unknown = run(QStringList{"search", "Warraq", "--collection", "Nowhere"} + library);
    const Ran otherTongue = run(QStringList{"search", "Warraq", "--language", "fr"} + library);
    const Ran removed = run(QStringList{"collection", "remove", "Work"} + library);

    QCOMPARE(added.code, 0);
    const QJsonObject collection = listed.json()["collections"].toArray().first().toObject();
    QCOMPARE(collection["name"].toString(), QString("Work"));
    QCOMPARE(collection["documents"].toArray().size(), 1);
    QCOMPARE(found.code, 0);
    QCOMPARE(unknown.code, 1);
    QVERIFY(unknown.err.contains("Nowhere"));
    QCOMPARE(otherTongue.code, 1);
    QCOMPARE(removed.code, 0);
    QVERIFY(run(QStringList{"collection", "list"} + library).json()["collections"].toArray().isEmpty());
}

void TestCli::summarisesEveryPage()
{
    needModels();
    const QStringList library{"--json", "--library", m_home.filePath("asked")};

    const Ran first = run(QStringList{"summarize", m_sample} + library);
    const Ran byName = run(QStringList{"summarize", "welcome.pdf"} + library);

    QCOMPARE(first.code, 0);
    const QJsonObject task = first.json()["task"].toObject();
    QCOMPARE(task["kind"].toString(), QString("summary"));
    QVERIFY(task["pages"].toInt() > 0);
    QCOMPARE(task["pages_read"].toInt(), task["pages"].toInt());
    QVERIFY(!first.json()["citations"].toArray().isEmpty());
    for (const QJsonValue &citation : first.json()["citations"].toArray()) {
        QVERIFY(!citation["boxes"].toArray().isEmpty());
        QVERIFY(
            first.json()["answer"].toString().contains("[" + QString::number(citation["n"].toInt()) + "]"));
    }
    QCOMPARE(byName.json()["answer"], first.json()["answer"]);
    QVERIFY(byName.json()["task"].toObject()["resumed_notes"].toInt() > 0);
}

void TestCli::runsATaskThatIsAskedFor()
{
    needModels();
    const QStringList ask{"ask",    m_sample,    "Summarize this document",
                          "--json", "--library", m_home.filePath("asked")};

    const Ran task = run(ask);
    const Ran plain = run(ask + QStringList{"--no-task"});

    QCOMPARE(task.json()["task"].toObject()["kind"].toString(), QString("summary"));
    QVERIFY(task.err.contains("--no-task"));
    for (const char *key : {"answer", "abstained", "citations", "passages", "model", "prompt_tokens",
                            "answer_tokens", "seconds"})
        QVERIFY2(task.json().contains(key), key);
    QVERIFY(!plain.json().contains("task"));
}

void TestCli::listsEveryPlaceAndTheHeadings()
{
    needModels();
    const QStringList library{"--json", "--library", m_home.filePath("asked")};

    const Ran places = run(QStringList{"list-every", "Warraq", m_sample} + library);
    const Ran outline = run(QStringList{"outline", m_sample} + library);

    QCOMPARE(places.code, 0);
    QVERIFY(!places.json()["citations"].toArray().isEmpty());
    for (const QJsonValue &citation : places.json()["citations"].toArray())
        QVERIFY(!citation["quote"].toString().isEmpty());
    QCOMPARE(outline.json()["task"].toObject()["kind"].toString(), QString("outline"));
    QVERIFY(!outline.json()["citations"].toArray().isEmpty());
}

void TestCli::comparesOnlySeveralDocuments()
{
    needModels();

    const Ran ran = run({"compare", m_sample, "privacy", "--library", m_home.filePath("asked")});

    QCOMPARE(ran.code, 1);
    QVERIFY(ran.err.contains("two documents"));
}

void TestCli::reportsHowPagesWereRead()
{
    needModels();

    const Ran ran = run({"report", m_sample, "--json", "--library", m_home.filePath("asked")});

    QCOMPARE(ran.code, 0);
    const QJsonObject document = ran.json()["documents"].toArray().first().toObject();
    QCOMPARE(document["report"].toArray().size(), document["pages"].toInt());
    QCOMPARE(document["green"].toInt() + document["amber"].toInt() + document["red"].toInt(),
             document["pages"].toInt());
    QVERIFY(run({"report", m_sample, "--library", m_home.filePath("asked")}).out.contains("welcome.pdf"));
}

void TestCli::verifiesAndRepairs()
{
    needModels();
    const QStringList verify{"verify", "--json", "--library", m_home.filePath("asked")};
    QFile index(m_home.filePath("asked") + "/vectors.faiss");
    QVERIFY(index.open(QIODevice::WriteOnly));
    index.write("not an index");
    index.close();

    const Ran damaged = run(verify);
    const Ran whole = run(verify);

    QCOMPARE(damaged.code, 0);
    QCOMPARE(damaged.json()["index"].toObject()["found"].toString(), QString("damaged"));
    QCOMPARE(whole.json()["index"].toObject()["found"].toString(), QString("current"));
    QVERIFY(whole.json()["index"].toObject()["vectors"].toInt() > 0);
}

void TestCli::logsNoWordOfQuestionOrAnswer()
{
    needModels();
    QFile log(m_home.filePath("asked") + "/logs/warraq-cli.log");
    QVERIFY(log.open(QIODevice::ReadOnly));
    const QByteArray text = log.readAll();

    QVERIFY(!text.isEmpty());
    for (const char *word : {"zebra", "regatta", "What is Warraq"})
        QVERIFY2(!text.contains(word), word);
}

void TestCli::savesWhatIsReadableOfADamagedLibrary()
{
    needModels();
    const QStringList library{"--json", "--library", m_home.filePath("damaged")};
    QCOMPARE(run(QStringList{"add", m_sample} + library).code, 0);
    QFile file(m_home.filePath("damaged") + "/warraq.db");
    QVERIFY(file.open(QIODevice::ReadWrite));
    file.write(QByteArray(100, char(0)));
    file.close();

    const Ran refused = run(QStringList{"list"} + library);
    const Ran repaired = run(QStringList{"verify", "--repair"} + library);
    const Ran again = run(QStringList{"verify", "--repair"} + library);

    QCOMPARE(refused.code, 1);
    QVERIFY(refused.err.contains("verify --repair"));
    QCOMPARE(repaired.code, 0);
    QVERIFY(repaired.json()["repair"].toObject()["repaired"].toBool());
    QVERIFY(QFile::exists(repaired.json()["repair"].toObject()["kept"].toString()));
    QVERIFY(!again.json()["repair"].toObject()["repaired"].toBool());
    QCOMPARE(run(QStringList{"list"} + library).json()["documents"].toArray().size(), 1);
}

void TestCli::aCrashLeavesALineInTheLog()
{
#ifdef WITH_SANITIZER
    QSKIP("the sanitizer tells of crashes itself");
#endif
    needModels();
    const QString library = m_home.filePath("crashed");
    QFile log(library + "/logs/warraq-cli.log");
    const auto logged = [&log] {
        return log.open(QIODevice::ReadOnly) ? (log.seek(0), log.readAll()) : QByteArray();
    };
    QProcess process;
    process.start(WARRAQ_CLI, {"chat", "--library", library});
    QTRY_VERIFY_WITH_TIMEOUT(([&] {
                                 const bool loaded = logged().contains("generator");
                                 log.close();
                                 return loaded; // each line is there at once
                             }()),
                             30000);

    ::kill(pid_t(process.processId()), SIGSEGV);

    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitStatus(), QProcess::CrashExit);
    QVERIFY(logged().endsWith("ended by signal 11\n"));
}

QTEST_GUILESS_MAIN(TestCli)
#include "test_cli.moc"
