#pragma once

#include "engine/backend/backend.h"
#include "engine/weights/model_file.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace engine {

/// What a tensor is to the forward pass, whatever its file calls it.
enum class Slot {
    TokenEmbedding,
    PositionEmbedding,
    TokenTypes,
    EmbeddingNorm,
    AttentionNorm, ///< before attention
    Query,
    Key,
    Value,
    QueryNorm, ///< of each head
    KeyNorm,
    AttentionOutput,
    PostAttentionNorm, ///< after attention's sum with the residual
    FeedForwardNorm,
    Gate,
    Up,
    Down,
    PostFeedForwardNorm,
    OutputNorm,
    Output,
    RopeFactors,
    HeadDense,
    HeadOutput
};

/// The name of a slot in a file, without ".weight" or ".bias"; "{}" stands for the number of the layer.
struct TensorName
{
    Slot slot;
    std::string_view name;
};

/// A family's names: its own first, then those it shares with its relatives. An own name that is empty hides
/// the shared one.
struct TensorNames
{
    std::span<const TensorName> own;
    std::span<const TensorName> shared;
};

enum class Network { Decoder, Encoder };
enum class Positions { Rope, Learned };
enum class NormPlace {
    Before, ///< x + f(norm(x))
    After   ///< norm(x + f(x))
};
enum class Presence { No, Optional, Yes };

/// What a family differs in. One row of the table in families/table.cpp; the forward passes read it and
/// nothing else.
struct ArchSpec
{
    std::string_view family;
    std::string_view ggufArchitecture; ///< general.architecture
    std::string_view modelType;        ///< model_type of config.json; empty: no such folder
    Network network = Network::Decoder;
    NormKind norm = NormKind::Rms;
    NormPlace normPlace = NormPlace::Before;
    Presence normBias = Presence::No;
    Positions positions = Positions::Rope;
    RopeKind ropeInGguf = RopeKind::Halves; ///< some converters permute the rows of q and k
    RopeKind ropeInFolder = RopeKind::Halves;
    Activation activation = Activation::Silu;
    bool gated = true;
    Presence attentionBias = Presence::No; ///< of q, k and v
    Presence outputBias = Presence::No;    ///< of attention's output
    Presence feedForwardBias = Presence::No;
    bool headNorms = false;             ///< QK-norm, head by head
    bool windowNeedsFlag = false;       ///< sliding_window counts only with use_sliding_window
    bool positionsAfterPadding = false; ///< in a folder: the table's first pad_token_id + 1 rows are not used
    TensorNames ggufNames;
    TensorNames folderNames;
    std::span<const std::string_view> ignored; ///< parts of names of tensors that a forward pass does without
};

/// @return null for a family that the table does not have
const ArchSpec *familyOfGguf(std::string_view architecture);
const ArchSpec *familyOfFolder(std::string_view modelType);

/// Comma-separated, for messages.
std::string knownFamilies();

} // namespace engine
