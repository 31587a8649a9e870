#pragma once

#include "engine/model/decoder.h"
#include "engine/model/experts_block.h"
#include "engine/model/latent_attention.h"

namespace engine {

/// What one block needs, used again by the next. Rows are tokens.
struct Decoder::Scratch
{
    int rows = 0;
    std::unique_ptr<Buffer> state;  ///< [rows, hidden] the residual stream
    std::unique_ptr<Buffer> normed; ///< [rows, hidden]
    std::unique_ptr<Buffer> branch; ///< [rows, hidden] a half's result, where it has a norm of its own
    std::unique_ptr<Buffer> qkv;    ///< [rows, query + 2 kv]
    std::unique_ptr<Buffer> mixed;  ///< [rows, query] attention's result
    std::unique_ptr<Buffer> gateUp; ///< [rows, 2 feedForward]
    std::unique_ptr<Buffer> inner;  ///< [rows, feedForward] of a gated net
    std::unique_ptr<Buffer> logits; ///< [kLogitRows, vocabulary]
    std::vector<float> hostLogits;
    ExpertsBlock experts;
    LatentAttention latent;
    std::vector<std::int32_t> positions;

    static Rows view(const std::unique_ptr<Buffer> &buffer, int rows, int columns, int firstRow = 0)
    {
        return {buffer->data() + std::ptrdiff_t(firstRow) * columns, rows, columns, columns};
    }
};

} // namespace engine
