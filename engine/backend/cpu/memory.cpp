#include "engine/backend/cpu/memory.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#endif

namespace engine::cpu {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kSharedRegion = std::size_t{32} << 20;
constexpr std::size_t kLine = 64;

std::size_t roundUp(std::size_t value, std::size_t to)
{
    return (value + to - 1) / to * to;
}

} // namespace

std::unique_ptr<Region> Region::reserve(std::size_t bytes)
{
    if (bytes == 0 || bytes > std::numeric_limits<std::size_t>::max() / 2) {
        return nullptr;
    }
#if defined(__unix__) || defined(__APPLE__)
    const std::size_t reserved = bytes + (bytes >= kHugePage ? kHugePage : 0);
    void *base = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) {
        return nullptr;
    }
    auto *data = static_cast<std::byte *>(base);
    if (bytes >= kHugePage) {
        data += roundUp(reinterpret_cast<std::uintptr_t>(base), kHugePage) -
                reinterpret_cast<std::uintptr_t>(base);
#ifdef MADV_HUGEPAGE
        madvise(data, bytes, MADV_HUGEPAGE); // only advice: a refusal changes nothing but the speed
#endif
    }
#else
    const std::size_t reserved = bytes;
    void *base = ::operator new (reserved, std::align_val_t{kLine}, std::nothrow);
    if (!base) {
        return nullptr;
    }
    auto *data = static_cast<std::byte *>(base);
    std::fill_n(data, bytes, std::byte{0});
#endif
    return std::unique_ptr<Region>(new Region(data, bytes, base, reserved));
}

Region::~Region()
{
#if defined(__unix__) || defined(__APPLE__)
    munmap(m_base, m_reserved);
#else
    ::operator delete (m_base, std::align_val_t{kLine});
#endif
}

std::byte *Scratch::grow(std::size_t bytes)
{
    if (bytes > m_size) {
        m_size = 0;
        m_data.reset();
        m_data.reset(static_cast<std::byte *>(::operator new (bytes, std::align_val_t{kLine})));
        m_size = bytes;
    }
    return m_data.get();
}

std::shared_ptr<std::byte> Arena::take(std::size_t bytes)
{
    const std::size_t wanted = roundUp(std::max(bytes, std::size_t{1}), kLine);
    if (!m_region || m_region->size() - m_used < wanted) {
        m_region = Region::reserve(std::max(wanted, kSharedRegion));
        m_used = 0;
    }
    if (!m_region) {
        return nullptr;
    }
    std::byte *piece = m_region->data() + m_used;
    m_used += wanted;
    return {m_region, piece};
}

} // namespace engine::cpu
