#pragma once

#include "engine/backend/backend.h"
#include "engine/model/mixture.h"
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
    QueryKeyValue, ///< the next three in one tensor
    Query,
    Key,
    Value,
    QueryNorm,
    KeyNorm,
    AttentionOutput,
    PostAttentionNorm, ///< after attention: of its result, or of its sum with the residual (see NormPlace)
    FeedForwardNorm,
    GateUp, ///< the next two in one tensor
    Gate,
    Up,
    Down,
    Router, ///< to the experts of a layer
    RouterBias,
    ExpertsGate, ///< of all experts in one tensor; these names are whole, with ".weight"
    ExpertsUp,
    ExpertsDown,
    ExpertsGateUp,
    ExpertGate, ///< of one expert
    ExpertUp,
    ExpertDown,
    SharedGate, ///< of the expert that every token sees
    SharedUp,
    SharedDown,
    SharedRouter,
    QueryDown, ///< latent attention: to the queries' latent
    QueryDownNorm,
    QueryUp,    ///< from there to the queries
    LatentDown, ///< to the latent and the rotated key
    LatentNorm,
    LatentKeys,       ///< each head's way from its query to the latents
    LatentValues,     ///< and from the latents to its values
    LatentKeysValues, ///< from the latents to each head's key and value
    PostFeedForwardNorm,
    OutputNorm,
    Output,
    RopeFactors,
    ShortRopeFactors,
    LongRopeFactors,
    HeadDense,
    HeadOutput
};

/// The name of a slot in a file, without ".weight" or ".bias"; "{}" stands for the number of the layer,
/// a second one for that of the expert. A slot may stand several times: checkpoints of one family differ.
struct TensorName
{
    Slot slot;
    std::string_view name;
};

/// A family's names. A slot that stands among its own is not looked up among those it shares with its
/// relatives.
struct TensorNames
{
    std::span<const TensorName> own;
    std::span<const TensorName> shared;
};

enum class Network { Decoder, Encoder };
enum class Positions { Rope, Learned };
enum class NormPlace {
    Before, ///< x + f(norm(x))
    After,  ///< norm(x + f(x))
    Around, ///< x + norm(f(norm(x)))
    Result  ///< x + norm(f(x))
};
enum class Residual {
    Sequential,    ///< the feed-forward net sees attention's result
    Parallel,      ///< both start from the same state, each with a norm of its own
    ParallelShared ///< and with one norm for both
};
enum class QueryKeyNorm { None, EachHead, AllHeads };
/// Which layers see a window only; a GGUF that names a window is taken at its word.
enum class Windows {
    None,        ///< none, whatever config.json says
    All,         ///< all
    Pattern,     ///< those that layer_types lists, else all but every n-th
    Flagged,     ///< with use_sliding_window: those that layer_types lists, else from max_window_layers on
    FlaggedEven, ///< likewise, else every other one from the first on, below max_window_layers
    FlaggedAll   ///< likewise, else all
};
enum class Presence { No, Optional, Yes };

/// What a family's configuration class takes where config.json is silent.
struct FolderDefaults
{
    int context = 2048;
    int heads = 0;    ///< 0: config.json must say
    int kvHeads = 0;  ///< 0: as many as heads
    int headSize = 0; ///< 0: hidden size / heads
    int window = 0;
    double normEpsilon = 1e-6;
    double ropeBase = 10000;
    double rotaryPart = 1;  ///< of each head
    double queryScalar = 0; ///< scores are divided by its root; 0: by that of the head size
    bool tied = false;
};

/// What a family differs in. One row of the table in families/table.cpp; the readers of hyperparameters, the
/// binding of tensors and the forward passes read it and nothing else.
struct ArchSpec
{
    std::string_view family;
    std::string_view ggufArchitecture;           ///< general.architecture; empty: no such file
    GgufExperts ggufExperts = GgufExperts::None; ///< what else a file of this family says
    std::string_view modelType;                  ///< model_type of config.json; empty: no such folder
    Network network = Network::Decoder;

    NormKind norm = NormKind::Rms;
    NormPlace normPlace = NormPlace::Before;
    Presence normBias = Presence::No;
    bool normLessOneInFolder = false; ///< a folder stores weight - 1

    Positions positions = Positions::Rope;
    RopeKind ropeInGguf = RopeKind::Halves; ///< some converters permute the rows of q and k
    RopeKind ropeInFolder = RopeKind::Halves;
    bool positionsAfterPadding = false; ///< in a folder: the table's first pad_token_id + 1 rows are not used
    double localRopeBase = 0;           ///< layers with a window turn by this, unscaled; 0: as the others
    int plainEvery = 0;                 ///< every n-th layer has no positions; 0: none

    Activation activation = Activation::Silu;
    std::string_view activationKey = "hidden_act"; ///< of config.json
    bool gated = true;
    Residual residual = Residual::Sequential;
    QueryKeyNorm queryKeyNorm = QueryKeyNorm::None;
    bool scaledEmbedding = false; ///< by sqrt(hidden size)
    float attentionSoftCap = 0;   ///< where the file is silent
    float logitSoftCap = 0;

    Windows windows = Windows::None;
    int fullEvery = 0;            ///< Windows::Pattern
    int layersScaledByHidden = 0; ///< a GGUF of so many layers scales scores by hidden size / heads

    Presence attentionBias = Presence::No; ///< of q, k and v
    Presence outputBias = Presence::No;    ///< of attention's output
    Presence feedForwardBias = Presence::No;
    Presence logitBias = Presence::No;

    MixtureSpec mixture;

    bool transposedInFolder = false;    ///< matrices lie [inputs, outputs] (GPT-2's Conv1D)
    bool headsTogetherInFolder = false; ///< QueryKeyValue is q, k, v of the first head, of the second, ...
    TensorNames ggufNames;
    TensorNames folderNames;
    std::span<const std::string_view> ignored; ///< parts of names of tensors that a forward pass does without
    FolderDefaults defaults;
};

/// @return null for a family that the table does not have
const ArchSpec *familyOfGguf(std::string_view architecture, GgufExperts experts);
const ArchSpec *familyOfFolder(std::string_view modelType);

/// Comma-separated, for messages.
std::string knownFamilies();

} // namespace engine
