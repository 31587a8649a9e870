#include "engine/base/parallel.h"

#include "engine/base/cores.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace engine {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kSpin =
    std::chrono::microseconds(30); // longer than the gap between two regions of a decode step

void pauseCpu()
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// True once `ready` is; false when the time to spin is over.
template <class Ready>
bool spinUntil(const Ready &ready)
{
    const auto end = Clock::now() + kSpin;
    do {
        for (int i = 0; i < 64; ++i) {
            if (ready()) {
                return true;
            }
            pauseCpu();
        }
    } while (Clock::now() < end);
    return ready();
}

} // namespace

struct ThreadPool::Impl
{
    using Body = std::function<void(int, int, int)>;

    // The job of the present generation. Written before the ticket is published and read only by a thread
    // that holds a chunk of it, so never while it changes.
    const Body *body = nullptr;
    int count = 0;
    int grain = 1;
    int chunks = 0;

    /// Generation in the upper half, chunks that nobody has claimed in the lower. A claim is a successful
    /// decrement, which proves that the generation still runs.
    alignas(64) std::atomic<std::uint64_t> ticket{0};
    alignas(64) std::atomic<int> finished{0};
    alignas(64) std::atomic<int> sleepers{0};
    std::atomic<bool> callerSleeps{false};
    std::atomic<bool> stop{false};

    std::mutex callers; ///< one parallelFor at a time
    std::mutex sleep;
    std::condition_variable wake;
    std::condition_variable done;
    std::vector<std::thread> workers;

    static std::uint32_t unclaimed(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

    bool hasWork() const { return unclaimed(ticket.load(std::memory_order_seq_cst)) != 0; }

    bool runChunk(int thread)
    {
        std::uint64_t seen = ticket.load(std::memory_order_acquire);
        do {
            if (unclaimed(seen) == 0) {
                return false;
            }
        } while (!ticket.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel,
                                               std::memory_order_acquire));
        const int total = chunks;
        const int chunk = total - static_cast<int>(unclaimed(seen));
        const int begin = chunk * grain;
        (*body)(begin, std::min(count - begin, grain) + begin, thread);
        // After the last increment the caller may return and start the next job: touch nothing of this one.
        if (finished.fetch_add(1, std::memory_order_seq_cst) + 1 == total &&
            callerSleeps.load(std::memory_order_seq_cst)) {
            const std::lock_guard lock(sleep);
            done.notify_one();
        }
        return true;
    }

    void work(int thread)
    {
        while (!stop.load(std::memory_order_relaxed)) {
            if (runChunk(thread)) {
                continue;
            }
            if (spinUntil([this] { return hasWork() || stop.load(std::memory_order_relaxed); })) {
                continue;
            }
            std::unique_lock lock(sleep);
            sleepers.fetch_add(1, std::memory_order_seq_cst);
            wake.wait(lock, [this] { return hasWork() || stop.load(std::memory_order_relaxed); });
            sleepers.fetch_sub(1, std::memory_order_seq_cst);
        }
    }

    void publish(int jobCount, int jobGrain, int jobChunks, const Body &jobBody)
    {
        body = &jobBody;
        count = jobCount;
        grain = jobGrain;
        chunks = jobChunks;
        finished.store(0, std::memory_order_relaxed);
        const std::uint64_t generation = (ticket.load(std::memory_order_relaxed) >> 32) + 1;
        ticket.store(generation << 32 | static_cast<std::uint32_t>(jobChunks), std::memory_order_seq_cst);
        if (sleepers.load(std::memory_order_seq_cst) > 0) {
            const std::lock_guard lock(sleep);
            wake.notify_all();
        }
    }

    void awaitEnd(int total)
    {
        const auto ended = [this, total] { return finished.load(std::memory_order_seq_cst) == total; };
        if (spinUntil(ended)) {
            return;
        }
        std::unique_lock lock(sleep);
        callerSleeps.store(true, std::memory_order_seq_cst);
        done.wait(lock, ended);
        callerSleeps.store(false, std::memory_order_relaxed);
    }
};

ThreadPool::ThreadPool(int threads)
    : m_impl(std::make_unique<Impl>())
{
    const int wanted = std::clamp(threads > 0 ? threads : usableCores(), 1, 1024);
    for (int i = 1; i < wanted; ++i) {
        m_impl->workers.emplace_back([impl = m_impl.get(), i] { impl->work(i); });
    }
}

ThreadPool::~ThreadPool()
{
    {
        const std::lock_guard lock(m_impl->sleep);
        m_impl->stop.store(true);
        m_impl->wake.notify_all();
    }
    for (std::thread &worker : m_impl->workers) {
        worker.join();
    }
}

int ThreadPool::threads() const
{
    return static_cast<int>(m_impl->workers.size()) + 1;
}

void ThreadPool::parallelFor(int count, int grain,
                             const std::function<void(int begin, int end, int thread)> &body)
{
    assert(grain > 0);
    if (count <= 0) {
        return;
    }
    const std::lock_guard lock(m_impl->callers);
    const int chunks = (count - 1) / grain + 1;
    if (chunks == 1 || m_impl->workers.empty()) {
        for (int begin = 0, i = 0; i < chunks; ++i, begin += grain) {
            body(begin, std::min(count - begin, grain) + begin, 0);
        }
        return;
    }
    m_impl->publish(count, grain, chunks, body);
    while (m_impl->runChunk(0)) {
    }
    m_impl->awaitEnd(chunks);
}

} // namespace engine
