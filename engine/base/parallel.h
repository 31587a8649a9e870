#pragma once

#include <functional>
#include <memory>

namespace engine {

/// A fixed pool that shares the machine politely: work is claimed in chunks from one counter, the caller
/// works too, workers spin for some microseconds and then sleep, and a worker that the system keeps off the
/// CPU holds up nobody but the chunk it has claimed. One parallelFor at a time; a second caller waits.
class ThreadPool
{
public:
    /// @param threads  callers included; 0: as many as real cores
    explicit ThreadPool(int threads = 0);
    ~ThreadPool();
    ThreadPool(const ThreadPool &) = delete;
    ThreadPool &operator=(const ThreadPool &) = delete;

    int threads() const;

    /// Calls body(begin, end, thread) for ranges that cover [0, count), each at most `grain` long; thread is
    /// in [0, threads()) and no two calls with the same number run at once. Returns when all are done. The
    /// ranges do not depend on the number of threads, so neither need results.
    void parallelFor(int count, int grain, const std::function<void(int begin, int end, int thread)> &body);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace engine
