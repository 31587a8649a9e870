#include "engine/backend/cuda/cuda_backend.h"
#include "engine/backend/cuda/kv_page.h"
#include "engine/backend/cuda/launch.h"

#include <algorithm>
#include <cassert>

// The part of the backend that attends.
namespace engine::cuda {

namespace {

constexpr std::size_t kWorkspace = std::size_t{64} << 20;

DeviceRows rowsOf(Rows rows)
{
    return {rows.data, rows.columns, rows.stride};
}

/// work(integral constant): numbers of a head that a lane holds.
template <class Work>
bool withDepth(int size, const Work &work)
{
    if (size <= 64) {
        work(std::integral_constant<int, 2>{});
    } else if (size <= 128) {
        work(std::integral_constant<int, 4>{});
    } else if (size <= 256) {
        work(std::integral_constant<int, 8>{});
    } else if (size <= 576) {
        work(std::integral_constant<int, 18>{});
    } else {
        return false;
    }
    return true;
}

template <int depth>
constexpr int headsAtOnce()
{
    return depth <= 4 ? 8 : depth <= 8 ? 4 : 2;
}

template <KvType type, bool paged>
bool attend(Runtime &runtime, const AttentionArguments &a, int rows, int splits)
{
    return withDepth(std::max(a.keySize, a.valueSize), [&](auto known) {
        constexpr int depth = decltype(known)::value;
        constexpr int count = headsAtOnce<depth>();
        const int group = a.heads / a.kvHeads;
        const Grid grid{rows, a.kvHeads * ((group + count - 1) / count), splits};
        launch(runtime, grid, kAttentionWarps * 32, attendRows<type, paged, count, depth>, a);
        if (splits > 1) {
            launch(runtime, {rows, a.heads}, 64, mergeSplits, a.out, a.workspace, a.heads, splits,
                   a.valueSize);
        }
    });
}

bool attendPaged(Runtime &runtime, const AttentionArguments &a, int rows, int splits)
{
    switch (a.cache.plan.type) {
    case KvType::F32:
        return attend<KvType::F32, true>(runtime, a, rows, splits);
    case KvType::F16:
        return attend<KvType::F16, true>(runtime, a, rows, splits);
    case KvType::Q8_0:
        break;
    }
    return attend<KvType::Q8_0, true>(runtime, a, rows, splits);
}

} // namespace

PagedKeys CudaBackend::paged(const KvView &cache)
{
    const KvPage *known = nullptr;
    std::vector<std::byte *> pages;
    for (KvPage *page : cache.pages) {
        known = page ? page : known;
        pages.push_back(page ? static_cast<CudaKvPage *>(page)->data() : nullptr);
    }
    assert(known);
    PagedKeys keys;
    keys.plan = planOf(known->shape());
    keys.layer = keys.plan.layerBytes * cache.layer;
    if (pages != m_pages || !m_pageTable.bytes()) { // the layers of a group have the same
        m_pages = pages;
        list<std::byte *>(m_pageTable, m_pages);
    }
    keys.pages = m_pageTable.as<std::byte *const>();
    return keys;
}

void CudaBackend::storeKv(const KvView &cache, Rows k, Rows v, int first)
{
    if (k.rows == 0) {
        return;
    }
    const PagedKeys keys = paged(cache);
    const auto store = [&](auto kernel) {
        launch(*m_runtime, {k.rows, keys.plan.heads}, 64, kernel, keys, rowsOf(k), rowsOf(v), first);
    };
    switch (keys.plan.type) {
    case KvType::F32:
        return store(storeKvRows<KvType::F32>);
    case KvType::F16:
        return store(storeKvRows<KvType::F16>);
    case KvType::Q8_0:
        return store(storeKvRows<KvType::Q8_0>);
    }
}

void CudaBackend::attention(Rows out, Rows q, const KvView &cache, int first, const AttentionParameters &p)
{
    if (q.rows == 0) {
        return;
    }
    AttentionArguments a;
    a.cache = paged(cache);
    a.heads = p.heads;
    a.kvHeads = a.cache.plan.heads;
    a.keySize = a.cache.plan.keySize;
    a.valueSize = a.cache.plan.valueSize;
    a.window = p.window;
    a.scale = p.scale;
    a.softCap = p.softCap;
    const int splits = (first + q.rows + kSplitKeys - 1) / kSplitKeys;
    const std::size_t rowBytes =
        std::size_t(a.heads) * std::size_t(splits) * std::size_t(a.valueSize + 2) * sizeof(float);
    const int atOnce = splits == 1 ? q.rows : std::clamp(int(kWorkspace / rowBytes), 1, q.rows);
    if (splits > 1) {
        a.workspace = reinterpret_cast<float *>(scratch(m_workspace, rowBytes * std::size_t(atOnce)));
        if (!a.workspace) {
            return;
        }
    }
    for (int row = 0; row < q.rows; row += atOnce) {
        a.q = rowsOf({q.data + std::ptrdiff_t(row) * q.stride, atOnce, q.columns, q.stride});
        a.out = rowsOf({out.data + std::ptrdiff_t(row) * out.stride, atOnce, out.columns, out.stride});
        a.first = first + row;
        if (!attendPaged(*m_runtime, a, std::min(atOnce, q.rows - row), splits)) {
            keep({ErrorCode::Unsupported, "heads of more than 576 numbers"});
        }
    }
}

void CudaBackend::attentionWithin(Rows out, Rows q, Rows k, Rows v, std::span<const int> lengths,
                                  const AttentionParameters &p)
{
    std::vector<int> begins;
    std::vector<int> ends;
    int begin = 0;
    for (const int length : lengths) {
        begins.insert(begins.end(), std::size_t(length), begin);
        ends.insert(ends.end(), std::size_t(length), begin + length);
        begin += length;
    }
    if (begins.empty()) {
        return;
    }
    AttentionArguments a;
    a.out = rowsOf(out);
    a.q = rowsOf(q);
    a.k = rowsOf(k);
    a.v = rowsOf(v);
    a.begins = list(m_indices, std::span<const int>(begins));
    a.ends = list(m_ends, std::span<const int>(ends));
    a.heads = p.heads;
    a.keySize = q.columns / p.heads;
    a.kvHeads = k.columns / a.keySize;
    a.valueSize = v.columns / a.kvHeads;
    a.scale = p.scale;
    a.softCap = p.softCap;
    if (a.begins && a.ends && !attend<KvType::F32, false>(*m_runtime, a, q.rows, 1)) {
        keep({ErrorCode::Unsupported, "heads of more than 576 numbers"});
    }
}

} // namespace engine::cuda
