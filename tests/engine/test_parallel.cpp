#include "engine/base/cores.h"
#include "engine/base/parallel.h"

#include <QtTest>

#include <algorithm>
#include <atomic>
#include <climits>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

using engine::ThreadPool;

class TestParallel final : public QObject
{
    Q_OBJECT

private slots:
    void coversEveryIndexOnce_data();
    void coversEveryIndexOnce();
    void rangesDoNotDependOnThreads();
    void threadNumbersAreNeverSharedAtOnce();
    void manySmallRegionsFollowEachOther();
    void waitsForAWorkerThatIsLate();
    void secondCallerWaits();
    void survivesSleepBetweenRegions();
    void endOfRangeDoesNotOverflow();
    void coresAreAtLeastOne();
};

void TestParallel::coversEveryIndexOnce_data()
{
    QTest::addColumn<int>("threads");
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("grain");
    for (const int threads : {1, 2, 3, 7}) {
        for (const int count : {0, 1, 2, 63, 1000}) {
            for (const int grain : {1, 7, 64, 5000}) {
                QTest::addRow("%d threads, %d by %d", threads, count, grain) << threads << count << grain;
            }
        }
    }
}

void TestParallel::coversEveryIndexOnce()
{
    QFETCH(int, threads);
    QFETCH(int, count);
    QFETCH(int, grain);
    ThreadPool pool(threads);
    std::vector<int> visits(static_cast<std::size_t>(count), 0); // plain ints: a double visit is a race too

    pool.parallelFor(count, grain, [&](int begin, int end, int) {
        for (int i = begin; i < end; ++i) {
            ++visits[static_cast<std::size_t>(i)];
        }
    });

    QCOMPARE(pool.threads(), threads);
    QVERIFY(std::all_of(visits.begin(), visits.end(), [](int n) { return n == 1; }));
}

void TestParallel::rangesDoNotDependOnThreads()
{
    std::vector<std::set<std::pair<int, int>>> seen;
    for (const int threads : {1, 2, 5}) {
        ThreadPool pool(threads);
        std::mutex mutex;
        std::set<std::pair<int, int>> ranges;
        pool.parallelFor(103, 10, [&](int begin, int end, int) {
            const std::lock_guard lock(mutex);
            ranges.emplace(begin, end);
        });
        seen.push_back(ranges);
    }

    QCOMPARE(seen[0].size(), std::size_t(11));
    QVERIFY(seen[0] == seen[1]);
    QVERIFY(seen[0] == seen[2]);
}

void TestParallel::threadNumbersAreNeverSharedAtOnce()
{
    ThreadPool pool(4);
    std::vector<int> scratch(4, 0); // unguarded on purpose: ThreadSanitizer sees any sharing
    std::atomic<bool> outOfRange{false};

    for (int round = 0; round < 200; ++round) {
        pool.parallelFor(64, 1, [&](int begin, int, int thread) {
            if (thread < 0 || thread >= 4) {
                outOfRange = true;
                return;
            }
            scratch[static_cast<std::size_t>(thread)] += begin;
        });
    }

    QVERIFY(!outOfRange);
    QCOMPARE(scratch[0] + scratch[1] + scratch[2] + scratch[3], 200 * 63 * 64 / 2);
}

void TestParallel::manySmallRegionsFollowEachOther()
{
    ThreadPool pool(3);
    std::vector<int> values(6, 0);

    for (int round = 0; round < 20000; ++round) {
        pool.parallelFor(6, 1,
                         [&](int begin, int, int) { values[static_cast<std::size_t>(begin)] += round; });
    }

    for (const int value : values) {
        QCOMPARE(value, 19999 * 20000 / 2);
    }
}

void TestParallel::waitsForAWorkerThatIsLate()
{
    ThreadPool pool(2);
    std::atomic<int> done{0};

    pool.parallelFor(2, 1, [&](int, int, int) {
        std::this_thread::sleep_for(std::chrono::milliseconds(3)); // longer than anyone spins
        ++done;
    });

    QCOMPARE(done.load(), 2);
}

void TestParallel::secondCallerWaits()
{
    ThreadPool pool(2);
    std::atomic<int> callersInside{0};
    std::atomic<bool> together{false};
    int total = 0; // guarded by the pool alone
    const auto call = [&] {
        for (int i = 0; i < 200; ++i) {
            pool.parallelFor(1, 1, [&](int, int, int) {
                together = together || callersInside.fetch_add(1) != 0;
                ++total;
                --callersInside;
            });
        }
    };

    std::thread other(call);
    call();
    other.join();

    QVERIFY(!together);
    QCOMPARE(total, 2 * 200);
}

void TestParallel::survivesSleepBetweenRegions()
{
    ThreadPool pool(3);
    int sum = 0;
    std::mutex mutex;

    for (int round = 0; round < 20; ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1)); // workers park
        pool.parallelFor(9, 1, [&](int begin, int, int) {
            const std::lock_guard lock(mutex);
            sum += begin;
        });
    }

    QCOMPARE(sum, 20 * 36);
}

void TestParallel::endOfRangeDoesNotOverflow()
{
    ThreadPool pool(2);
    std::atomic<int> greatest{0};

    pool.parallelFor(INT_MAX, INT_MAX / 2, [&](int, int end, int) {
        int before = greatest;
        while (before < end && !greatest.compare_exchange_weak(before, end)) {
        }
    });

    QCOMPARE(greatest.load(), INT_MAX);
}

void TestParallel::coresAreAtLeastOne()
{
    QVERIFY(engine::usableCores() >= 1);
    QCOMPARE(ThreadPool().threads(), engine::usableCores());
}

QTEST_GUILESS_MAIN(TestParallel)
#include "test_parallel.moc"
