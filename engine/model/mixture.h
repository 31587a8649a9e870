#pragma once

#include "engine/backend/experts.h"

namespace engine {

/// The mixture of experts of a model's layers (Shazeer et al. 2017). Layers without a router in the file are
/// dense.
struct Mixture
{
    int experts = 0;           ///< 0: every layer is dense
    int feedForward = 0;       ///< inner values of one expert
    int sharedFeedForward = 0; ///< of the expert that every token sees; 0: none
    bool sharedGate = false;   ///< its result times the sigmoid of a gate of its own (Qwen2-MoE)
    RouteParameters route;     ///< without the selection bias, which each layer has its own of

    explicit operator bool() const { return experts > 0; }
};

/// Multi-head latent attention (DeepSeek-V2, §2.1): what is cached of a position is one latent and one
/// rotated part of a key, shared by all heads.
struct Latent
{
    int rank = 0;      ///< values of the latent; 0: the model's attention is of the usual kind
    int queryRank = 0; ///< of the latent that queries come from; 0: straight from the state
    int plainSize = 0; ///< of a head's query and key, not rotated
    int ropeSize = 0;  ///< rotated
    int valueSize = 0; ///< of a head

    int queryHead() const { return plainSize + ropeSize; }

    int keySize() const { return rank + ropeSize; } ///< cached for each position

    explicit operator bool() const { return rank > 0; }
};

/// What a GGUF says of its experts: some families share a general.architecture and differ in it.
enum class GgufExperts { None, Softmax, Sigmoid };

/// What a family's files leave unsaid of its mixture and its latent attention: the values of its
/// configuration class, and what llama.cpp takes for a GGUF.
struct MixtureSpec
{
    int experts = 0; ///< in a folder; 0: the family has no mixtures
    int chosen = 0;
    int feedForward = 0;       ///< of an expert; 0: as a dense layer
    int sharedExperts = 0;     ///< of `feedForward` inner values each
    int sharedFeedForward = 0; ///< instead, where config.json counts inner values
    bool sharedGate = false;
    int groups = 1;
    int chosenGroups = 1;
    bool groupsNeedMethod = false; ///< in a folder: groups count only with topk_method group_limited_greedy
    RouteParameters::Scoring scoring = RouteParameters::Scoring::Softmax;
    bool normalizeInFolder = false;
    bool normalizeInGguf = false;
    bool normalizeIsFixed = false; ///< whatever the files say
    double scale = 1;
    int predictors = 0; ///< layers behind the last that predict further tokens; a pass does without them
    bool latent = false;
    Latent latentDefaults;
};

} // namespace engine
