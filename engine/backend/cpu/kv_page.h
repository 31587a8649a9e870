#pragma once

#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cpu/memory.h"

#include <mutex>
#include <vector>

namespace engine::cpu {

constexpr std::uint32_t kKvLayoutVersion = 0x43505501; ///< counts up with every change of KvLayout

/// Zeroed places for pages, many of one size in a region of 2 MB pages; a region goes back to the system when
/// the last place in it is released. take() by one thread at a time, release on any; places may outlive the
/// pool.
class KvPagePool
{
public:
    /// Null when there is not enough memory.
    std::shared_ptr<std::byte> take(std::size_t bytes);

private:
    struct Slab;
    std::vector<std::weak_ptr<Slab>> m_slabs;
};

class CpuKvPage final : public KvPage
{
public:
    /// Errors: OutOfMemory; Unsupported (a shape without layers, heads or numbers).
    static Result<std::shared_ptr<KvPage>> make(const KvShape &shape, KvPagePool &pool);

    const KvLayout &layout() const { return m_layout; }

    std::span<std::byte> data() { return {m_place.get(), bytes()}; }

    std::span<const std::byte> data() const { return {m_place.get(), bytes()}; }

    /// Bytes from the start of the page to the part of one head.
    std::size_t offsetOf(int layer, int head) const
    {
        return static_cast<std::size_t>(layer * shape().heads + head) * m_layout.bytes;
    }

private:
    CpuKvPage(const KvShape &shape, const KvLayout &layout, std::size_t bytes,
              std::shared_ptr<std::byte> place);

    KvLayout m_layout;
    std::shared_ptr<std::byte> m_place;
};

KvLayout kvLayoutOf(const KvShape &shape);

/// One position of all heads of a layer. @param values  null with valuesInKeys
void storePosition(const Kernels &kernels, const KvView &cache, int position, const float *keys,
                   const float *values);

} // namespace engine::cpu
