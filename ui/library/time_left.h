#pragma once

#include <chrono>

namespace ui {

/// How long a piece of work will still take, from how fast it went so far. Says nothing in its first seconds,
/// when it would guess, nor near the end.
class TimeLeft
{
public:
    using Clock = std::chrono::steady_clock;

    /// @param stage  one that changes begins anew. @param done, of  pages, say
    void note(int stage, int done, int of, Clock::time_point now = Clock::now());

    /// 0: not known, or not worth saying. Rounded to what can be known: 5 s steps, whole minutes above one.
    int seconds() const { return m_seconds; }

private:
    int m_stage = -1;
    int m_doneBefore = 0;
    Clock::time_point m_began;
    int m_seconds = 0;
};

} // namespace ui
