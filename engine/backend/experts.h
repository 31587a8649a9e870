#pragma once

#include <span>

namespace engine {

/// Matrices [outputs, inputs] of one shape, one for each expert of a layer or each head of an attention, in
/// the layout their backend likes best. Some types are read from the file's mapping: the file must outlive
/// the stack.
class WeightStack
{
public:
    virtual ~WeightStack() = default;
    int count = 0;
    int outputs = 0;
    int inputs = 0;
};

/// How a token chooses its experts from the router's logits.
///
/// Scores are softmax or sigmoid of the logits. `chosen` of them are taken by score plus `selectionBias`;
/// with groups (of neighbours) only from the `chosenGroups` best, where a group counts by its best score
/// (softmax, DeepSeek-V2 §2.1.2) or by the sum of its two best (sigmoid, DeepSeek-V3 §2.1.2). The weights
/// are the scores without bias, divided by their sum with `normalize`, times `scale`.
struct RouteParameters
{
    enum class Scoring { Softmax, Sigmoid };
    Scoring scoring = Scoring::Softmax;
    int chosen = 1; ///< at most the experts of `chosenGroups` groups
    int groups = 1; ///< divides the number of experts
    int chosenGroups = 1;
    std::span<const float> selectionBias; ///< [experts], backend memory; empty: none
    bool normalize = false;
    float scale = 1;
};

/// Which experts the rows of a block go to, and with which weights. Made by makeRoutes(), filled by route(),
/// again and again; in the backend's own memory. Products of experts have rows * chosen rows, sorted by
/// expert.
class Routes
{
public:
    virtual ~Routes() = default;
    int rows = 0;   ///< tokens
    int chosen = 0; ///< experts of each
};

} // namespace engine
