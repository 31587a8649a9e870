#pragma once

#include "engine/backend/backend.h"
#include "engine/model/config.h"

#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace engine {

/// y = x · Wᵀ + b, where W may be several tensors one above the other (q, k and v). Tensors of one type
/// become one matrix; where types differ (Q4_K_M keeps some in Q6_K) there are several parts.
struct Projection
{
    struct Part
    {
        std::unique_ptr<WeightMatrix> matrix;
        int begin = 0; ///< its first output
    };

    /// A tensor whose values lie in another order than here; a matrix may read from it.
    struct Rearranged
    {
        Tensor tensor;
        std::vector<std::byte> bytes;
    };

    std::vector<Part> parts;
    std::vector<std::unique_ptr<Rearranged>> rearranged;
    std::unique_ptr<Buffer> bias; ///< [outputs], or null
    int outputs = 0;
    int inputs = 0;

    /// out += instead of out = with `accumulate`. out: [n, outputs], in: [n, inputs]
    void apply(Backend &backend, Rows out, Rows in, bool accumulate = false) const;
};

/// A norm and the memory it points to; weight null where the model has none.
struct Norm
{
    std::unique_ptr<Buffer> weight;
    std::unique_ptr<Buffer> bias;
    NormWeights weights;

    explicit operator bool() const { return weight != nullptr; }
};

struct ExpertsWeights; ///< experts_block.h
struct LatentWeights;  ///< latent_attention.h

/// One layer of either network; what its family does not have is empty.
struct LayerWeights
{
    Norm attentionNorm;
    Projection queryKeyValue;
    std::shared_ptr<const LatentWeights> latent; ///< instead of queryKeyValue; or null
    Norm queryNorm;
    Norm keyNorm;
    Projection attentionOutput;
    Norm postAttentionNorm;
    Norm feedForwardNorm;
    Projection gateUp; ///< gate above up; up alone where not gated
    Projection down;
    std::shared_ptr<const ExpertsWeights> experts; ///< instead of gateUp and down; or null
    Norm postFeedForwardNorm;
};

struct DecoderWeights
{
    std::shared_ptr<WeightMatrix> embedding;
    std::vector<LayerWeights> layers;
    Norm outputNorm;
    std::shared_ptr<WeightMatrix> output;         ///< the same as `embedding` where tied
    std::unique_ptr<Buffer> outputBias;           ///< or null
    std::shared_ptr<WeightMatrix> positions;      ///< learned; or null
    std::unique_ptr<Buffer> ropeFrequencies;      ///< the three: [ropeDimensions / 2], or null
    std::unique_ptr<Buffer> longRopeFrequencies;  ///< LongRoPE, for long texts
    std::unique_ptr<Buffer> localRopeFrequencies; ///< of layers with a window, where they have their own
};

struct EncoderWeights
{
    std::shared_ptr<WeightMatrix> embedding;
    std::shared_ptr<WeightMatrix> positions;  ///< null: rope
    std::shared_ptr<WeightMatrix> tokenTypes; ///< null: none
    std::unique_ptr<Buffer> ropeFrequencies;  ///< or null
    Norm embeddingNorm;
    std::vector<LayerWeights> layers;
    Projection headDense;  ///< of a reranker; no parts where the model has none
    Projection headOutput; ///< likewise
};

/// Every tensor that the family's forward pass needs, its shape checked against the hyperparameters, handed
/// to the backend. The file must outlive the result. Errors: Damaged (a tensor is missing or has another
/// shape: names it), Unsupported (a tensor that the pass would leave out, or a type: names it), OutOfMemory.
Result<DecoderWeights> bindDecoder(const ModelFile &file, const ModelConfig &config, Backend &backend);
Result<EncoderWeights> bindEncoder(const ModelFile &file, const ModelConfig &config, Backend &backend);

} // namespace engine
