#include "engine/model/config_readers.h"
#include "engine/weights/names.h"

#include <algorithm>

namespace engine {
namespace {

/// Reads "<architecture>.<key>".
struct Reader
{
    const Metadata &metadata;
    std::string prefix;

    std::string key(std::string_view name) const { return prefix + "." + std::string(name); }

    bool has(std::string_view name) const { return metadata.contains(key(name)); }

    Result<int> count(std::string_view name, std::int64_t least = 1) const
    {
        ASSIGN_OR_RETURN(const std::int64_t value, metadata.integer(key(name), least, kMostOfAnything));
        return int(value);
    }

    Result<int> countOr(std::string_view name, int fallback, std::int64_t least = 1) const
    {
        ASSIGN_OR_RETURN(const std::int64_t value,
                         metadata.integerOr(key(name), fallback, least, kMostOfAnything));
        return int(value);
    }

    Result<double> numberOr(std::string_view name, double fallback) const
    {
        return metadata.numberOr(key(name), fallback);
    }
};

Result<void> readAttention(const Reader &read, ModelConfig &config)
{
    ASSIGN_OR_RETURN(config.heads, read.count("attention.head_count"));
    ASSIGN_OR_RETURN(config.kvHeads, read.countOr("attention.head_count_kv", config.heads));
    ASSIGN_OR_RETURN(config.headSize,
                     read.countOr("attention.key_length", std::max(1, config.hidden / config.heads)));
    ASSIGN_OR_RETURN(const int valueSize, read.countOr("attention.value_length", config.headSize));
    if (valueSize != config.headSize) {
        return fail(ErrorCode::Unsupported, read.metadata.source + ": " + read.key("attention.value_length") +
                                                " differs from the key length");
    }
    ASSIGN_OR_RETURN(config.window, read.countOr("attention.sliding_window", 0, 0));
    return {};
}

Result<void> readRope(const Reader &read, ModelConfig &config)
{
    config.ropeKind = config.spec->ropeInGguf;
    ASSIGN_OR_RETURN(config.ropeDimensions, read.countOr("rope.dimension_count", config.headSize));
    ASSIGN_OR_RETURN(config.ropeBase, read.numberOr("rope.freq_base", 10000));
    if (!read.has("rope.scaling.type")) {
        return {};
    }
    ASSIGN_OR_RETURN(const std::string type, read.metadata.text(read.key("rope.scaling.type")));
    if (type == "none") {
        return {};
    }
    if (type != "linear") {
        return fail(ErrorCode::Unsupported, read.metadata.source + ": " + read.key("rope.scaling.type") +
                                                " is \"" + printable(type) + "\"; known: none, linear");
    }
    config.ropeScaling.kind = RopeScaling::Kind::Linear;
    ASSIGN_OR_RETURN(config.ropeScaling.factor, read.numberOr("rope.scaling.factor", 1));
    return {};
}

Result<void> readNorm(const Reader &read, ModelConfig &config)
{
    const std::string key = read.key(config.spec->norm == NormKind::Rms ? "attention.layer_norm_rms_epsilon"
                                                                        : "attention.layer_norm_epsilon");
    ASSIGN_OR_RETURN(const double epsilon, read.metadata.number(key));
    config.normEpsilon = float(epsilon);
    return {};
}

/// llama.cpp's numbering: 0 none, 1 mean, 2 cls, 3 last, 4 rank.
Result<void> readPooling(const Reader &read, ModelConfig &config)
{
    ASSIGN_OR_RETURN(const int type, read.countOr("pooling_type", 1, 0));
    if (type > 4) {
        return fail(ErrorCode::Damaged,
                    read.metadata.source + ": " + read.key("pooling_type") + " is " + std::to_string(type));
    }
    if (type == 2 || type == 4) {
        config.pooling = Backend::Pooling::First;
    } else if (type == 3) {
        config.pooling = Backend::Pooling::Last;
    }
    return {};
}

} // namespace

Result<ModelConfig> readGgufConfig(const ModelFile &file)
{
    const Metadata &metadata = file.metadata();
    ASSIGN_OR_RETURN(const std::string architecture, metadata.text("general.architecture"));
    ModelConfig config;
    config.spec = familyOfGguf(architecture);
    if (!config.spec) {
        return fail(ErrorCode::Unsupported, metadata.source + ": general.architecture is \"" +
                                                printable(architecture) + "\"; known: " + knownFamilies());
    }
    if (metadata.contains("general.name")) {
        ASSIGN_OR_RETURN(config.name, metadata.text("general.name"));
    }
    const Reader read{metadata, architecture};
    ASSIGN_OR_RETURN(config.layers, read.count("block_count"));
    ASSIGN_OR_RETURN(config.hidden, read.count("embedding_length"));
    ASSIGN_OR_RETURN(config.feedForward, read.count("feed_forward_length"));
    ASSIGN_OR_RETURN(config.context, read.count("context_length"));
    RETURN_IF_ERROR(readAttention(read, config));
    RETURN_IF_ERROR(readNorm(read, config));
    if (config.spec->positions == Positions::Rope) {
        RETURN_IF_ERROR(readRope(read, config));
    }
    if (config.spec->network == Network::Encoder) {
        RETURN_IF_ERROR(readPooling(read, config));
    }
    config.activation = config.spec->activation;
    return config;
}

} // namespace engine
