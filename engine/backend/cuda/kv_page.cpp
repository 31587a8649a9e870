#include "engine/backend/cuda/kv_page.h"

namespace engine::cuda {

namespace {

int recordBytes(KvType type, int size)
{
    switch (type) {
    case KvType::F32:
        return 4 * size;
    case KvType::F16:
        return (2 * size + 3) / 4 * 4;
    case KvType::Q8_0:
        break;
    }
    return (scalesAt(size) + 2 * ((size + kBlock - 1) / kBlock) + 3) / 4 * 4;
}

} // namespace

KvPlan planOf(const KvShape &shape)
{
    KvPlan plan{shape.type, shape.heads, shape.keySize, shape.valueSize, shape.valuesInKeys};
    plan.keyBytes = recordBytes(shape.type, shape.keySize);
    plan.valueBytes = shape.valuesInKeys ? 0 : recordBytes(shape.type, shape.valueSize);
    plan.layerBytes = std::int64_t(shape.heads) * kKvPage * (plan.keyBytes + plan.valueBytes);
    return plan;
}

Result<std::shared_ptr<KvPage>> CudaKvPage::make(const KvShape &shape,
                                                 const std::shared_ptr<Runtime> &runtime)
{
    constexpr int kMost = 1 << 16;
    for (const int size : {shape.layers, shape.heads, shape.keySize, shape.valueSize}) {
        if (size < 1 || size > kMost) {
            return fail(ErrorCode::Unsupported, "a cache of impossible shape");
        }
    }
    const KvPlan plan = planOf(shape);
    ASSIGN_OR_RETURN(DeviceMemory memory, DeviceMemory::allocate(runtime, std::size_t(plan.layerBytes) *
                                                                              std::size_t(shape.layers)));
    runtime->clear(memory.as(), memory.bytes());
    return std::shared_ptr<KvPage>(new CudaKvPage(shape, std::move(memory)));
}

} // namespace engine::cuda
