#include "engine/backend/cpu/kv_page.h"

#include "engine/weights/quant.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <iterator>

namespace engine::cpu {

namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kSlabBytes = std::size_t{16} << 20;
constexpr std::int64_t kMostNumbers = std::int64_t{1} << 28; ///< of a page: far beyond every model

std::size_t roundUp(std::size_t value, std::size_t to)
{
    return (value + to - 1) / to * to;
}

std::size_t elementBytes(KvType type)
{
    return type == KvType::F32 ? 4 : type == KvType::F16 ? 2 : 1;
}

std::size_t scaleBytes(KvType type, int size)
{
    return type == KvType::Q8_0 ? static_cast<std::size_t>((size + kBlock - 1) / kBlock * kPage * 2) : 0;
}

std::uint16_t halfOf(float value)
{
    return floatToHalf(std::clamp(value, -65504.0f, 65504.0f));
}

/// Where the numbers of a position go: number i to at + i * step elements.
struct Place
{
    std::byte *at;
    std::size_t step;
    std::byte *scales; ///< Q8_0: of this position
};

template <class Element>
void scatter(const Place &to, const Element *from, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(to.at + i * to.step * sizeof(Element), from + i, sizeof(Element));
    }
}

void putHalves(const Kernels &kernels, const Place &to, const float *from, std::size_t count)
{
    std::uint16_t bits[256];
    for (std::size_t first = 0; first < count; first += std::size(bits)) {
        const std::size_t some = std::min(std::size(bits), count - first);
        kernels.halves(bits, from + first, static_cast<int>(some));
        scatter(Place{to.at + first * to.step * 2, to.step, nullptr}, bits, some);
    }
}

void putLevels(const Place &to, const float *from, std::size_t count)
{
    for (std::size_t first = 0; first < count; first += kBlock) {
        const std::size_t last = std::min(count, first + kBlock);
        float greatest = 0;
        for (std::size_t i = first; i < last; ++i) {
            greatest = std::max(greatest, std::fabs(from[i]));
        }
        const std::uint16_t bits = halfOf(greatest / 127.0f);
        const float scale = halfToFloat(bits); // rounded: what is read is what was divided by
        const float inverse = scale > 0 ? 1.0f / scale : 0.0f;
        std::memcpy(to.scales + first / kBlock * kPage * 2, &bits, 2);
        for (std::size_t i = first; i < last; ++i) {
            const float level = std::clamp(std::nearbyint(from[i] * inverse), -127.0f, 127.0f);
            to.at[i * to.step] = static_cast<std::byte>(static_cast<std::int8_t>(level));
        }
    }
}

void putNumbers(const Kernels &kernels, KvType type, const Place &to, const float *from, int count)
{
    const auto numbers = static_cast<std::size_t>(count);
    switch (type) {
    case KvType::F32:
        return scatter(to, from, numbers);
    case KvType::F16:
        return putHalves(kernels, to, from, numbers);
    case KvType::Q8_0:
        return putLevels(to, from, numbers);
    }
}

} // namespace

struct KvPagePool::Slab
{
    std::unique_ptr<Region> region;
    std::size_t bytes = 0; ///< of a place
    std::size_t places = 0;
    std::size_t fresh = 0; ///< places from here on were never taken, and are zero

    std::mutex mutex;
    std::vector<std::size_t> released; ///< guarded by mutex
};

std::shared_ptr<std::byte> KvPagePool::take(std::size_t bytes)
{
    std::erase_if(m_slabs, [](const auto &slab) { return slab.expired(); });
    const auto placeIn = [](const std::shared_ptr<Slab> &slab, std::size_t index) {
        return std::shared_ptr<std::byte>(slab->region->data() + index * slab->bytes,
                                          [slab, index](std::byte *) {
                                              const std::lock_guard lock(slab->mutex);
                                              slab->released.push_back(index);
                                          });
    };
    for (const auto &known : m_slabs) {
        const auto slab = known.lock();
        if (!slab || slab->bytes != bytes) {
            continue;
        }
        if (slab->fresh < slab->places) {
            return placeIn(slab, slab->fresh++);
        }
        const std::lock_guard lock(slab->mutex);
        if (!slab->released.empty()) {
            const std::size_t index = slab->released.back();
            slab->released.pop_back();
            std::fill_n(slab->region->data() + index * bytes, bytes, std::byte{0});
            return placeIn(slab, index);
        }
    }
    auto slab = std::make_shared<Slab>();
    slab->bytes = bytes;
    slab->places = std::max<std::size_t>(1, kSlabBytes / bytes);
    slab->released.reserve(slab->places); // so that a release never has to ask for memory
    slab->region = Region::reserve(slab->places * bytes);
    if (!slab->region) {
        return nullptr;
    }
    m_slabs.push_back(slab);
    return placeIn(slab, slab->fresh++);
}

KvLayout kvLayoutOf(const KvShape &shape)
{
    const std::size_t element = elementBytes(shape.type);
    const auto numbers = [](int rows, int columns) {
        return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    };
    KvLayout layout;
    layout.type = shape.type;
    layout.valuesInKeys = shape.valuesInKeys;
    layout.keySize = shape.keySize;
    layout.valueSize = shape.valueSize;
    layout.valueStride = paddedDimension(shape.valuesInKeys ? shape.keySize : shape.valueSize);
    const int keyRow = shape.valuesInKeys ? layout.valueStride : shape.keySize;
    layout.keyScales = roundUp(numbers(kPage, keyRow) * element, kLine);
    layout.values = roundUp(layout.keyScales + scaleBytes(shape.type, shape.keySize), kLine);
    layout.valueScales = roundUp(layout.values + numbers(kPage, layout.valueStride) * element, kLine);
    layout.bytes = roundUp(layout.valueScales + scaleBytes(shape.type, shape.valueSize), kLine);
    if (shape.valuesInKeys) {
        layout.bytes = layout.values;
        layout.values = 0;
        layout.valueScales = layout.keyScales;
    }
    return layout;
}

CpuKvPage::CpuKvPage(const KvShape &shape, const KvLayout &layout, std::size_t bytes,
                     std::shared_ptr<std::byte> place)
    : KvPage(shape, bytes)
    , m_layout(layout)
    , m_place(std::move(place))
{
}

Result<std::shared_ptr<KvPage>> CpuKvPage::make(const KvShape &shape, KvPagePool &pool)
{
    const bool possible = shape.layers > 0 && shape.heads > 0 && shape.keySize > 0 && shape.valueSize > 0 &&
                          (!shape.valuesInKeys || shape.valueSize <= shape.keySize) &&
                          shape.layers <= kMostNumbers / shape.heads &&
                          shape.layers * std::int64_t{shape.heads} <=
                              kMostNumbers / (std::int64_t{shape.keySize} + shape.valueSize + 2 * kBlock);
    if (!possible) {
        return fail(ErrorCode::Unsupported, "a cache without layers, heads or numbers, or with too many");
    }
    const KvLayout layout = kvLayoutOf(shape);
    const std::size_t bytes =
        layout.bytes * static_cast<std::size_t>(shape.layers) * static_cast<std::size_t>(shape.heads);
    auto place = pool.take(bytes);
    if (!place) {
        return fail(ErrorCode::OutOfMemory, "no memory for keys and values");
    }
    return std::shared_ptr<KvPage>(new CpuKvPage(shape, layout, bytes, std::move(place)));
}

namespace {

/// One position of one head. @param part  of the page
void putPosition(const Kernels &kernels, std::byte *part, const KvLayout &layout, int within,
                 const float *key, const float *value)
{
    const std::size_t element = elementBytes(layout.type);
    const auto place = static_cast<std::size_t>(within);
    const std::size_t row = place * static_cast<std::size_t>(layout.valueStride) * element;
    std::byte *const keyScales = part + layout.keyScales + place * 2;
    if (layout.valuesInKeys) {
        putNumbers(kernels, layout.type, {part + row, 1, keyScales}, key, layout.keySize);
        return;
    }
    const auto tile = static_cast<std::size_t>(within / kLanes * layout.keySize * kLanes + within % kLanes);
    putNumbers(kernels, layout.type, {part + tile * element, kLanes, keyScales}, key, layout.keySize);
    putNumbers(kernels, layout.type, {part + layout.values + row, 1, part + layout.valueScales + place * 2},
               value, layout.valueSize);
}

} // namespace

void storePosition(const Kernels &kernels, const KvView &cache, int position, const float *keys,
                   const float *values)
{
    KvPage *const known = cache.pages[static_cast<std::size_t>(position / kPage)];
    assert(known);
    auto &page = static_cast<CpuKvPage &>(*known);
    const KvLayout &layout = page.layout();
    for (int head = 0; head < page.shape().heads; ++head) {
        putPosition(kernels, page.data().data() + page.offsetOf(cache.layer, head), layout, position % kPage,
                    keys + head * layout.keySize,
                    layout.valuesInKeys ? nullptr : values + head * layout.valueSize);
    }
}

} // namespace engine::cpu
