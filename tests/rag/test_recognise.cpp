#include "rag/tasks/recognise.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <fstream>

using namespace rag;

/// Which questions are work on the whole document, and which are not.
class TestRecognise : public QObject
{
    Q_OBJECT

private slots:
    void knowsTasks_data();
    void knowsTasks();
    void leavesQuestionsAlone_data();
    void leavesQuestionsAlone();
    void takesNoQuestionOfTheSharedSetForATask();
    void saysWhatWasRead();
};

void TestRecognise::knowsTasks_data()
{
    QTest::addColumn<QByteArray>("question");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QByteArray>("thing");
    const auto row = [](const char *question, TaskKind kind, const char *thing = "") {
        QTest::newRow(question) << QByteArray(question) << int(kind) << QByteArray(thing);
    };
    row("Summarize this document", TaskKind::Summary);
    row("Please summarise the whole report for me in a few sentences.", TaskKind::Summary);
    row("TL;DR", TaskKind::Summary);
    row("Give me a short summary of this PDF", TaskKind::Summary);
    row("What is this document about?", TaskKind::Summary);
    row("لخص هذا الملف", TaskKind::Summary);
    row("لخّص لي هذه الوثيقة باختصار من فضلك", TaskKind::Summary);
    row("ما موضوع هذا الكتاب؟", TaskKind::Summary);
    row("Résume ce document", TaskKind::Summary);
    row("Show the table of contents", TaskKind::Outline);
    row("outline this manual", TaskKind::Outline);
    row("فهرس هذا الكتاب", TaskKind::Outline);
    row("Compare these two contracts", TaskKind::Comparison);
    row("What are the differences between the two reports?", TaskKind::Comparison);
    row("Compare the two contracts with respect to notice periods", TaskKind::Comparison, "notice periods");
    row("قارن بين هذين الملفين من حيث مدة الإجازة", TaskKind::Comparison, "مدة الإجازة");
    row("List every deadline in this document", TaskKind::ListEvery, "deadline");
    row("list all the payment dates", TaskKind::ListEvery, "payment dates");
    row("Please find all requirements mentioned in the text.", TaskKind::ListEvery, "requirements");
    row("اذكر جميع المواعيد في هذا الملف", TaskKind::ListEvery, "المواعيد");
}

void TestRecognise::knowsTasks()
{
    QFETCH(QByteArray, question);
    QFETCH(int, kind);
    QFETCH(QByteArray, thing);

    const auto task = recogniseTask(question.toStdString());

    QVERIFY(task);
    QCOMPARE(int(task->kind), kind);
    QCOMPARE(QByteArray::fromStdString(task->question), thing);
}

void TestRecognise::leavesQuestionsAlone_data()
{
    QTest::addColumn<QByteArray>("question");
    for (const char *question :
         {"", "?", "What is Warraq?", "Summarize the argument against nuclear power", "Summarize chapter 3",
          "What is the summary judgment?", "How is the table of contents made in LaTeX?",
          "How do the two algorithms differ?", "Compare quicksort with mergesort", "List the members",
          "Which file lists all users?", "What does the document say about holidays?",
          "What is this clause about?", "ما مدة الإجازة السنوية؟", "كم عدد جميع الموظفين؟",
          "ما الفرق بين النظامين؟"})
        QTest::newRow(question) << QByteArray(question);
}

void TestRecognise::leavesQuestionsAlone()
{
    QFETCH(QByteArray, question);

    QVERIFY(!recogniseTask(question.toStdString()));
}

void TestRecognise::takesNoQuestionOfTheSharedSetForATask()
{
    std::ifstream stream(std::string(SHARED_DATA) + "/evalset/questions.jsonl");
    if (!stream)
        QSKIP("needs ../shared");

    for (std::string line; std::getline(stream, line);) {
        const std::string question = nlohmann::json::parse(line)["question"].get<std::string>();
        QVERIFY2(!recogniseTask(question), question.c_str());
    }
}

void TestRecognise::saysWhatWasRead()
{
    Coverage first;
    first.name = "a.pdf";
    first.pages = 10;
    first.pagesRead = 7;
    first.withoutText = {1};
    first.unread = {2, 3, 8};

    QCOMPARE(coverageLine({first}, "en"),
             std::string("Read 7 of 10 pages. Nothing to read on: 2. Not read: 3–4, 9."));
    QCOMPARE(coverageLine({first}, "ar"),
             std::string("قُرئت 7 من 10 صفحة. لا شيء يُقرأ في: 2. لم تُقرأ: 3–4، 9."));
}

QTEST_GUILESS_MAIN(TestRecognise)
#include "test_recognise.moc"
