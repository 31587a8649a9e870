#include "engine/model/config_readers.h"
#include "engine/weights/json.h"
#include "engine/weights/names.h"
#include "engine/weights/quant.h"

#include <algorithm>
#include <optional>

namespace engine {
namespace {

using Json = nlohmann::json;
using Kind = RopeScaling::Kind;

std::optional<Kind> kindNamed(std::string_view name)
{
    constexpr std::pair<std::string_view, Kind> kNames[] = {
        {"default", Kind::None},      {"none", Kind::None}, {"linear", Kind::Linear},
        {"llama3", Kind::Llama3},     {"yarn", Kind::Yarn}, {"su", Kind::LongRope},
        {"longrope", Kind::LongRope},
    };
    const auto *found = std::ranges::find(kNames, name, &std::pair<std::string_view, Kind>::first);
    return found == std::end(kNames) ? std::nullopt : std::optional(found->second);
}

tl::unexpected<Error> unknownKind(const std::string &where, const std::string &name)
{
    return fail(ErrorCode::Unsupported,
                where + " is \"" + printable(name) + "\"; known: default, linear, llama3, yarn, longrope");
}

/// Peng et al. 2023; with both multipliers (DeepSeek) their ratio is left on sine and cosine.
Result<void> readYarn(const JsonReader &read, RopeScaling &scaling)
{
    ASSIGN_OR_RETURN(const double multiplier, read.numberOr({"mscale"}, 0));
    ASSIGN_OR_RETURN(scaling.attentionMultiplier, read.numberOr({"mscale_all_dim"}, 0));
    double magnitude = yarnMagnitude(scaling.factor);
    if (multiplier != 0 && scaling.attentionMultiplier != 0) {
        magnitude = yarnMagnitude(scaling.factor, multiplier) /
                    yarnMagnitude(scaling.factor, scaling.attentionMultiplier);
    }
    ASSIGN_OR_RETURN(scaling.magnitude, read.numberOr({"attention_factor"}, magnitude));
    ASSIGN_OR_RETURN(scaling.fastTurns, read.numberOr({"beta_fast"}, 32));
    ASSIGN_OR_RETURN(scaling.slowTurns, read.numberOr({"beta_slow"}, 1));
    scaling.wholeDimensions = read.flag({"truncate"}, true);
    return {};
}

Result<void> readLongRope(const JsonReader &read, RopeScaling &scaling)
{
    ASSIGN_OR_RETURN(scaling.shortFactors, read.numbersOr({"short_factor"}));
    ASSIGN_OR_RETURN(scaling.longFactors, read.numbersOr({"long_factor"}));
    ASSIGN_OR_RETURN(
        scaling.magnitude,
        read.numberOr({"attention_factor"}, longRopeMagnitude(scaling.factor, scaling.originalContext)));
    return {};
}

/// @param read  the object with the scaling. @param outer  config.json itself
Result<RopeScaling> readScaling(const JsonReader &read, const JsonReader &outer, const ModelConfig &config)
{
    RopeScaling scaling;
    ASSIGN_OR_RETURN(const std::string type, read.textOr({"rope_type", "type"}, "default"));
    const auto kind = kindNamed(type);
    if (!kind) {
        return unknownKind(read.where() + ": rope_type", type);
    }
    // Phi-3 of 2024 called its two sets "yarn" as well.
    scaling.kind = *kind == Kind::Yarn && read.find({"short_factor"}) ? Kind::LongRope : *kind;
    if (scaling.kind == Kind::None) {
        return scaling;
    }
    ASSIGN_OR_RETURN(const double inner,
                     read.numberOr({"original_max_position_embeddings"}, double(config.context)));
    ASSIGN_OR_RETURN(scaling.originalContext, outer.numberOr({"original_max_position_embeddings"}, inner));
    const bool mayDerive = scaling.kind == Kind::Yarn || scaling.kind == Kind::LongRope;
    if (!mayDerive && !read.find({"factor"})) {
        return read.damaged("factor", "is missing");
    }
    ASSIGN_OR_RETURN(scaling.factor,
                     read.numberOr({"factor"}, config.context / std::max(1.0, scaling.originalContext)));
    ASSIGN_OR_RETURN(scaling.lowFrequency, read.numberOr({"low_freq_factor"}, 1));
    ASSIGN_OR_RETURN(scaling.highFrequency, read.numberOr({"high_freq_factor"}, 4));
    if (scaling.kind == Kind::Yarn) {
        RETURN_IF_ERROR(readYarn(read, scaling));
    } else if (scaling.kind == Kind::LongRope) {
        RETURN_IF_ERROR(readLongRope(read, scaling));
    }
    return scaling;
}

/// A vector of the file as floats; empty where it is missing.
Result<std::vector<float>> factorsOf(const ModelFile &file, const ModelConfig &config, Slot slot)
{
    std::vector<float> values;
    const Tensor *tensor = findTensor(file, *config.spec, slot, 0, ".weight");
    if (tensor && tensor->shape.size() == 1) {
        values.resize(std::size_t(tensor->shape[0]));
        RETURN_IF_ERROR(dequantize(tensor->type, tensor->data, values));
    }
    return values;
}

/// The two sets of factors are tensors; no key names them.
Result<void> readGgufLongRope(const ModelFile &file, const GgufReader &read, ModelConfig &config)
{
    RopeScaling &scaling = config.ropeScaling;
    ASSIGN_OR_RETURN(scaling.shortFactors, factorsOf(file, config, Slot::ShortRopeFactors));
    ASSIGN_OR_RETURN(scaling.longFactors, factorsOf(file, config, Slot::LongRopeFactors));
    if (scaling.shortFactors.empty() && scaling.longFactors.empty()) {
        return {};
    }
    scaling.kind = Kind::LongRope;
    scaling.factor = config.context / std::max(1.0, scaling.originalContext);
    ASSIGN_OR_RETURN(scaling.magnitude,
                     read.numberOr("rope.scaling.attn_factor",
                                   longRopeMagnitude(scaling.factor, scaling.originalContext)));
    return {};
}

/// As llama.cpp reads it: attn_factor multiplies; with a log multiplier (DeepSeek's mscale_all_dim / 10)
/// nothing else is left on sine and cosine.
Result<void> readGgufYarn(const GgufReader &read, RopeScaling &scaling)
{
    ASSIGN_OR_RETURN(const double logMultiplier, read.numberOr("rope.scaling.yarn_log_multiplier", 0));
    scaling.attentionMultiplier = 10 * logMultiplier;
    ASSIGN_OR_RETURN(scaling.magnitude,
                     read.numberOr("rope.scaling.yarn_attn_factor",
                                   logMultiplier != 0 ? 1 : yarnMagnitude(scaling.factor)));
    ASSIGN_OR_RETURN(const double factor, read.numberOr("rope.scaling.attn_factor", 1));
    scaling.magnitude *= factor;
    ASSIGN_OR_RETURN(scaling.fastTurns, read.numberOr("rope.scaling.yarn_beta_fast", 32));
    ASSIGN_OR_RETURN(scaling.slowTurns, read.numberOr("rope.scaling.yarn_beta_slow", 1));
    return {};
}

} // namespace

/// Older files have rope_theta and rope_scaling, newer ones rope_parameters with both; files of models with
/// windows may have an object for each kind of layer.
Result<void> readFolderRope(const JsonReader &read, ModelConfig &config)
{
    const ArchSpec &spec = *config.spec;
    config.ropeKind = read.flag({"rotary_emb_interleaved"}, false) ? RopeKind::Pairs : spec.ropeInFolder;
    ASSIGN_OR_RETURN(double part,
                     read.numberOr({"partial_rotary_factor", "rotary_pct", "rotary_emb_fraction"},
                                   spec.defaults.rotaryPart));
    ASSIGN_OR_RETURN(config.ropeBase,
                     read.numberOr({"rope_theta", "rotary_emb_base"}, spec.defaults.ropeBase));
    ASSIGN_OR_RETURN(config.localRopeBase, read.numberOr({"rope_local_base_freq"}, spec.localRopeBase));
    const Json *parameters = read.find({"rope_scaling"});
    if (!parameters || parameters->empty()) {
        parameters = read.find({"rope_parameters"});
    }
    if (parameters) {
        if (!parameters->is_object()) {
            return read.damaged("rope_scaling", "is no object");
        }
        const JsonReader outer(*parameters, read.where() + ": rope parameters");
        if (const Json *local = outer.find({"sliding_attention"}); local && local->is_object()) {
            const JsonReader inner(*local, outer.where());
            ASSIGN_OR_RETURN(config.localRopeBase, inner.numberOr({"rope_theta"}, config.localRopeBase));
        }
        const Json *global = outer.find({"full_attention"});
        const JsonReader inner(global && global->is_object() ? *global : *parameters, outer.where());
        ASSIGN_OR_RETURN(config.ropeBase, inner.numberOr({"rope_theta"}, config.ropeBase));
        ASSIGN_OR_RETURN(part, inner.numberOr({"partial_rotary_factor"}, part));
        ASSIGN_OR_RETURN(config.ropeScaling, readScaling(inner, read, config));
    }
    if (!(part > 0 && part <= 1)) {
        return read.damaged("partial_rotary_factor", "is " + std::to_string(part));
    }
    ASSIGN_OR_RETURN(config.ropeDimensions, read.countOr({"rotary_dim"}, int(part * config.headSize)));
    return {};
}

Result<void> readGgufRope(const ModelFile &file, const GgufReader &read, ModelConfig &config)
{
    const ArchSpec &spec = *config.spec;
    config.ropeKind = spec.ropeInGguf;
    ASSIGN_OR_RETURN(config.ropeDimensions, read.countOr("rope.dimension_count", config.headSize));
    ASSIGN_OR_RETURN(config.ropeBase, read.numberOr("rope.freq_base", 10000));
    ASSIGN_OR_RETURN(config.localRopeBase, read.numberOr("rope.freq_base_swa", spec.localRopeBase));
    RopeScaling &scaling = config.ropeScaling;
    ASSIGN_OR_RETURN(scaling.originalContext,
                     read.numberOr("rope.scaling.original_context_length", double(config.context)));
    ASSIGN_OR_RETURN(const double oldKey, read.numberOr("rope.scale_linear", 1));
    ASSIGN_OR_RETURN(scaling.factor, read.numberOr("rope.scaling.factor", oldKey));
    std::string type = scaling.factor == 1 ? "none" : "linear";
    if (read.has("rope.scaling.type")) {
        ASSIGN_OR_RETURN(type, read.metadata.text(read.key("rope.scaling.type")));
    }
    const auto kind = kindNamed(type);
    if (!kind || *kind == Kind::Llama3) {
        return unknownKind(read.metadata.source + ": " + read.key("rope.scaling.type"), type);
    }
    scaling.kind = *kind == Kind::LongRope ? Kind::None : *kind;
    if (scaling.kind == Kind::Yarn) {
        RETURN_IF_ERROR(readGgufYarn(read, scaling));
    }
    return readGgufLongRope(file, read, config);
}

} // namespace engine
