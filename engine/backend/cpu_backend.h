#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/cpu/attention.h"
#include "engine/backend/cpu/experts.h"
#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cpu/matmul.h"

namespace engine {

/// The backend of plain memory: shares the rows of each operation among threads and leaves the loops to
/// `kernels`.
class CpuBackend final : public Backend
{
public:
    CpuBackend(const cpu::Kernels &kernels, int threads);

    std::string name() const override;

    void keepDigits() override { m_matmul.keepDigits(); }

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
    /// body(row) for each row, shared among threads when there is enough to do.
    template <class Body>
    void forRows(Rows rows, const Body &body);
    void turns(std::span<const std::int32_t> positions, const RopeParameters &rope);

    const cpu::Kernels &m_kernels;
    ThreadPool m_pool;
    cpu::Arena m_arena;
    cpu::Matmul m_matmul;
    cpu::Attention m_attention;
    cpu::Experts m_experts;
    cpu::KvPagePool m_kvPages;

    // Sines and cosines of the last call: all layers of a pass ask for the same.
    std::vector<std::int32_t> m_turnPositions;
    std::vector<float> m_turnFrequencies;
    float m_turnMagnitude = 0;
    std::vector<float> m_cosines; ///< [positions, frequencies]
    std::vector<float> m_sines;
};

} // namespace engine
