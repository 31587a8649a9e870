#include "ui/library/time_left.h"

namespace ui {

namespace {

constexpr double kTooEarly = 3; ///< seconds
constexpr double kTooLate = 8;

} // namespace

void TimeLeft::note(int stage, int done, int of, Clock::time_point now)
{
    if (stage != m_stage || done < m_doneBefore) {
        m_stage = stage;
        m_doneBefore = done; // of a run that was broken off
        m_began = now;
        m_seconds = 0;
        return;
    }
    const double spent = std::chrono::duration<double>(now - m_began).count();
    const int doneNow = done - m_doneBefore;
    if (spent < kTooEarly || doneNow <= 0) {
        return;
    }
    const double left = spent / doneNow * (of - done);
    if (left < kTooLate) {
        m_seconds = 0;
    } else if (left < 60) {
        m_seconds = (int(left) / 5 + 1) * 5;
    } else {
        m_seconds = (int(left) / 60 + 1) * 60;
    }
}

} // namespace ui
