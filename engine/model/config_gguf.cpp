#include "engine/model/config_readers.h"
#include "engine/weights/names.h"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {

Result<void> readAttention(const GgufReader &read, ModelConfig &config)
{
    const ArchSpec &spec = *config.spec;
    ASSIGN_OR_RETURN(config.heads, read.count("attention.head_count"));
    ASSIGN_OR_RETURN(config.kvHeads, read.countOr("attention.head_count_kv", config.heads));
    const int derived = std::max(1, config.hidden / config.heads);
    ASSIGN_OR_RETURN(config.headSize, read.countOr("attention.key_length", derived));
    ASSIGN_OR_RETURN(const int valueSize, read.countOr("attention.value_length", config.headSize));
    if (valueSize != config.headSize && !spec.mixture.latent) {
        return fail(ErrorCode::Unsupported, read.metadata.source + ": " + read.key("attention.value_length") +
                                                " differs from the key length");
    }
    // No key says that the largest Gemma of a generation scales otherwise; its number of layers does.
    const int divisor = config.layers == spec.layersScaledByHidden ? derived : config.headSize;
    ASSIGN_OR_RETURN(const double scale, read.numberOr("attention.scale", 0));
    config.attentionScale = scale != 0 ? float(scale) : 1 / std::sqrt(float(divisor));
    ASSIGN_OR_RETURN(const double attentionCap,
                     read.numberOr("attn_logit_softcapping", double(spec.attentionSoftCap)));
    ASSIGN_OR_RETURN(const double logitCap,
                     read.numberOr("final_logit_softcapping", double(spec.logitSoftCap)));
    config.attentionSoftCap = float(attentionCap);
    config.logitSoftCap = float(logitCap);
    return {};
}

/// The pattern is "every n-th layer sees all", or a flag for each layer with a window.
Result<LayerTest> readPattern(const GgufReader &read, const ModelConfig &config)
{
    const MetadataValue *value = read.metadata.find(read.key("attention.sliding_window_pattern"));
    const auto *flags = value ? std::get_if<std::vector<std::int64_t>>(value) : nullptr;
    if (!flags) {
        ASSIGN_OR_RETURN(const int every,
                         read.countOr("attention.sliding_window_pattern", config.spec->fullEvery, 0));
        return windowedByPattern(every);
    }
    if (flags->size() < std::size_t(config.layers)) {
        return fail(ErrorCode::Damaged, read.metadata.source + ": " +
                                            read.key("attention.sliding_window_pattern") + " has " +
                                            std::to_string(flags->size()) + " layers");
    }
    return LayerTest([list = *flags](int layer) { return list[std::size_t(layer)] != 0; });
}

Result<void> readPlan(const GgufReader &read, ModelConfig &config)
{
    const LayerTest isPlain = plainByPattern(config.spec->plainEvery);
    ASSIGN_OR_RETURN(const int window, read.countOr("attention.sliding_window", 0, 0));
    if (window == 0) {
        planLayers(
            config, 0, [](int) { return false; }, isPlain);
        return {};
    }
    ASSIGN_OR_RETURN(const LayerTest isWindowed, readPattern(read, config));
    planLayers(config, window, isWindowed, isPlain);
    return {};
}

Result<void> readNorm(const GgufReader &read, ModelConfig &config)
{
    const std::string key = read.key(config.spec->norm == NormKind::Rms ? "attention.layer_norm_rms_epsilon"
                                                                        : "attention.layer_norm_epsilon");
    ASSIGN_OR_RETURN(const double epsilon, read.metadata.number(key));
    config.normEpsilon = float(epsilon);
    return {};
}

/// llama.cpp's numbering: 0 none, 1 mean, 2 cls, 3 last, 4 rank. A decoder with one makes embeddings.
Result<void> readPooling(const GgufReader &read, ModelConfig &config)
{
    const bool isDecoder = config.spec->network == Network::Decoder;
    ASSIGN_OR_RETURN(const int type, read.countOr("pooling_type", isDecoder ? 0 : 1, 0));
    if (type > 4) {
        return fail(ErrorCode::Damaged,
                    read.metadata.source + ": " + read.key("pooling_type") + " is " + std::to_string(type));
    }
    config.embeds = type > 0 && !(isDecoder && type == 4);
    if (type == 2 || type == 4) {
        config.pooling = Backend::Pooling::First;
    } else if (type == 3) {
        config.pooling = Backend::Pooling::Last;
    }
    return {};
}

Result<void> readResidual(const GgufReader &read, ModelConfig &config)
{
    config.residual = config.spec->residual;
    ASSIGN_OR_RETURN(const bool parallel, read.metadata.flagOr(read.key("use_parallel_residual"), true));
    if (config.residual == Residual::Parallel && !parallel) {
        config.residual = Residual::Sequential;
    }
    return {};
}

} // namespace

Result<ModelConfig> readGgufConfig(const ModelFile &file)
{
    const Metadata &metadata = file.metadata();
    ASSIGN_OR_RETURN(const std::string architecture, metadata.text("general.architecture"));
    ModelConfig config;
    const GgufReader read{metadata, architecture};
    ASSIGN_OR_RETURN(const GgufExperts experts, ggufExperts(read));
    config.spec = familyOfGguf(architecture, experts);
    if (!config.spec) {
        return fail(ErrorCode::Unsupported, metadata.source + ": general.architecture is \"" +
                                                printable(architecture) + "\"; known: " + knownFamilies());
    }
    if (metadata.contains("general.name")) {
        ASSIGN_OR_RETURN(config.name, metadata.text("general.name"));
    }
    ASSIGN_OR_RETURN(config.layers, read.count("block_count"));
    RETURN_IF_ERROR(checkLayers(file, config));
    ASSIGN_OR_RETURN(config.hidden, read.count("embedding_length"));
    ASSIGN_OR_RETURN(config.feedForward, read.count("feed_forward_length"));
    ASSIGN_OR_RETURN(config.context, read.count("context_length"));
    config.activation = config.spec->activation;
    RETURN_IF_ERROR(readAttention(read, config));
    RETURN_IF_ERROR(readNorm(read, config));
    RETURN_IF_ERROR(readResidual(read, config));
    if (config.spec->positions == Positions::Rope) {
        RETURN_IF_ERROR(readGgufRope(file, read, config));
    }
    RETURN_IF_ERROR(readMixture(read, file, config));
    RETURN_IF_ERROR(readPlan(read, config));
    RETURN_IF_ERROR(readPooling(read, config));
    return config;
}

} // namespace engine
