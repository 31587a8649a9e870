#include "engine/model/config.h"

#include "engine/model/config_readers.h"
#include "engine/weights/names.h"

#include <cmath>
#include <cstring>

namespace engine {
namespace {

tl::unexpected<Error> damaged(const ModelFile &file, const std::string &reason)
{
    return fail(ErrorCode::Damaged, displayName(file.path()) + ": " + reason);
}

std::string pathName(const ModelFile &file)
{
    const std::filesystem::path path = file.path().lexically_normal();
    const std::filesystem::path last = path.has_filename() ? path.filename() : path.parent_path().filename();
    return file.format() == FileFormat::Gguf ? last.stem().string() : last.string();
}

/// Every value of a hidden state is a column of the embedding: sizes cannot exceed what the file holds.
Result<void> checkSizes(const ModelFile &file, ModelConfig &config)
{
    const Tensor *embedding = findTensor(file, *config.spec, Slot::TokenEmbedding, 0, ".weight");
    if (!embedding || embedding->shape.size() != 2) {
        return damaged(file, "tensor " +
                                 tensorName(*config.spec, file.format(), Slot::TokenEmbedding, 0, ".weight") +
                                 " is missing or no matrix");
    }
    if (embedding->shape[1] != config.hidden || embedding->shape[0] < 1 ||
        embedding->shape[0] > kMostOfAnything) {
        return damaged(file, "tensor " + embedding->name + " has " + std::to_string(embedding->shape[0]) +
                                 " x " + std::to_string(embedding->shape[1]) +
                                 " values for an embedding length of " + std::to_string(config.hidden));
    }
    config.vocabulary = int(embedding->shape[0]);
    return {};
}

Result<void> checkHeads(const ModelFile &file, const ModelConfig &config)
{
    if (config.heads % config.kvHeads != 0) {
        return damaged(file, std::to_string(config.heads) + " heads do not divide by " +
                                 std::to_string(config.kvHeads) + " key-value heads");
    }
    if (std::int64_t(config.heads) * config.headSize > kMostOfAnything) {
        return damaged(file, std::to_string(config.heads) + " heads of " + std::to_string(config.headSize) +
                                 " values");
    }
    return {};
}

Result<void> checkRope(const ModelFile &file, const ModelConfig &config)
{
    if (config.ropeDimensions < 2 || config.ropeDimensions > config.headSize ||
        config.ropeDimensions % 2 != 0) {
        return damaged(file, "rope turns " + std::to_string(config.ropeDimensions) + " values of a head of " +
                                 std::to_string(config.headSize));
    }
    for (const double base : {config.ropeBase, config.localRopeBase > 0 ? config.localRopeBase : 10000}) {
        if (!std::isfinite(base) || base <= 1) {
            return damaged(file, "rope base is " + std::to_string(base));
        }
    }
    if (auto sound = checkRopeScaling(config.ropeScaling, config.ropeDimensions); !sound) {
        return damaged(file, sound.error().detail);
    }
    return {};
}

Result<void> checkNumbers(const ModelFile &file, const ModelConfig &config)
{
    if (!std::isfinite(config.normEpsilon) || config.normEpsilon <= 0 || config.normEpsilon > 1) {
        return damaged(file, "norm epsilon is " + std::to_string(config.normEpsilon));
    }
    for (const float value : {config.attentionScale, config.attentionSoftCap, config.logitSoftCap}) {
        if (!std::isfinite(value) || value < 0) {
            return damaged(file, "a scale or a soft cap is " + std::to_string(value));
        }
    }
    return {};
}

/// The prefixes under which a whole model may hang in a checkpoint.
constexpr std::string_view kFolderPrefixes[] = {"",
                                                "model.",
                                                "bert.",
                                                "roberta.",
                                                "transformer.",
                                                "gpt_neox.",
                                                "language_model.",
                                                "language_model.model.",
                                                "model.language_model."};

/// The patterns of a slot's name: the family's own, or else those it shares.
std::vector<std::string_view> patternsOf(const ArchSpec &spec, FileFormat format, Slot slot)
{
    const TensorNames &names = format == FileFormat::Gguf ? spec.ggufNames : spec.folderNames;
    std::vector<std::string_view> patterns;
    for (const std::span<const TensorName> list : {names.own, names.shared}) {
        for (const TensorName &entry : list) {
            if (entry.slot == slot) {
                patterns.push_back(entry.name);
            }
        }
        if (!patterns.empty()) {
            break;
        }
    }
    return patterns;
}

std::string fillIn(std::string_view pattern, int layer, std::string_view suffix, int expert)
{
    std::string name(pattern);
    for (const int number : {layer, expert}) {
        if (const auto at = name.find("{}"); at != std::string::npos) {
            name.replace(at, 2, std::to_string(number));
        }
    }
    return name.empty() ? name : name.append(suffix);
}

} // namespace

Result<void> checkLayers(const ModelFile &file, const ModelConfig &config)
{
    if (std::size_t(config.layers) > file.tensors().size()) {
        return damaged(file, std::to_string(config.layers) + " layers but " +
                                 std::to_string(file.tensors().size()) + " tensors");
    }
    return {};
}

Result<ModelConfig> readConfig(const ModelFile &file)
{
    ASSIGN_OR_RETURN(ModelConfig config,
                     file.format() == FileFormat::Gguf ? readGgufConfig(file) : readFolderConfig(file));
    config.format = file.format();
    if (config.name.empty()) {
        config.name = pathName(file);
    }
    if (config.spec->scaledEmbedding) {
        config.embeddingScale = std::sqrt(float(config.hidden));
    }
    RETURN_IF_ERROR(checkSizes(file, config));
    RETURN_IF_ERROR(checkHeads(file, config));
    RETURN_IF_ERROR(checkNumbers(file, config));
    if (config.spec->positions == Positions::Rope) {
        RETURN_IF_ERROR(checkRope(file, config));
    }
    return config;
}

std::string tensorName(const ArchSpec &spec, FileFormat format, Slot slot, int layer, std::string_view suffix,
                       int expert)
{
    const auto patterns = patternsOf(spec, format, slot);
    return patterns.empty() ? std::string() : fillIn(patterns.front(), layer, suffix, expert);
}

const Tensor *findTensor(const ModelFile &file, const ArchSpec &spec, Slot slot, int layer,
                         std::string_view suffix, int expert)
{
    for (const std::string_view pattern : patternsOf(spec, file.format(), slot)) {
        const std::string name = fillIn(pattern, layer, suffix, expert);
        if (name.empty()) {
            continue;
        }
        if (file.format() == FileFormat::Gguf) {
            if (const Tensor *tensor = file.tensor(name)) {
                return tensor;
            }
            continue;
        }
        for (const std::string_view prefix : kFolderPrefixes) {
            if (const Tensor *tensor = file.tensor(std::string(prefix) + name)) {
                return tensor;
            }
        }
    }
    return nullptr;
}

LayerKv ModelConfig::kvOf(int layer) const
{
    if (latent) {
        return {.heads = 1,
                .keySize = latent.keySize(),
                .valueSize = latent.rank,
                .valuesInKeys = true,
                .window = plan[std::size_t(layer)].window};
    }
    return {.heads = kvHeads,
            .keySize = headSize,
            .valueSize = headSize,
            .valuesInKeys = false,
            .window = plan[std::size_t(layer)].window};
}

} // namespace engine
