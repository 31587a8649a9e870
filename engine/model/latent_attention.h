#pragma once

#include "engine/model/model_weights.h"
#include "engine/model/weight_binder.h"

#include <memory>
#include <span>

namespace engine {

/// Attention of one layer over latents (DeepSeek-V2, §2.1), in the absorbed form: a head's query is brought
/// into the space of the latents (kᵀ q = (W_uk c)ᵀ q = cᵀ (W_ukᵀ q)), so that what is cached of a position,
/// the latent c and the rotated part of the key, is never expanded.
struct LatentWeights
{
    Projection down;  ///< [queries or their latent; latent; rotated key] from the state
    Norm queryNorm;   ///< of the queries' latent
    Projection query; ///< from the queries' latent; no parts: `down` gives the queries themselves
    Norm latentNorm;
    std::unique_ptr<WeightStack> keys;   ///< W_ukᵀ of each head: plainSize to rank
    std::unique_ptr<WeightStack> values; ///< W_uv of each head: rank to valueSize
};

/// Errors: as bindDecoder.
Result<std::shared_ptr<const LatentWeights>> bindLatent(WeightBinder &binder, const ModelConfig &config,
                                                        int layer);

/// Runs latent attention, layer after layer, in memory of its own.
class LatentAttention
{
public:
    /// For blocks of at most `rows` tokens. Errors: OutOfMemory.
    Result<void> reserve(Backend &backend, const ModelConfig &config, int rows);

    /// Stores what the block's positions leave behind and attends over all up to them.
    /// @param out  [n, heads * valueSize], for the layer's output projection
    /// @param in   [n, hidden], normed
    /// @param first  position of the first row. @param positions  of each row
    void run(Backend &backend, const LatentWeights &weights, const ModelConfig &config, Rows out, Rows in,
             const KvView &cache, int first, std::span<const std::int32_t> positions,
             const RopeParameters &rope);

private:
    std::unique_ptr<Buffer> m_down;    ///< [rows, outputs of down]
    std::unique_ptr<Buffer> m_query;   ///< [rows, heads * queryHead], where queries have a latent
    std::unique_ptr<Buffer> m_latents; ///< [rows, heads * keySize]: queries in the space of the latents
    std::unique_ptr<Buffer> m_mixed;   ///< [rows, heads * rank]: attention's result there
};

} // namespace engine
