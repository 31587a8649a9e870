#include "rag/text/normalizer.h"
#include "rag/text/stemmer.h"

#include <QTest>

using namespace rag;

class TestNormalizer : public QObject
{
    Q_OBJECT

private slots:

    void foldsForMatching_data()
    {
        QTest::addColumn<QString>("display");
        QTest::addColumn<QString>("index");
        QTest::newRow("case") << "Debian GNU/Linux"
                              << "debian gnu/linux";
        QTest::newRow("accents") << "Élève naïve"
                                 << "eleve naive";
        QTest::newRow("sharp s") << "Straße"
                                 << "strasse";
        QTest::newRow("ligature") << "ﬁrst eﬀect"
                                  << "first effect";
        QTest::newRow("soft hyphen") << "hy\u00ADphen"
                                     << "hyphen";
        QTest::newRow("full width") << "ＡＢＣ１２３"
                                    << "abc123";
        QTest::newRow("marks and tatweel") << "كِتَـــابٌ"
                                           << "كتاب";
        QTest::newRow("alef forms") << "أحمد إلى آخر ٱلكتاب"
                                    << "احمد الي اخر الكتاب";
        QTest::newRow("ya and ta marbuta") << "مستشفى مدرسة"
                                           << "مستشفي مدرسه";
        QTest::newRow("hamza carriers") << "مسؤول رئيس"
                                        << "مسوول رييس";
        QTest::newRow("Persian letters") << "کتاب‌های علمی"
                                         << "كتابهاي علمي";
        QTest::newRow("presentation forms") << "ﺍﻟﻌﺮﺑﻴﺔ ﻻ"
                                            << "العربيه لا";
        QTest::newRow("digits") << "١٢٫٥ ۴۵ ٣٬٠٠٠ ९"
                                << "12.5 45 3000 9";
        QTest::newRow("direction marks") << "\u202Bنص\u202C \u200Fa"
                                         << "نص a";
        QTest::newRow("Hangul and kana stay whole") << "한국 がぎ"
                                                    << "한국 がぎ";
    }

    void foldsForMatching()
    {
        QFETCH(QString, display);
        QFETCH(QString, index);

        const IndexText text = normalizeForIndex(display.toStdString());

        QCOMPARE(QString::fromStdString(text.text), index);
        QCOMPARE(text.origin.size(), text.text.size() + 1);
        QVERIFY(std::is_sorted(text.origin.begin(), text.origin.end()));
        QCOMPARE(std::size_t(text.origin.back()), display.toStdString().size());
    }

    void knowsTheWayBack()
    {
        const std::string display = "x ﬁ أَب";

        const IndexText text = normalizeForIndex(display);

        QCOMPARE(QString::fromStdString(text.text), QString("x fi اب"));
        QCOMPARE(text.origin[2], std::uint32_t(2)); // f of the ligature
        QCOMPARE(text.origin[3], std::uint32_t(2)); // i of the same
        QCOMPARE(text.origin[text.text.find("ب")], std::uint32_t(display.find("ب")));
    }

    void survivesBrokenText()
    {
        const std::string broken = "a\xC3 b\xFF\xFE\xE2\x82";

        const IndexText text = normalizeForIndex(broken);

        QCOMPARE(text.origin.size(), text.text.size() + 1);
        QVERIFY(!splitWords(broken).empty());
        QVERIFY(!splitSentences(broken).empty());
    }

    void splitsWords_data()
    {
        QTest::addColumn<QString>("display");
        QTest::addColumn<QString>("words");
        QTest::newRow("punctuation") << "sshd_not_to_be_run, v2.1 (beta)"
                                     << "sshd not to be run v2 1 beta";
        QTest::newRow("thousands") << "12,500 or 1,23 or 12,5000"
                                   << "12500 or 1 23 or 12 5000";
        QTest::newRow("plurals") << "files boxes policies glass status"
                                 << "file box polici glass status";
        QTest::newRow("-ed and -ing") << "configured configuring configure"
                                      << "configur configur configur";
        QTest::newRow("doubled letters") << "stopped stopping stop"
                                         << "stop stop stop";
        QTest::newRow("used using use") << "used using use uses"
                                        << "use use use use";
        QTest::newRow("French plurals") << "journaux journal tableaux tableau"
                                        << "journal journal tableau tableau";
        QTest::newRow("elision") << "l'installation d’abord"
                                 << "l installation d abord";
        QTest::newRow("Arabic article and endings") << "الموظفون والموظفين للموظفات بالموظف"
                                                    << "موظف موظف موظف موظف";
        QTest::newRow("Arabic short words stay") << "الله من علي"
                                                 << "له من علي";
        QTest::newRow("scripts part") << "الweb3"
                                      << "ال web3";
        QTest::newRow("Chinese pairs") << "中文搜索"
                                       << "中文 文搜 搜索";
        QTest::newRow("one Chinese character") << "a 中 b"
                                               << "a 中 b";
        QTest::newRow("nothing") << " -- !? "
                                 << "";
    }

    void splitsWords()
    {
        QFETCH(QString, display);
        QFETCH(QString, words);

        QCOMPARE(QString::fromStdString(indexWords(display.toStdString())), words);
    }

    void wordsKnowWhereTheyStand()
    {
        const std::string display = "The ﬁles, وَالكُتُبُ!";

        const std::vector<IndexWord> words = splitWords(display);

        QCOMPARE(words.size(), std::size_t(3));
        const auto at = [&](std::size_t i) {
            return QString::fromStdString(display.substr(words[i].begin, words[i].end - words[i].begin));
        };
        QCOMPARE(at(0), QString("The"));
        QCOMPARE(at(1), QString("ﬁles"));
        QCOMPARE(at(2), QString("وَالكُتُبُ"));
        QCOMPARE(QString::fromStdString(words[2].stem), QString("كتب"));
    }

    void questionAndTextMeetInOneStem_data()
    {
        QTest::addColumn<QString>("a");
        QTest::addColumn<QString>("b");
        QTest::newRow("leave") << "الإجازات"
                               << "اجازة";
        QTest::newRow("library") << "مكتبات"
                                 << "المكتبة";
        QTest::newRow("Persian") << "کتاب‌ها"
                                 << "کتاب";
        QTest::newRow("with and") << "والعاملون"
                                  << "العاملين";
        QTest::newRow("install") << "installed"
                                 << "installing";
        QTest::newRow("city") << "cities"
                              << "city";
    }

    void questionAndTextMeetInOneStem()
    {
        QFETCH(QString, a);
        QFETCH(QString, b);

        QCOMPARE(indexWords(a.toStdString()), indexWords(b.toStdString()));
    }
};

QTEST_APPLESS_MAIN(TestNormalizer)
#include "test_normalizer.moc"
