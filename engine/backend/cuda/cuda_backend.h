#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/cuda/device_matrix.h"
#include "engine/backend/cuda/kernels/attention.h"
#include "engine/backend/cuda/kernels/experts.h"
#include "engine/backend/cuda/kernels/products.h"

#include <optional>

namespace engine::cuda {

/// The backend of one card. Buffers and pages are the card's memory; every call only asks, and read() waits.
/// An error stays until status() is asked, and what is computed meanwhile means nothing.
class CudaBackend final : public Backend
{
public:
    explicit CudaBackend(std::shared_ptr<Runtime> runtime);

    std::string name() const override;
    /// Errors: Device, OutOfMemory: the first since the last call.
    Result<void> status();

    Result<std::unique_ptr<Buffer>> allocate(std::int64_t floats) override;
    Result<std::unique_ptr<WeightMatrix>> upload(std::span<const Tensor *const> stacked) override;
    Result<std::unique_ptr<Buffer>> uploadVector(const Tensor &tensor) override;
    Result<std::shared_ptr<KvPage>> allocateKvPage(const KvShape &shape) override;
    void copyKvPage(KvPage &to, const KvPage &from) override;
    void readKvPage(std::vector<std::byte> &to, const KvPage &from) override;
    Result<void> writeKvPage(KvPage &to, std::span<const std::byte> from) override;
    std::uint32_t kvLayoutVersion() const override;
    void write(float *to, std::span<const float> from) override;
    void read(std::span<float> to, const float *from) override;

    void embed(Rows out, const WeightMatrix &table, std::span<const TokenId> tokens, float scale) override;
    void norm(Rows out, Rows in, const NormWeights &weights) override;
    void linear(Rows out, const WeightMatrix &w, Rows in, std::span<const float> bias,
                bool accumulate) override;
    void gate(Rows out, Rows in, Activation activation) override;
    void activate(Rows x, Activation activation) override;
    void add(Rows x, Rows y) override;
    void rope(Rows x, int heads, std::span<const std::int32_t> positions,
              const RopeParameters &rope) override;
    void headNorm(Rows x, int heads, const NormWeights &weights) override;
    void storeKv(const KvView &cache, Rows k, Rows v, int first) override;
    void attention(Rows out, Rows q, const KvView &cache, int first, const AttentionParameters &p) override;
    void attentionWithin(Rows out, Rows q, Rows k, Rows v, std::span<const int> lengths,
                         const AttentionParameters &p) override;
    void pool(Rows out, Rows in, std::span<const int> lengths, Pooling pooling, bool normalize) override;

    Result<std::unique_ptr<WeightStack>> uploadStack(std::span<const std::vector<Tensor>> members,
                                                     bool transposed) override;
    std::unique_ptr<Routes> makeRoutes() override;
    void route(Routes &routes, Rows logits, const RouteParameters &p) override;
    void spread(Rows out, Rows in, const Routes &routes) override;
    void linearExperts(Rows out, const WeightStack &w, Rows in, const Routes &routes) override;
    void gather(Rows out, Rows in, const Routes &routes) override;
    void linearHeads(Rows out, const WeightStack &w, Rows in) override;
    void copyHeads(Rows out, Rows in, int heads, int count) override;
    void scaleBySigmoid(Rows x, Rows logits) override;

private:
    /// Memory that grows; what was in it is lost. Null, and an error kept, when there is not so much.
    std::byte *scratch(DeviceMemory &memory, std::size_t bytes);

    /// A short list on the card, until the next one of the same memory.
    template <class T>
    const T *list(DeviceMemory &memory, std::span<const T> values)
    {
        std::byte *to = scratch(memory, values.size_bytes() < 4096 ? 4096 : values.size_bytes());
        if (to) {
            m_runtime->upload(to, values.data(), values.size_bytes());
        }
        return reinterpret_cast<const T *>(to);
    }

    void keep(const Error &error);
    /// Rows of `in` as whole numbers. @return false: no memory
    bool quantize(QuantizedRows &to, Rows in, int members, int memberStep, int inputs);
    void multiplyRows(const DeviceSegment &segment, ProductArguments a);
    void multiplyMany(const DeviceSegment &segment, Rows out, Rows in, const float *bias, bool accumulate);
    PagedKeys paged(const KvView &cache);

    std::shared_ptr<Runtime> m_runtime;
    std::optional<Error> m_failure;
    DeviceMemory m_values; ///< activations as whole numbers or halves
    DeviceMemory m_scales;
    DeviceMemory m_indices; ///< tokens, positions, begins
    DeviceMemory m_ends;
    DeviceMemory m_pageTable;
    DeviceMemory m_workspace;         ///< of attention in splits
    std::vector<std::byte *> m_pages; ///< in m_pageTable
};

} // namespace engine::cuda
