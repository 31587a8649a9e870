#include "rag/store/history_store.h"
#include "rag/store/sqlite.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace {

constexpr int kRounds = 4;
constexpr int kVictims = 5;               ///< at once, each with a database of its own
constexpr unsigned kLongestLifeMs = 2500; ///< into the second burst of kill_during_answer

/// Milliseconds of the steady clock, which is one for all programs.
qint64 now()
{
    const auto time = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

/// Commits beside the victims and measures how long the machine itself, busy with other work, holds up a
/// thread that wants to wake and commit: a few milliseconds, or more on a machine that has no time for
/// anyone.
class Neighbour
{
public:
    explicit Neighbour(const std::filesystem::path &file)
        : m_thread([this, file] { run(file); })
    {
    }

    ~Neighbour()
    {
        m_ending = true;
        m_thread.join();
    }

    void forget() { m_longest = 0; }

    qint64 longestDelay() const { return std::max<qint64>(m_longest, now() - m_due); }

private:
    void run(const std::filesystem::path &file)
    {
        const auto database = rag::Database::open(file);
        if (!database) {
            return;
        }
        rag::HistoryStore history(**database);
        while (!m_ending) {
            m_due = now() + kEveryMs;
            std::this_thread::sleep_for(std::chrono::milliseconds(kEveryMs));
            static_cast<void>(history.create("A commit", {}).has_value());
            m_longest = std::max<qint64>(m_longest, now() - m_due);
        }
    }

    static constexpr int kEveryMs = 50;
    std::atomic<bool> m_ending{false};
    std::atomic<qint64> m_longest{0};
    std::atomic<qint64> m_due{now() + 60000}; ///< when it wants to be back
    std::thread m_thread;
};

} // namespace

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

    struct Victim
    {
        int livesMs = 0;
        QString file;
        std::unique_ptr<QProcess> process;
    };

    /// @param old  what was said up to then counts as older than a second
    static Said read(const QByteArray &lines, qint64 old);
    static QByteArray wholeAnswer();
    void kill(Victim &victim, const Neighbour &neighbour);

    QTemporaryDir m_folder;
    int m_asked = 0;
    int m_inTheAnswer = 0;
};

TestKilledAnswer::Said TestKilledAnswer::read(const QByteArray &lines, qint64 old)
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
        if (words[0].toLongLong() <= old) {
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
    Neighbour neighbour(m_folder.filePath(QStringLiteral("neighbour.db")).toStdString());
    std::mt19937 generator(std::random_device{}());
    for (int round = 0; round < kRounds; ++round) {
        std::vector<Victim> victims(kVictims);
        for (Victim &victim : victims) {
            victim.livesMs = 5 + int(generator() % kLongestLifeMs);
        }
        std::sort(victims.begin(), victims.end(),
                  [](const Victim &a, const Victim &b) { return a.livesMs < b.livesMs; });
        neighbour.forget();
        const qint64 begin = now();
        for (std::size_t i = 0; i < victims.size(); ++i) {
            victims[i].file = m_folder.filePath(QStringLiteral("warraq%1.db").arg(i));
            victims[i].process = std::make_unique<QProcess>();
            victims[i].process->start(QCoreApplication::applicationDirPath() +
                                          QStringLiteral("/kill_during_answer"),
                                      {victims[i].file});
            QVERIFY(victims[i].process->waitForStarted());
        }
        for (Victim &victim : victims) {
            const int left = int(std::max<qint64>(1, begin + victim.livesMs - now()));
            QVERIFY2(!victim.process->waitForFinished(left), "ended before it was killed");
            kill(victim, neighbour);
            if (QTest::currentTestFailed()) {
                return;
            }
        }
    }
    QVERIFY2(m_inTheAnswer >= 5, "too few kills fell into the answer");
    QVERIFY(m_asked >= kRounds * kVictims * 3 / 5);
}

void TestKilledAnswer::kill(Victim &victim, const Neighbour &neighbour)
{
    QProcess &process = *victim.process;
    const bool alive = process.state() == QProcess::Running && process.bytesAvailable() > 0;
    const auto database = rag::Database::open(victim.file.toStdString());
    QVERIFY(database);
    rag::HistoryStore history(**database);
    if (alive) { // as another program that starts meanwhile
        QCOMPARE(*history.markBrokenOff(), 0);
    }
    const qint64 old = now() - 1000 - neighbour.longestDelay();
    process.kill(); // SIGKILL
    QVERIFY(process.waitForFinished());
    const Said said = read(process.readAllStandardOutput(), old);

    QVERIFY((*database)->check()->empty());
    const auto broken = history.markBrokenOff();
    QVERIFY(broken);
    QCOMPARE(*broken, said.conversation != 0 ? 1 : *broken);
    if (*broken == 0) {
        return;
    }
    ++m_asked;
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
    m_inTheAnswer += said.olderThanASecond > 0 ? 1 : 0;
}

QTEST_GUILESS_MAIN(TestKilledAnswer)
#include "test_killed_answer.moc"
