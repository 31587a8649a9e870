#include "rag/text/language.h"
#include "rag/text/search_words.h"
#include "rag/text/snowball.h"

#include <QTest>

#include <set>
#include <sstream>

using namespace rag;

namespace {

std::set<std::string> wordSet(const std::string &words)
{
    std::istringstream stream(words);
    return {std::istream_iterator<std::string>(stream), {}};
}

int shared(const std::string &a, const std::string &b)
{
    const std::set<std::string> x = wordSet(a);
    int count = 0;
    for (const std::string &word : wordSet(b))
        count += x.contains(word) ? 1 : 0;
    return count;
}

} // namespace

class TestSearchWords : public QObject
{
    Q_OBJECT

private slots:
    void knowsTheLanguage_data();
    void knowsTheLanguage();
    void findsOtherForms_data();
    void findsOtherForms();
    void leavesOtherLanguagesTheirLightStems();
    void joinsWhatIsHyphenated();
    void looksInTheLanguagesOfTheDocuments();
    void looksForACaptionAsItIsPrinted();
    void anyBytesAreHarmless();
};

void TestSearchWords::knowsTheLanguage_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("language");
    QTest::newRow("en") << "Which file stops the daemon from starting, and where is it?"
                        << "en";
    QTest::newRow("fr") << "Le fichier qui se trouve dans le répertoire est une copie"
                        << "fr";
    QTest::newRow("de") << "Die Kündigung muss schriftlich und mit einer Frist von drei Monaten erfolgen"
                        << "de";
    QTest::newRow("es") << "El contrato se renueva cada año y los gastos son del cliente"
                        << "es";
    QTest::newRow("it") << "Il contratto è rinnovato ogni anno e le spese sono del cliente"
                        << "it";
    QTest::newRow("pt") << "O contrato é renovado todos os anos e as despesas não são do cliente"
                        << "pt";
    QTest::newRow("nl") << "De huur wordt niet verhoogd en het contract is voor een jaar"
                        << "nl";
    QTest::newRow("sv") << "Avtalet gäller för ett år och kan inte sägas upp av kunden"
                        << "sv";
    QTest::newRow("ru") << "Договор продлевается на год, если он не расторгнут"
                        << "ru";
    QTest::newRow("ar") << "ما مدة الإجازة السنوية للموظف؟"
                        << "";
    QTest::newRow("names alone") << "Berlin Madrid Torino"
                                 << "";
    QTest::newRow("nothing") << ""
                             << "";
}

void TestSearchWords::knowsTheLanguage()
{
    QFETCH(QString, text);
    QFETCH(QString, language);

    QCOMPARE(QString::fromStdString(languageOfText(text.toStdString())), language);
}

void TestSearchWords::findsOtherForms_data()
{
    QTest::addColumn<QString>("stored");
    QTest::addColumn<QString>("language");
    QTest::addColumn<QString>("asked");
    QTest::newRow("de") << "Häuser"
                        << "de"
                        << "Haus";
    QTest::newRow("es") << "contratos renovados"
                        << "es"
                        << "contrato renovado";
    QTest::newRow("it") << "contratti"
                        << "it"
                        << "contratto";
    QTest::newRow("pt") << "despesas"
                        << "pt"
                        << "despesa";
    QTest::newRow("nl") << "contracten"
                        << "nl"
                        << "contract";
    QTest::newRow("sv") << "bilarna"
                        << "sv"
                        << "bilen";
    QTest::newRow("ru") << "договоры"
                        << "ru"
                        << "договора";
    QTest::newRow("en") << "packages installed"
                        << "en"
                        << "install package";
    QTest::newRow("ar") << "والإجازات السنوية"
                        << "ar"
                        << "الإجازة سنوية";
}

void TestSearchWords::findsOtherForms()
{
    QFETCH(QString, stored);
    QFETCH(QString, language);
    QFETCH(QString, asked);

    const std::string there = wordsToStore(stored.toStdString(), language.toStdString());
    const std::string wanted = wordsToFind(asked.toStdString(), {language.toStdString()});

    QVERIFY2(shared(there, wanted) >= int(wordSet(there).size()), (there + " / " + wanted).c_str());
}

void TestSearchWords::leavesOtherLanguagesTheirLightStems()
{
    QCOMPARE(wordsToStore("configuring packages", "en"), wordsToStore("configuring packages", ""));
    QVERIFY(!hasSnowball("en") && !hasSnowball("ar") && hasSnowball("de"));
    QCOMPARE(snowballStem("packages", "en"), std::string("packages"));
}

void TestSearchWords::joinsWhatIsHyphenated()
{
    QVERIFY(wordSet(wordsToStore("send an e-mail over Wi-Fi", "en")).contains("email"));
    QVERIFY(wordSet(wordsToStore("send an e-mail over Wi-Fi", "en")).contains("mail"));
    QVERIFY(wordSet(wordsToFind("WiFi", {})).contains("wifi"));
    QVERIFY(wordSet(wordsToStore("Wi-Fi", "en")).contains("wifi"));
    QVERIFY(!wordSet(wordsToStore("one - two", "en")).contains("onetwo"));
    QVERIFY(!wordSet(wordsToStore("a-b-c-d-e-f-g", "en")).contains("abcdefg"));
}

/// "Kosten Mietvertrag" has no word that tells its language.
void TestSearchWords::looksInTheLanguagesOfTheDocuments()
{
    const std::string there = wordsToStore("Die Mietverträge und die Kosten der Wohnung sind genannt", "de");

    QVERIFY(shared(there, wordsToFind("Mietvertrages", {"de", "en"})) >= 1);
}

void TestSearchWords::looksForACaptionAsItIsPrinted()
{
    const auto figure = wordSet(wordsToFind("What does the second figure show?", {}));
    const auto table = wordSet(wordsToFind("ماذا في الجدول الثالث؟", {}));
    const auto neither = wordSet(wordsToFind("Who came in second place?", {}));

    QVERIFY(figure.contains("fig") && figure.contains("2"));
    QVERIFY(table.contains("3"));
    QVERIFY(!neither.contains("2"));
}

void TestSearchWords::anyBytesAreHarmless()
{
    const std::string bytes("\xff-\xfe_\xd8-\0-a", 9);

    QVERIFY(wordsToStore(bytes, "de").size() < 100);
    QVERIFY(wordsToFind(bytes, {"ru", "xx"}).size() < 100);
    QCOMPARE(languageOfText(bytes), std::string());
}

QTEST_APPLESS_MAIN(TestSearchWords)
#include "test_search_words.moc"
