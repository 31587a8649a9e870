#pragma once

#include "engine/backend/cuda/kernels/attention.h"
#include "engine/backend/cuda/runtime.h"

namespace engine::cuda {

constexpr std::uint32_t kKvLayoutVersion = 0x43554401; ///< counts up with every change of KvPlan

KvPlan planOf(const KvShape &shape);

class CudaKvPage final : public KvPage
{
public:
    /// Zeroed. Errors: OutOfMemory; Unsupported (an impossible shape).
    static Result<std::shared_ptr<KvPage>> make(const KvShape &shape,
                                                const std::shared_ptr<Runtime> &runtime);

    std::byte *data() const { return m_memory.as(); }

private:
    CudaKvPage(const KvShape &shape, DeviceMemory memory)
        : KvPage(shape, memory.bytes())
        , m_memory(std::move(memory))
    {
    }

    DeviceMemory m_memory;
};

} // namespace engine::cuda
