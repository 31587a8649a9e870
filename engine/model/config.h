#pragma once

#include "engine/base/result.h"
#include "engine/model/families.h"
#include "engine/model/rope.h"
#include "engine/weights/model_file.h"

#include <cstdint>
#include <string>
#include <vector>

namespace engine {

/// What one layer keeps for each position. Layers that keep the same share their pages.
struct LayerKv
{
    int heads = 0;
    int keySize = 0; ///< of a head
    int valueSize = 0;
    bool valuesInKeys = false; ///< the value is the first valueSize numbers of the key
    int window = 0;            ///< positions a query sees, itself included; 0: all

    bool operator==(const LayerKv &) const = default;
};

/// How one layer of a model differs from the next.
struct LayerPlan
{
    enum class Rope { None, Global, Local };
    int window = 0;           ///< positions a query sees, itself included; 0: all
    Rope rope = Rope::Global; ///< which frequencies turn q and k
};

/// The hyperparameters of one model. Read from the file and checked: what is here is safe to compute with.
struct ModelConfig
{
    const ArchSpec *spec = nullptr;
    FileFormat format = FileFormat::Gguf;
    std::string name; ///< as the file says it, else the file's or folder's
    int layers = 0;
    int hidden = 0; ///< values of a hidden state
    int feedForward = 0;
    int heads = 0;
    int kvHeads = 0;
    int headSize = 0;
    int vocabulary = 0;          ///< rows of the embedding matrix
    int context = 0;             ///< tokens it was trained for
    int positionOffset = 0;      ///< learned positions: row of the first token
    std::vector<LayerPlan> plan; ///< [layers]
    float normEpsilon = 1e-5f;
    Activation activation = Activation::Silu;
    Residual residual = Residual::Sequential;
    float embeddingScale = 1;
    float attentionScale = 1;   ///< on q · k
    float attentionSoftCap = 0; ///< 0: none
    float logitSoftCap = 0;
    RopeKind ropeKind = RopeKind::Halves;
    int ropeDimensions = 0; ///< of each head
    double ropeBase = 10000;
    double localRopeBase = 0; ///< of layers with LayerPlan::Rope::Local; unscaled
    RopeScaling ropeScaling;
    Mixture mixture;
    Latent latent;
    int predictors = 0;  ///< layers behind the last whose tensors are left alone
    bool tied = false;   ///< the file asks for the embedding as output matrix
    bool embeds = false; ///< makes embeddings: every encoder, and a decoder whose files name a pooling
    Backend::Pooling pooling = Backend::Pooling::Mean;

    int querySize() const { return heads * headSize; }

    int kvSize() const { return kvHeads * headSize; }

    int mixedSize() const { return latent ? heads * latent.valueSize : querySize(); } ///< attention's result

    LayerKv kvOf(int layer) const;
};

/// Hyperparameters of a GGUF (its metadata) or a folder (config.json and its neighbours).
/// Errors: Damaged (file, field, reason), Unsupported (family, activation, rope scaling: names it).
Result<ModelConfig> readConfig(const ModelFile &file);

/// The tensor of a slot, by its family's name for it, or null. @param suffix ".weight", ".bias" or nothing
const Tensor *findTensor(const ModelFile &file, const ArchSpec &spec, Slot slot, int layer,
                         std::string_view suffix, int expert = 0);
/// The name that findTensor looks for; empty where the family has no such slot.
std::string tensorName(const ArchSpec &spec, FileFormat format, Slot slot, int layer, std::string_view suffix,
                       int expert = 0);

} // namespace engine
