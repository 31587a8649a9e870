#include "engine/backend/cuda/cuda_backend.h"
#include "engine/backend/cuda/launch.h"

#include <algorithm>
#include <cassert>

// The part of the backend that mixes experts.
namespace engine::cuda {

namespace {

DeviceRows rowsOf(Rows rows)
{
    return {rows.data, rows.columns, rows.stride};
}

bool hasBlocks(const DeviceStack &stack)
{
    return std::ranges::any_of(stack.segments, [](const DeviceSegment &s) { return !isFloat(s.packing); });
}

class DeviceRoutes final : public Routes
{
public:
    DeviceMemory memory;
    RouteArrays arrays;
    int experts = 0;
};

} // namespace

Result<std::unique_ptr<WeightStack>> CudaBackend::uploadStack(std::span<const std::vector<Tensor>> members,
                                                              bool transposed)
{
    ASSIGN_OR_RETURN(auto stack, DeviceStack::upload(members, transposed, m_runtime));
    return std::unique_ptr<WeightStack>(std::move(stack));
}

std::unique_ptr<Routes> CudaBackend::makeRoutes()
{
    return std::make_unique<DeviceRoutes>();
}

void CudaBackend::route(Routes &routes, Rows logits, const RouteParameters &p)
{
    constexpr int kThreads = 128;
    auto &to = static_cast<DeviceRoutes &>(routes);
    to.rows = logits.rows;
    to.chosen = p.chosen;
    to.experts = logits.columns;
    assert(p.groups <= 64);
    const std::size_t choices = std::size_t(to.rows) * std::size_t(to.chosen);
    const std::size_t all = std::size_t(to.rows) * std::size_t(to.experts);
    const std::size_t bytes = 4 * (3 * choices + std::size_t(to.experts) + 1 + 2 * all);
    if (to.rows == 0 || !scratch(to.memory, bytes)) {
        return;
    }
    to.arrays.experts = to.memory.as<int>();
    to.arrays.weights = reinterpret_cast<float *>(to.arrays.experts + choices);
    to.arrays.order = reinterpret_cast<int *>(to.arrays.weights + choices);
    to.arrays.begins = to.arrays.order + choices;
    to.arrays.scores = reinterpret_cast<float *>(to.arrays.begins + to.experts + 1);
    to.arrays.ranks = to.arrays.scores + all;
    RouteChoice choice;
    choice.scoring = p.scoring;
    choice.rows = to.rows;
    choice.experts = to.experts;
    choice.chosen = p.chosen;
    choice.groups = p.groups;
    choice.chosenGroups = p.chosenGroups;
    choice.selectionBias = p.selectionBias.empty() ? nullptr : p.selectionBias.data();
    choice.normalize = p.normalize;
    choice.scale = p.scale;
    launch(*m_runtime, {(to.rows + kThreads - 1) / kThreads}, kThreads, chooseExperts, to.arrays,
           rowsOf(logits), choice);
    launch(*m_runtime, {1}, kThreads, sortChoices, to.arrays, int(choices), to.experts);
}

void CudaBackend::spread(Rows out, Rows in, const Routes &routes)
{
    const auto &from = static_cast<const DeviceRoutes &>(routes);
    if (in.rows > 0) {
        launch(*m_runtime, {in.rows, from.chosen}, kRowThreads, spreadRows, rowsOf(out), rowsOf(in),
               from.arrays.order, from.chosen);
    }
}

void CudaBackend::linearExperts(Rows out, const WeightStack &w, Rows in, const Routes &routes)
{
    const auto &stack = static_cast<const DeviceStack &>(w);
    const auto &from = static_cast<const DeviceRoutes &>(routes);
    QuantizedRows x;
    if (in.rows == 0 || (hasBlocks(stack) && !quantize(x, in, 1, 0, in.columns))) {
        return;
    }
    for (const DeviceSegment &s : stack.segments) {
        ProductArguments a;
        a.begins = from.arrays.begins;
        a.inputs = in.columns;
        a.rows = in.rows;
        a.x = x;
        a.xs = in.data;
        a.xRowStep = isFloat(s.packing) ? in.stride : 1;
        a.out = out.data;
        a.outStride = out.stride;
        multiplyRows(s, a);
    }
}

void CudaBackend::gather(Rows out, Rows in, const Routes &routes)
{
    const auto &from = static_cast<const DeviceRoutes &>(routes);
    if (out.rows > 0) {
        launch(*m_runtime, {out.rows}, kRowThreads, gatherRows, rowsOf(out), rowsOf(in), from.arrays,
               from.chosen);
    }
}

void CudaBackend::linearHeads(Rows out, const WeightStack &w, Rows in)
{
    const auto &stack = static_cast<const DeviceStack &>(w);
    if (in.rows == 0) {
        return;
    }
    const int inStep = in.columns / stack.count;
    QuantizedRows x;
    if (hasBlocks(stack) && !quantize(x, in, stack.count, inStep, stack.inputs)) {
        return;
    }
    for (const DeviceSegment &s : stack.segments) {
        ProductArguments a;
        a.inputs = stack.inputs;
        a.rows = in.rows;
        a.x = x;
        a.xs = in.data;
        a.xRowStep = isFloat(s.packing) ? in.stride : stack.count;
        a.xMemberStep = isFloat(s.packing) ? inStep : 1;
        a.out = out.data;
        a.outStride = out.stride;
        a.outMemberStep = out.columns / stack.count;
        multiplyRows(s, a);
    }
}

} // namespace engine::cuda
