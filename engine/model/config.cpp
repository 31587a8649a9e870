#include "engine/model/config.h"

#include "engine/model/config_readers.h"
#include "engine/weights/names.h"

#include <cmath>
#include <cstring>
#include <numbers>

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

/// Every layer brings tensors, every value of a hidden state a column: sizes cannot exceed what the file
/// holds.
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
    if (std::size_t(config.layers) > file.tensors().size()) {
        return damaged(file, std::to_string(config.layers) + " layers but " +
                                 std::to_string(file.tensors().size()) + " tensors");
    }
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
    if (config.spec->positions == Positions::Rope &&
        (config.ropeDimensions < 2 || config.ropeDimensions > config.headSize ||
         config.ropeDimensions % 2 != 0)) {
        return damaged(file, "rope turns " + std::to_string(config.ropeDimensions) + " values of a head of " +
                                 std::to_string(config.headSize));
    }
    return {};
}

Result<void> checkNumbers(const ModelFile &file, const ModelConfig &config)
{
    if (!std::isfinite(config.normEpsilon) || config.normEpsilon <= 0 || config.normEpsilon > 1) {
        return damaged(file, "norm epsilon is " + std::to_string(config.normEpsilon));
    }
    if (!std::isfinite(config.ropeBase) || config.ropeBase < 1) {
        return damaged(file, "rope base is " + std::to_string(config.ropeBase));
    }
    const RopeScaling &scaling = config.ropeScaling;
    const bool finite = std::isfinite(scaling.factor) && std::isfinite(scaling.lowFrequency) &&
                        std::isfinite(scaling.highFrequency) && std::isfinite(scaling.originalContext);
    if (!finite || scaling.factor < 1e-3 || scaling.factor > 1e6 || scaling.lowFrequency <= 0 ||
        scaling.highFrequency <= scaling.lowFrequency || scaling.originalContext < 1) {
        return damaged(file, "rope scaling is out of range");
    }
    return {};
}

/// The prefixes under which a whole model may hang in a checkpoint.
constexpr std::string_view kFolderPrefixes[] = {"", "model.", "bert.", "roberta."};

std::string_view nameOf(const TensorNames &names, Slot slot)
{
    for (const std::span<const TensorName> list : {names.own, names.shared}) {
        for (const TensorName &entry : list) {
            if (entry.slot == slot) {
                return entry.name;
            }
        }
    }
    return {};
}

double scaledFrequency(double frequency, const RopeScaling &scaling)
{
    if (scaling.kind == RopeScaling::Kind::None) {
        return frequency;
    }
    if (scaling.kind == RopeScaling::Kind::Linear) {
        return frequency / scaling.factor;
    }
    const double wave = 2 * std::numbers::pi / frequency;
    if (wave < scaling.originalContext / scaling.highFrequency) {
        return frequency;
    }
    if (wave > scaling.originalContext / scaling.lowFrequency) {
        return frequency / scaling.factor;
    }
    const double keep = (scaling.originalContext / wave - scaling.lowFrequency) /
                        (scaling.highFrequency - scaling.lowFrequency);
    return (1 - keep) * frequency / scaling.factor + keep * frequency;
}

} // namespace

Result<ModelConfig> readConfig(const ModelFile &file)
{
    ASSIGN_OR_RETURN(ModelConfig config,
                     file.format() == FileFormat::Gguf ? readGgufConfig(file) : readFolderConfig(file));
    config.format = file.format();
    if (config.name.empty()) {
        config.name = pathName(file);
    }
    RETURN_IF_ERROR(checkSizes(file, config));
    RETURN_IF_ERROR(checkHeads(file, config));
    RETURN_IF_ERROR(checkNumbers(file, config));
    return config;
}

std::string tensorName(const ArchSpec &spec, FileFormat format, Slot slot, int layer, std::string_view suffix)
{
    const TensorNames &names = format == FileFormat::Gguf ? spec.ggufNames : spec.folderNames;
    std::string name(nameOf(names, slot));
    if (name.empty()) {
        return name;
    }
    if (const auto at = name.find("{}"); at != std::string::npos) {
        name.replace(at, 2, std::to_string(layer));
    }
    return name.append(suffix);
}

const Tensor *findTensor(const ModelFile &file, const ArchSpec &spec, Slot slot, int layer,
                         std::string_view suffix)
{
    const std::string name = tensorName(spec, file.format(), slot, layer, suffix);
    if (name.empty()) {
        return nullptr;
    }
    if (file.format() == FileFormat::Gguf) {
        return file.tensor(name);
    }
    for (const std::string_view prefix : kFolderPrefixes) {
        if (const Tensor *tensor = file.tensor(std::string(prefix) + name)) {
            return tensor;
        }
    }
    return nullptr;
}

std::vector<float> ropeFrequencies(const ModelConfig &config, const std::vector<float> &factors)
{
    std::vector<float> frequencies(std::size_t(config.ropeDimensions / 2));
    for (std::size_t i = 0; i < frequencies.size(); ++i) {
        const double exponent = -2.0 * double(i) / config.ropeDimensions;
        double frequency = scaledFrequency(std::pow(config.ropeBase, exponent), config.ropeScaling);
        if (!factors.empty()) {
            frequency /= double(factors[i]);
        }
        frequencies[i] = float(frequency);
    }
    return frequencies;
}

LayerKv ModelConfig::kvOf(int /*layer*/) const
{
    return {.heads = kvHeads,
            .keySize = headSize,
            .valueSize = headSize,
            .valuesInKeys = false,
            .window = window};
}

} // namespace engine
