#include "rag/text/normalizer.h"

#include <QTest>

class TestSentences : public QObject
{
    Q_OBJECT

private slots:

    void splits_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("sentences");
        QTest::newRow("plain") << "One. Two! Three? Four" << QStringList{"One.", "Two!", "Three?", "Four"};
        QTest::newRow("numbers") << "It costs 3.14 now. See v2.0 there."
                                 << QStringList{"It costs 3.14 now.", "See v2.0 there."};
        QTest::newRow("abbreviations") << "See e.g. Fig. 3 by Dr. Smith et al. Later."
                                       << QStringList{"See e.g. Fig. 3 by Dr. Smith et al. Later."};
        QTest::newRow("initials") << "D. E. Knuth wrote it. He did."
                                  << QStringList{"D. E. Knuth wrote it.", "He did."};
        QTest::newRow("closing marks")
            << "“Stop.” He (did.) Then." << QStringList{"“Stop.”", "He (did.)", "Then."};
        QTest::newRow("item number") << "3. The third point. Done."
                                     << QStringList{"3. The third point.", "Done."};
        QTest::newRow("lower case goes on")
            << "the file foo. and bar" << QStringList{"the file foo. and bar"};
        QTest::newRow("paragraphs") << "Heading\n\nText runs\non here."
                                    << QStringList{"Heading", "Text runs\non here."};
        QTest::newRow("Arabic") << "هل تعمل؟ نعم؛ تعمل. انتهى"
                                << QStringList{"هل تعمل؟", "نعم؛", "تعمل.", "انتهى"};
        QTest::newRow("Chinese") << "第一句。第二句！" << QStringList{"第一句。", "第二句！"};
        QTest::newRow("French") << "M. Dupont est là. Il part."
                                << QStringList{"M. Dupont est là.", "Il part."};
        QTest::newRow("dots") << "Wait ... what? Yes." << QStringList{"Wait ... what?", "Yes."};
        QTest::newRow("white space only") << " \n\n \t" << QStringList{};
    }

    void splits()
    {
        QFETCH(QString, text);
        QFETCH(QStringList, sentences);
        const std::string bytes = text.toStdString();

        QStringList got;
        std::uint32_t before = 0;
        for (const rag::TextRange &range : rag::splitSentences(bytes)) {
            QVERIFY(before <= range.begin && range.begin < range.end && range.end <= bytes.size());
            before = range.end;
            got << QString::fromStdString(bytes.substr(range.begin, range.end - range.begin));
        }

        QCOMPARE(got, sentences);
    }
};

QTEST_APPLESS_MAIN(TestSentences)
#include "test_sentences.moc"
