#pragma once

#include "cuda_simulator/simulator.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace simulator {

/// Who touched a byte, and when: barriers of the block and meetings of the warp so far.
struct Visit
{
    static constexpr int kSeveral = -2; ///< threads of one warp
    static constexpr int kMany = -3;    ///< of several warps

    int thread = -1;
    int warp = -1;
    int epoch = 0;
    int warpEpoch = 0;

    /// Whether this, of one thread, surely comes after `before`.
    bool after(const Visit &before) const
    {
        return before.thread == -1 || before.thread == thread || before.epoch < epoch ||
               (before.thread != kMany && before.warp == warp && before.warpEpoch < warpEpoch);
    }

    /// Stands for both from now on.
    void join(const Visit &other)
    {
        if (other.after(*this)) {
            *this = other;
            return;
        }
        thread = thread != kMany && warp == other.warp ? kSeveral : kMany;
        epoch = std::max(epoch, other.epoch);
        warpEpoch = std::max(warpEpoch, other.warpEpoch);
    }
};

/// An array of shared memory of one block: NaN at first, and each element knows its last visits.
class SharedBytes
{
public:
    SharedBytes(std::size_t bytes, std::string place)
        : m_bytes((bytes + 15) / 16 * 16, std::byte{0xff})
        , m_size(bytes)
        , m_lastWrite((bytes + 1) / 2)
        , m_reads((bytes + 1) / 2)
        , m_place(std::move(place))
    {
    }

    std::byte *data() { return m_bytes.data(); }

    std::size_t size() const { return m_size; }

    const std::string &place() const { return m_place; }

    /// @return whether this and an earlier visit could come in either order
    bool mark(std::size_t offset, std::size_t bytes, bool writes, const Visit &visit)
    {
        bool race = false;
        for (std::size_t i = offset / 2; i <= (offset + bytes - 1) / 2;
             ++i) { // two bytes: the smallest that is used
            race = race || !visit.after(m_lastWrite[i]) || (writes && !visit.after(m_reads[i]));
            if (writes) {
                m_lastWrite[i] = visit;
            } else {
                m_reads[i].join(visit);
            }
        }
        return race;
    }

private:
    std::vector<std::byte> m_bytes;
    std::size_t m_size;
    std::vector<Visit> m_lastWrite;
    std::vector<Visit> m_reads; ///< since the last barrier that parts them
    std::string m_place;
};

} // namespace simulator
