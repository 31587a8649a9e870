#include "engine/model/experts_block.h"

#include <algorithm>

namespace engine {
namespace {

/// One of the matrices that lie one above the other in each expert: a tensor of all experts, or one each.
struct ExpertPiece
{
    Slot stacked;
    Slot separate;
    int outputs;
};

/// Adds to each expert its part of a piece.
Result<void> collect(WeightBinder &binder, const ExpertPiece &piece, int layer, int inputs,
                     std::vector<std::vector<Tensor>> &experts)
{
    const auto count = std::int64_t(experts.size());
    if (const Tensor *tensor = binder.tensor(piece.stacked, layer, "")) {
        RETURN_IF_ERROR(binder.checkShape(*tensor, {count, piece.outputs, inputs}));
        for (std::size_t i = 0; i < experts.size(); ++i) {
            experts[i].push_back(slice(*tensor, std::int64_t(i) * piece.outputs, piece.outputs));
        }
        return {};
    }
    for (std::size_t i = 0; i < experts.size(); ++i) {
        ASSIGN_OR_RETURN(const Tensor *tensor, binder.require(piece.separate, layer, ".weight", int(i)));
        RETURN_IF_ERROR(binder.checkShape(*tensor, {piece.outputs, inputs}));
        experts[i].push_back(*tensor);
    }
    return {};
}

Result<std::unique_ptr<WeightStack>> bindStack(WeightBinder &binder, const ModelConfig &config, int layer,
                                               std::initializer_list<ExpertPiece> pieces, int inputs)
{
    std::vector<std::vector<Tensor>> experts(static_cast<std::size_t>(config.mixture.experts));
    for (const ExpertPiece &piece : pieces) {
        RETURN_IF_ERROR(collect(binder, piece, layer, inputs, experts));
    }
    return binder.backend().uploadStack(experts, false);
}

Result<void> bindShared(WeightBinder &binder, const ModelConfig &config, int layer, ExpertsWeights &weights)
{
    const int inner = config.mixture.sharedFeedForward;
    ASSIGN_OR_RETURN(weights.sharedGateUp,
                     binder.projection({{Slot::SharedGate, inner}, {Slot::SharedUp, inner}}, layer,
                                       config.hidden, Presence::No));
    ASSIGN_OR_RETURN(weights.sharedDown,
                     binder.projection({{Slot::SharedDown, config.hidden}}, layer, inner, Presence::No));
    if (config.mixture.sharedGate) {
        ASSIGN_OR_RETURN(weights.sharedRouter, binder.matrix(Slot::SharedRouter, layer, 1, config.hidden));
    }
    return {};
}

} // namespace

Result<std::shared_ptr<const ExpertsWeights>> bindExperts(WeightBinder &binder, const ModelConfig &config,
                                                          int layer)
{
    const Mixture &mixture = config.mixture;
    if (!mixture || !binder.has(Slot::Router, layer)) {
        return nullptr;
    }
    auto weights = std::make_shared<ExpertsWeights>();
    weights->route = mixture.route;
    ASSIGN_OR_RETURN(weights->router, binder.matrix(Slot::Router, layer, mixture.experts, config.hidden));
    ASSIGN_OR_RETURN(const std::vector<float> bias,
                     binder.values(Slot::RouterBias, layer, "", mixture.experts));
    if (!bias.empty()) {
        ASSIGN_OR_RETURN(weights->selectionBias, binder.buffer(bias));
        weights->route.selectionBias = {weights->selectionBias->data(), bias.size()};
    }
    const int inner = mixture.feedForward;
    if (binder.tensor(Slot::ExpertsGateUp, layer, "")) {
        ASSIGN_OR_RETURN(weights->gateUp,
                         bindStack(binder, config, layer,
                                   {{Slot::ExpertsGateUp, Slot::ExpertGate, 2 * inner}}, config.hidden));
    } else {
        ASSIGN_OR_RETURN(weights->gateUp, bindStack(binder, config, layer,
                                                    {{Slot::ExpertsGate, Slot::ExpertGate, inner},
                                                     {Slot::ExpertsUp, Slot::ExpertUp, inner}},
                                                    config.hidden));
    }
    ASSIGN_OR_RETURN(weights->down, bindStack(binder, config, layer,
                                              {{Slot::ExpertsDown, Slot::ExpertDown, config.hidden}}, inner));
    if (mixture.sharedFeedForward > 0) {
        RETURN_IF_ERROR(bindShared(binder, config, layer, *weights));
    }
    return weights;
}

Result<void> ExpertsBlock::reserve(Backend &backend, const ModelConfig &config, int rows)
{
    const Mixture &mixture = config.mixture;
    if (!mixture) {
        return {};
    }
    if (!m_routes) {
        m_routes = backend.makeRoutes();
    }
    const std::int64_t n = rows;
    const std::int64_t sorted = n * mixture.route.chosen;
    ASSIGN_OR_RETURN(m_logits, backend.allocate(n * mixture.experts));
    ASSIGN_OR_RETURN(m_sorted, backend.allocate(sorted * config.hidden));
    ASSIGN_OR_RETURN(m_inner, backend.allocate(2 * std::max(sorted * mixture.feedForward,
                                                            n * std::max(mixture.sharedFeedForward, 1))));
    return {};
}

void ExpertsBlock::run(Backend &backend, const ExpertsWeights &weights, Activation activation, Rows out,
                       Rows in)
{
    const int experts = weights.router->outputs;
    const int sortedRows = in.rows * weights.route.chosen;
    const int inner = weights.down->inputs;
    const Rows logits{m_logits->data(), in.rows, experts, experts};
    const Rows sorted{m_sorted->data(), sortedRows, in.columns, in.columns};
    const Rows gateUp{m_inner->data(), sortedRows, 2 * inner, 2 * inner};
    const Rows gated{m_inner->data(), sortedRows, inner, 2 * inner}; // over the gate

    backend.linear(logits, *weights.router, in, {}, false);
    backend.route(*m_routes, logits, weights.route);
    backend.spread(sorted, in, *m_routes);
    backend.linearExperts(gateUp, *weights.gateUp, sorted, *m_routes);
    backend.gate(gated, gateUp, activation);
    backend.linearExperts(sorted, *weights.down, gated, *m_routes);
    backend.gather(out, sorted, *m_routes);
    if (!weights.sharedDown.parts.empty()) {
        runShared(backend, weights, activation, out, in);
    }
}

void ExpertsBlock::runShared(Backend &backend, const ExpertsWeights &weights, Activation activation, Rows out,
                             Rows in)
{
    const int inner = weights.sharedDown.inputs;
    const Rows gateUp{m_inner->data(), in.rows, 2 * inner, 2 * inner};
    const Rows gated{m_inner->data(), in.rows, inner, 2 * inner};
    const Rows share{m_logits->data(), in.rows, 1, 1};

    weights.sharedGateUp.apply(backend, gateUp, in);
    backend.gate(gated, gateUp, activation);
    if (weights.sharedRouter) { // before the product: it is linear, and this is shorter
        backend.linear(share, *weights.sharedRouter, in, {}, false);
        backend.scaleBySigmoid(gated, share);
    }
    weights.sharedDown.apply(backend, out, gated, true);
}

} // namespace engine
