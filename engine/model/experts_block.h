#pragma once

#include "engine/model/model_weights.h"
#include "engine/model/weight_binder.h"

#include <memory>

namespace engine {

/// The feed-forward half of one layer as a mixture of experts, and the expert that every token sees.
struct ExpertsWeights
{
    std::unique_ptr<WeightMatrix> router;  ///< [experts, hidden]
    std::unique_ptr<Buffer> selectionBias; ///< [experts], or null
    std::unique_ptr<WeightStack> gateUp;   ///< gate above up
    std::unique_ptr<WeightStack> down;
    Projection sharedGateUp; ///< no parts: no shared expert
    Projection sharedDown;
    std::unique_ptr<WeightMatrix> sharedRouter; ///< [1, hidden], or null
    RouteParameters route;
};

/// Null for a layer without a router: it is dense. Errors: as bindDecoder.
Result<std::shared_ptr<const ExpertsWeights>> bindExperts(WeightBinder &binder, const ModelConfig &config,
                                                          int layer);

/// Runs mixtures, layer after layer, in memory of its own.
class ExpertsBlock
{
public:
    /// For blocks of at most `rows` tokens. Errors: OutOfMemory.
    Result<void> reserve(Backend &backend, const ModelConfig &config, int rows);

    /// out += the chosen experts' results and the shared one's. out, in: [n, hidden], different memory
    void run(Backend &backend, const ExpertsWeights &weights, Activation activation, Rows out, Rows in);

private:
    void runShared(Backend &backend, const ExpertsWeights &weights, Activation activation, Rows out, Rows in);

    std::unique_ptr<Routes> m_routes;
    std::unique_ptr<Buffer> m_logits; ///< [rows, experts]
    std::unique_ptr<Buffer>
        m_sorted; ///< [rows * chosen, hidden] in the order of the routes: inputs, then results
    std::unique_ptr<Buffer> m_inner; ///< [rows * chosen, 2 feedForward] or [rows, 2 sharedFeedForward]
};

} // namespace engine
