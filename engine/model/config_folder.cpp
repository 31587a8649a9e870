#include "engine/model/config_readers.h"
#include "engine/weights/json.h"
#include "engine/weights/mapped_file.h"
#include "engine/weights/names.h"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {

using Json = nlohmann::json;

Result<Activation> readActivation(const JsonReader &read, const ArchSpec &spec)
{
    ASSIGN_OR_RETURN(const std::string name, read.textOr({spec.activationKey}, ""));
    if (name.empty()) {
        return spec.activation;
    }
    if (name == "silu" || name == "swish" || name == "swiglu") {
        return Activation::Silu;
    }
    if (name == "gelu" || name == "gelu_python" || name == "geglu") {
        return Activation::GeluExact;
    }
    if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast") {
        return Activation::GeluTanh;
    }
    if (name == "relu") {
        return Activation::Relu;
    }
    return fail(ErrorCode::Unsupported,
                read.where() + ": " + std::string(spec.activationKey) + " is \"" + printable(name) +
                    "\"; known: silu, gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, relu");
}

/// Layer by layer "sliding_attention" or "full_attention"; empty where config.json does not list them.
Result<std::vector<bool>> readLayerTypes(const JsonReader &read, const ModelConfig &config)
{
    std::vector<bool> windowed;
    const Json *types = read.find({"layer_types"});
    if (!types || config.spec->windows == Windows::All) {
        return windowed;
    }
    if (!types->is_array() || types->size() < std::size_t(config.layers)) {
        return read.damaged("layer_types", "is no list of " + std::to_string(config.layers) + " layers");
    }
    for (const Json &type : *types) {
        const std::string name = type.is_string() ? type.get<std::string>() : std::string();
        if (name != "sliding_attention" && name != "full_attention") {
            return fail(ErrorCode::Unsupported,
                        read.where() + ": layer_types has \"" + printable(name) + "\"");
        }
        windowed.push_back(name == "sliding_attention");
    }
    return windowed;
}

/// Layers without positions: no_rope_layers has a 0 for each, else every n-th is one.
Result<LayerTest> readPlainLayers(const JsonReader &read, const ModelConfig &config)
{
    if (config.spec->plainEvery == 0) {
        return plainByPattern(0);
    }
    ASSIGN_OR_RETURN(const std::vector<float> turned, read.numbersOr({"no_rope_layers"}));
    if (turned.empty()) {
        ASSIGN_OR_RETURN(const int every, read.countOr({"no_rope_layer_interval"}, config.spec->plainEvery));
        return plainByPattern(every);
    }
    if (turned.size() < std::size_t(config.layers)) {
        return read.damaged("no_rope_layers", "is no list of " + std::to_string(config.layers) + " layers");
    }
    return LayerTest([turned](int layer) { return turned[std::size_t(layer)] == 0; });
}

bool isFlagged(const ArchSpec &spec)
{
    return spec.windows == Windows::Flagged || spec.windows == Windows::FlaggedEven ||
           spec.windows == Windows::FlaggedAll;
}

Result<LayerTest> readWindowedLayers(const JsonReader &read, const ModelConfig &config,
                                     const LayerTest &isPlain)
{
    const ArchSpec &spec = *config.spec;
    ASSIGN_OR_RETURN(const std::vector<bool> listed, readLayerTypes(read, config));
    if (!listed.empty()) {
        return LayerTest([listed](int layer) { return bool(listed[std::size_t(layer)]); });
    }
    if (spec.windows == Windows::FlaggedAll) {
        return LayerTest([](int) { return true; });
    }
    if (spec.windows == Windows::Flagged && spec.plainEvery > 0) {
        return isPlain; // SmolLM3: only what has no positions
    }
    if (isFlagged(spec)) {
        ASSIGN_OR_RETURN(const int first, read.countOr({"max_window_layers"}, 28, 0));
        if (spec.windows == Windows::FlaggedEven) {
            return LayerTest([first](int layer) { return layer < first && layer % 2 == 0; });
        }
        return LayerTest([first](int layer) { return layer >= first; });
    }
    ASSIGN_OR_RETURN(const int every,
                     read.countOr({"sliding_window_pattern", "_sliding_window_pattern"}, spec.fullEvery, 0));
    return windowedByPattern(spec.windows == Windows::Pattern ? every : 0);
}

Result<void> readPlan(const JsonReader &read, ModelConfig &config)
{
    const ArchSpec &spec = *config.spec;
    ASSIGN_OR_RETURN(const LayerTest isPlain, readPlainLayers(read, config));
    const bool off =
        spec.windows == Windows::None || (isFlagged(spec) && !read.flag({"use_sliding_window"}, false));
    if (off) {
        planLayers(
            config, 0, [](int) { return false; }, isPlain);
        return {};
    }
    ASSIGN_OR_RETURN(
        const int window,
        read.countOr({"sliding_window"}, read.isNull("sliding_window") ? 0 : spec.defaults.window, 0));
    ASSIGN_OR_RETURN(const LayerTest isWindowed, readWindowedLayers(read, config, isPlain));
    planLayers(config, window, isWindowed, isPlain);
    return {};
}

Result<void> readHeads(const JsonReader &read, ModelConfig &config)
{
    const FolderDefaults &defaults = config.spec->defaults;
    ASSIGN_OR_RETURN(config.heads, defaults.heads > 0
                                       ? read.countOr({"num_attention_heads", "n_head"}, defaults.heads)
                                       : read.count({"num_attention_heads", "n_head"}));
    const bool asHeads = defaults.kvHeads == 0 || read.isNull("num_key_value_heads");
    ASSIGN_OR_RETURN(config.kvHeads,
                     read.countOr({"num_key_value_heads"}, asHeads ? config.heads : defaults.kvHeads));
    const bool derived = defaults.headSize == 0 || read.isNull("head_dim");
    ASSIGN_OR_RETURN(
        config.headSize,
        read.countOr({"head_dim"}, derived ? std::max(1, config.hidden / config.heads) : defaults.headSize));
    return {};
}

/// Scale and soft caps of attention's scores, soft cap of the logits.
Result<void> readScores(const JsonReader &read, ModelConfig &config)
{
    const ArchSpec &spec = *config.spec;
    const double scalar = spec.defaults.queryScalar > 0 ? spec.defaults.queryScalar : config.headSize;
    ASSIGN_OR_RETURN(const double divisor, read.numberOr({"query_pre_attn_scalar"}, scalar));
    if (!(divisor > 0)) {
        return read.damaged("query_pre_attn_scalar", "is " + std::to_string(divisor));
    }
    config.attentionScale = read.flag({"scale_attn_weights"}, true) ? float(1 / std::sqrt(divisor)) : 1.0f;
    if (read.flag({"scale_attn_by_inverse_layer_idx"}, false)) {
        return fail(ErrorCode::Unsupported, read.where() + ": scale_attn_by_inverse_layer_idx");
    }
    const auto cap = [&](std::string_view key, float fallback) {
        return read.numberOr({key}, read.isNull(key) ? 0 : double(fallback));
    };
    if (spec.attentionSoftCap > 0) { // Gemma 3 has the key from Gemma 2, and its class does not heed it
        ASSIGN_OR_RETURN(const double attentionCap, cap("attn_logit_softcapping", spec.attentionSoftCap));
        config.attentionSoftCap = float(attentionCap);
    }
    ASSIGN_OR_RETURN(const double logitCap, cap("final_logit_softcapping", spec.logitSoftCap));
    config.logitSoftCap = float(logitCap);
    return {};
}

Result<void> readEncoder(const ModelFile &file, const JsonReader &read, ModelConfig &config)
{
    ASSIGN_OR_RETURN(const std::string kind, read.textOr({"position_embedding_type"}, "absolute"));
    if (kind != "absolute") {
        return fail(ErrorCode::Unsupported,
                    read.where() + ": position_embedding_type is \"" + printable(kind) + "\"");
    }
    for (const std::string_view key : {"prenorm", "parallel_block", "use_rms_norm"}) {
        if (read.flag({key}, false)) {
            return fail(ErrorCode::Unsupported, read.where() + ": " + std::string(key));
        }
    }
    if (config.spec->positionsAfterPadding) {
        ASSIGN_OR_RETURN(const int padding, read.countOr({"pad_token_id"}, 1, 0));
        config.positionOffset = padding + 1;
        config.context -= config.positionOffset;
        if (config.context < 1) {
            return read.damaged("max_position_embeddings", "leaves no room after pad_token_id");
        }
    }
    return readSentenceFiles(file, config);
}

Result<void> readSizes(const JsonReader &read, ModelConfig &config)
{
    const ArchSpec &spec = *config.spec;
    ASSIGN_OR_RETURN(config.layers, read.count({"num_hidden_layers", "n_layer"}));
    ASSIGN_OR_RETURN(config.hidden, read.count({"hidden_size", "n_embd"}));
    RETURN_IF_ERROR(
        read.countOr({"vocab_size"}, 1)); // the embedding has the word; a number that cannot be is refused
    ASSIGN_OR_RETURN(config.feedForward,
                     spec.gated ? read.count({"intermediate_size", "n_inner"})
                                : read.countOr({"intermediate_size", "n_inner"}, 4 * config.hidden));
    ASSIGN_OR_RETURN(config.context,
                     read.countOr({"max_position_embeddings", "max_trained_positions", "n_positions"},
                                  spec.defaults.context));
    RETURN_IF_ERROR(readHeads(read, config));
    ASSIGN_OR_RETURN(
        const double epsilon,
        read.numberOr({spec.norm == NormKind::Rms ? "rms_norm_eps" : "layer_norm_eps", "layer_norm_epsilon"},
                      spec.defaults.normEpsilon));
    config.normEpsilon = float(epsilon);
    config.tied = read.flag({"tie_word_embeddings"}, spec.defaults.tied);
    ASSIGN_OR_RETURN(config.activation, readActivation(read, spec));
    config.residual = spec.residual;
    if (spec.residual == Residual::Parallel && !read.flag({"use_parallel_residual"}, true)) {
        config.residual = Residual::Sequential;
    }
    return {};
}

} // namespace

Result<ModelConfig> readFolderConfig(const ModelFile &file)
{
    ASSIGN_OR_RETURN(const Json json, readJsonFile(file, "config.json"));
    const JsonReader whole(json, "config.json");
    // A model that also sees pictures keeps what concerns text in an object of its own.
    const Json *text = whole.find({"text_config"});
    const JsonReader read(text && text->is_object() ? *text : json, "config.json");
    ASSIGN_OR_RETURN(const std::string outerType, whole.textOr({"model_type"}, ""));
    ASSIGN_OR_RETURN(const std::string modelType, read.textOr({"model_type"}, outerType));
    ModelConfig config;
    config.spec = familyOfFolder(modelType);
    if (!config.spec) {
        return fail(ErrorCode::Unsupported,
                    "config.json: model_type is \"" + printable(modelType) + "\"; known: " + knownFamilies());
    }
    ASSIGN_OR_RETURN(config.name, whole.textOr({"_name_or_path"}, ""));
    RETURN_IF_ERROR(readSizes(read, config));
    RETURN_IF_ERROR(checkLayers(file, config));
    RETURN_IF_ERROR(readScores(read, config));
    if (config.spec->positions == Positions::Rope) {
        RETURN_IF_ERROR(readFolderRope(read, config));
    }
    RETURN_IF_ERROR(readMixture(read, file, config));
    RETURN_IF_ERROR(readPlan(read, config));
    if (config.spec->network == Network::Encoder) {
        RETURN_IF_ERROR(readEncoder(file, read, config));
    } else {
        RETURN_IF_ERROR(readSentenceFiles(file, config));
    }
    return config;
}

} // namespace engine
