#include "rag/answer/suggestions.h"

#include <QTest>

using namespace rag;

namespace {

Passage passage(const std::string &section, const std::string &text)
{
    Passage made;
    made.section = section;
    made.text = text;
    return made;
}

} // namespace

class TestSuggestions : public QObject
{
    Q_OBJECT

private slots:
    void namesAConversation_data();
    void namesAConversation();
    void suggestsWhatThePassagesBear();
    void speaksTheQuestionsLanguage_data();
    void speaksTheQuestionsLanguage();
    void suggestsNothingAfterNothing();
};

void TestSuggestions::namesAConversation_data()
{
    QTest::addColumn<QString>("question");
    QTest::addColumn<QString>("title");
    QTest::newRow("short") << "What toll do boats pay?"
                           << "What toll do boats pay";
    QTest::newRow("Arabic") << "كم ساعة ندوام في رمضان؟"
                            << "كم ساعة ندوام في رمضان";
    QTest::newRow("long")
        << "I deleted a file by mistake but a program still has it open. How do I get it back?"
        << "deleted file mistake program still open back";
    QTest::newRow("one endless word") << QString(200, 'x') << QString(60, 'x');
    QTest::newRow("marks") << " ?? "
                           << "";
}

void TestSuggestions::namesAConversation()
{
    QFETCH(QString, question);
    QFETCH(QString, title);

    const QString made = QString::fromStdString(conversationTitle(question.toStdString()));

    if (QByteArray(QTest::currentDataTag()) == "long")
        QVERIFY2(made.startsWith("deleted file mistake program") && made.size() <= 60, qPrintable(made));
    else
        QCOMPARE(made, title);
}

void TestSuggestions::suggestsWhatThePassagesBear()
{
    Answer answer;
    answer.text = "“Boats pay four coins.” [1]";
    answer.passages = {
        passage("Tolls", "Boats pay four coins at the lock. The keeper sits at the lock."),
        passage("Fishing rights", "Fish may be caught by the keeper; the keeper sells licences.")};

    const std::vector<std::string> made = followUpSuggestions("What toll do boats pay?", answer);

    QVERIFY(made.size() >= 2 && made.size() <= 3);
    QCOMPARE(made[0], std::string("What does the section “Fishing rights” say?"));
    QVERIFY2(made[1].find("keeper") != std::string::npos, made[1].c_str());
}

void TestSuggestions::speaksTheQuestionsLanguage_data()
{
    QTest::addColumn<QString>("question");
    QTest::addColumn<QString>("begins");
    QTest::newRow("ar") << "كم ساعات العمل؟"
                        << "ماذا يقول القسم";
    QTest::newRow("fr") << "Quelles sont les heures de travail dans la loi ?"
                        << "Que dit";
    QTest::newRow("fa") << "ساعت کاری چند است؟"
                        << "بخش";
}

void TestSuggestions::speaksTheQuestionsLanguage()
{
    QFETCH(QString, question);
    QFETCH(QString, begins);
    Answer answer;
    answer.passages = {passage("Overtime pay", "Overtime is paid.")};

    const std::vector<std::string> made = followUpSuggestions(question.toStdString(), answer);

    QVERIFY(!made.empty());
    QVERIFY2(QString::fromStdString(made[0]).startsWith(begins), made[0].c_str());
}

void TestSuggestions::suggestsNothingAfterNothing()
{
    Answer answer;
    QVERIFY(followUpSuggestions("What?", answer).empty());
    answer.passages = {passage("Tolls", "Boats pay.")};
    answer.abstained = true;
    QVERIFY(followUpSuggestions("What?", answer).empty());
}

QTEST_GUILESS_MAIN(TestSuggestions)
#include "test_suggestions.moc"
