#include "rag/retrieve/follow_up.h"

#include <QTest>

using namespace rag;

class TestFollowUp : public QObject
{
    Q_OBJECT

private slots:
    void knowsWhatLeans_data();
    void knowsWhatLeans();
    void writesItOut_data();
    void writesItOut();
    void reachesBackOverQuestionsThatLean();
    void leavesAQuestionAloneWithoutHistory();
    void anyBytesAreHarmless();
};

void TestFollowUp::knowsWhatLeans_data()
{
    QTest::addColumn<QString>("question");
    QTest::addColumn<bool>("leans");
    QTest::newRow("and") << "And the one for those who got in?" << true;
    QTest::newRow("what about") << "What about contractors in the Amman office?" << true;
    QTest::newRow("year alone") << "in 2019?" << true;
    QTest::newRow("it") << "How much does it cost to renew?" << true;
    QTest::newRow("that thing") << "What must happen to the contents of that folder when the computer starts?"
                                << true;
    QTest::newRow("compares") << "Which alternative is more stable?" << true;
    QTest::newRow("they") << "Where do they keep the archived logs?" << true;
    QTest::newRow("french") << "Et pour les employés à temps partiel ?" << true;
    QTest::newRow("french pronoun") << "Combien coûte celui de bureau ?" << true;
    QTest::newRow("waw") << "وماذا يصنعون هناك؟" << true;
    QTest::newRow("waw on a noun") << "والإجازة المرضية؟" << true;
    QTest::newRow("arabic what about") << "ماذا عن العاملين بدوام جزئي؟" << true;
    QTest::newRow("arabic pronoun") << "ما شروط الحصول عليها؟" << true;
    QTest::newRow("persian") << "آن در کجا نوشته شده است؟" << true;

    QTest::newRow("alone") << "Which command lists failed logins on Debian?" << false;
    QTest::newRow("that as conjunction") << "Name the command that lists installed packages" << false;
    QTest::newRow("this document") << "What does this document say about refunds?" << false;
    QTest::newRow("it, named inside") << "What is the notice period and how is it counted?" << false;
    QTest::newRow("definition") << "What is BM25?" << false;
    QTest::newRow("arabic alone") << "ما مدة فترة التجربة للموظف الجديد؟" << false;
    QTest::newRow("waw of its own") << "وقت بداية الدوام الرسمي في رمضان؟" << false;
    QTest::newRow("is there, arabic") << "هل هناك بدل سكن للموظفين؟" << false;
    QTest::newRow("this regulation, arabic") << "ما الذي تنص عليه هذه اللائحة بشأن الغياب؟" << false;
    QTest::newRow("french alone") << "Comment installer un paquet avec apt ?" << false;
    QTest::newRow("empty") << "" << false;
}

void TestFollowUp::knowsWhatLeans()
{
    QFETCH(QString, question);
    QFETCH(bool, leans);

    QCOMPARE(leansOnHistory(question.toStdString()), leans);
}

void TestFollowUp::writesItOut_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("question");
    QTest::addColumn<QString>("written");
    QTest::newRow("english") << "How many days of sick leave are paid?"
                             << "And for part-timers?"
                             << "days sick leave paid: And for part-timers?";
    QTest::newRow("year for year") << "What was the revenue in 2018?"
                                   << "and in 2019?"
                                   << "revenue: and in 2019?";
    QTest::newRow("said again") << "Which option installs a package?"
                                << "And which removes the package?"
                                << "option installs: And which removes the package?";
    QTest::newRow("arabic") << "ما مدة الإجازة السنوية؟"
                            << "وماذا عن المرضية؟"
                            << "مدة الإجازة السنوية: وماذا عن المرضية؟";
    QTest::newRow("french") << "Combien coûte le passe annuel ?"
                            << "Et pour les étudiants ?"
                            << "coûte passe annuel: Et pour les étudiants ?";
    QTest::newRow("stands alone") << "How many days of sick leave are paid?"
                                  << "Which command lists failed logins?"
                                  << "Which command lists failed logins?";
}

void TestFollowUp::writesItOut()
{
    QFETCH(QString, before);
    QFETCH(QString, question);
    QFETCH(QString, written);
    const std::vector<Exchange> history{{before.toStdString(), "…"}};

    QCOMPARE(QString::fromStdString(standaloneQuestion(question.toStdString(), history)), written);
}

void TestFollowUp::reachesBackOverQuestionsThatLean()
{
    const std::vector<Exchange> history{{"Who repairs the lift?", ""},
                                        {"What is the price of the annual ticket?", ""},
                                        {"And for students?", ""}};

    const std::string written = standaloneQuestion("And for children under six?", history);

    QCOMPARE(written, std::string("price annual ticket students: And for children under six?"));
}

void TestFollowUp::leavesAQuestionAloneWithoutHistory()
{
    QCOMPARE(standaloneQuestion("And in 2019?", {}), std::string("And in 2019?"));
}

void TestFollowUp::anyBytesAreHarmless()
{
    const std::string bytes("\xff\xfe\0 and \xd8", 10);
    const std::vector<Exchange> history{{bytes, bytes}};

    QVERIFY(standaloneQuestion(bytes, history).ends_with(bytes));
}

QTEST_APPLESS_MAIN(TestFollowUp)
#include "test_follow_up.moc"
