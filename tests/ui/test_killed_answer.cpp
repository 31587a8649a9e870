#include "rag/store/history_store.h"
#include "rag/store/sqlite.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <chrono>
#include <random>

/// Kill -9 while an answer is written, by the code that the window runs.
class TestKilledAnswer final : public QObject
{
    Q_OBJECT

private slots:
    void losesAtMostTheLastSecond();

private:
    /// What the killed program said before it was killed.
    struct Said
    {
        rag::ConversationId conversation = 0; ///< 0: it was not yet told that the question is on disk
        qint64 produced = 0;                  ///< bytes of text
        qint64 olderThanASecond = 0;          ///< of these
    };

    static Said read(const QByteArray &lines, qint64 killedAt);
    static QByteArray wholeAnswer();

    QTemporaryDir m_folder;
};

TestKilledAnswer::Said TestKilledAnswer::read(const QByteArray &lines, qint64 killedAt)
{
    Said said;
    const QList<QByteArray> all = lines.split('\n');
    for (const QByteArray &line : all.mid(0, all.size() - 1)) { // the last one is empty, or cut
        const QList<QByteArray> words = line.split(' ');
        if (words[0] == "asked") {
            said.conversation = words[1].toLongLong();
            continue;
        }
        said.produced = words[1].toLongLong();
        if (words[0].toLongLong() <= killedAt - 1000) {
            said.olderThanASecond = said.produced;
        }
    }
    return said;
}

QByteArray TestKilledAnswer::wholeAnswer()
{
    QByteArray text;
    for (int piece = 0; piece < 300; ++piece) {
        text += QByteArray::number(piece) + ' ';
    }
    return text;
}

void TestKilledAnswer::losesAtMostTheLastSecond()
{
    const QString program = QCoreApplication::applicationDirPath() + QStringLiteral("/kill_during_answer");
    const QString file = m_folder.filePath(QStringLiteral("warraq.db"));
    std::mt19937 generator(std::random_device{}());
    int inTheAnswer = 0;
    std::size_t conversations = 0;
    for (int kills = 0; kills < 20; ++kills) {
        QProcess process;
        process.start(program, {file});
        QVERIFY(process.waitForStarted());
        QVERIFY2(!process.waitForFinished(int(5 + generator() % 3500)), "ended before it was killed");
        const bool alive = process.state() == QProcess::Running && process.bytesAvailable() > 0;
        const auto database = rag::Database::open(file.toStdString());
        QVERIFY(database);
        rag::HistoryStore history(**database);
        if (alive) { // as another program that starts meanwhile
            QCOMPARE(*history.markBrokenOff(), 0);
        }
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        const qint64 killedAt = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
        process.kill(); // SIGKILL
        QVERIFY(process.waitForFinished());
        const Said said = read(process.readAllStandardOutput(), killedAt);

        QVERIFY((*database)->check()->empty());
        const auto broken = history.markBrokenOff();
        QVERIFY(broken);
        conversations = history.conversations()->size();
        QCOMPARE(*broken, said.conversation != 0 ? 1 : *broken);
        if (*broken == 0) {
            continue;
        }
        const auto messages = history.messages(history.conversations()->front().id);
        QCOMPARE(messages->size(), std::size_t(2));
        QCOMPARE(messages->front().text, std::string("Is this question kept?"));
        QVERIFY(messages->back().state == rag::MessageState::BrokenOff);
        const QByteArray text = QByteArray::fromStdString(messages->back().text);
        QVERIFY(wholeAnswer().startsWith(text));
        QVERIFY2(text.size() >= said.olderThanASecond && text.size() <= said.produced,
                 qPrintable(QStringLiteral("%1 of %2 bytes, %3 of them older than a second")
                                .arg(text.size())
                                .arg(said.produced)
                                .arg(said.olderThanASecond)));
        inTheAnswer += said.olderThanASecond > 0 ? 1 : 0;
    }
    QVERIFY2(inTheAnswer >= 5, "too few kills fell into the answer");
    QVERIFY(conversations >= 15);
}

QTEST_GUILESS_MAIN(TestKilledAnswer)
#include "test_killed_answer.moc"
