#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace simulator {

/// A thread of execution that gives way by itself: 15 ns a switch where the processor is known, else
/// ucontext. All fibers of a program run on one thread.
class Fiber
{
public:
    Fiber();
    ~Fiber();
    Fiber(const Fiber &) = delete;
    Fiber &operator=(const Fiber &) = delete;

    /// Begins anew with `body`, which must outlive the run; what it was doing before is forgotten, its
    /// objects are not destroyed.
    void start(const std::function<void()> &body);
    /// Runs it until it yields or ends. @return whether there is more of it
    bool resume();
    /// Called by what runs inside: back to who resumed it.
    void yield();

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace simulator
