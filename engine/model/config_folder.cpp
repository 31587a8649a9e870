#include "engine/model/config_readers.h"
#include "engine/weights/json.h"
#include "engine/weights/mapped_file.h"
#include "engine/weights/names.h"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {

using Json = nlohmann::json;

/// Members of one JSON object, checked; `where` names file and object in errors.
struct Reader
{
    const Json &object;
    std::string where;

    const Json *find(const char *key) const
    {
        const auto it = object.find(key);
        return it == object.end() || it->is_null() ? nullptr : &*it;
    }

    tl::unexpected<Error> damaged(const char *key, const std::string &reason) const
    {
        return fail(ErrorCode::Damaged, where + ": " + key + " " + reason);
    }

    Result<int> countOr(const char *key, int fallback, std::int64_t least = 1) const
    {
        const Json *value = find(key);
        if (!value) {
            return fallback;
        }
        if (!value->is_number_integer() ||
            (value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t(kMostOfAnything))) {
            return damaged(key, "is no number that can be");
        }
        const auto number = value->get<std::int64_t>();
        if (number < least || number > kMostOfAnything) {
            return damaged(key, "is " + std::to_string(number));
        }
        return int(number);
    }

    Result<int> count(const char *key) const
    {
        if (!find(key)) {
            return damaged(key, "is missing");
        }
        return countOr(key, 0);
    }

    Result<double> numberOr(const char *key, double fallback) const
    {
        const Json *value = find(key);
        if (!value) {
            return fallback;
        }
        if (!value->is_number()) {
            return damaged(key, "is no number");
        }
        return value->get<double>();
    }

    Result<std::string> textOr(const char *key, const std::string &fallback) const
    {
        const Json *value = find(key);
        if (!value) {
            return fallback;
        }
        if (!value->is_string()) {
            return damaged(key, "is no text");
        }
        return value->get<std::string>();
    }

    bool flag(const char *key, bool fallback) const
    {
        const Json *value = find(key);
        return value && value->is_boolean() ? value->get<bool>() : fallback;
    }
};

/// A JSON object of the folder or of a folder in it. Errors: NotFound, Unreadable, Damaged.
Result<Json> parse(const ModelFile &file, const std::string &name)
{
    ASSIGN_OR_RETURN(const MappedFile mapped, MappedFile::open(file.path() / name));
    const auto bytes = mapped.bytes();
    const std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    ASSIGN_OR_RETURN(Json json, parseJson(text, name));
    if (!json.is_object()) {
        return fail(ErrorCode::Damaged, name + ": no JSON object");
    }
    return json;
}

bool isMissing(const Result<Json> &json)
{
    return !json && json.error().code == ErrorCode::NotFound;
}

Result<Activation> activation(const Reader &read, Activation fallback)
{
    ASSIGN_OR_RETURN(const std::string name, read.textOr("hidden_act", ""));
    if (name.empty()) {
        return fallback;
    }
    if (name == "silu" || name == "swish") {
        return Activation::Silu;
    }
    if (name == "gelu") {
        return Activation::GeluExact;
    }
    if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast") {
        return Activation::GeluTanh;
    }
    if (name == "relu") {
        return Activation::Relu;
    }
    return fail(ErrorCode::Unsupported, read.where + ": hidden_act is \"" + printable(name) + "\"");
}

Result<RopeScaling> ropeScaling(const Reader &read, const ModelConfig &config)
{
    RopeScaling scaling;
    ASSIGN_OR_RETURN(const std::string oldKey, read.textOr("type", "default"));
    ASSIGN_OR_RETURN(const std::string type, read.textOr("rope_type", oldKey));
    if (type == "default") {
        return scaling;
    }
    if (type != "linear" && type != "llama3") {
        return fail(ErrorCode::Unsupported, read.where + ": rope_type is \"" + printable(type) +
                                                "\"; known: default, linear, llama3");
    }
    scaling.kind = type == "linear" ? RopeScaling::Kind::Linear : RopeScaling::Kind::Llama3;
    ASSIGN_OR_RETURN(scaling.factor, read.numberOr("factor", 1));
    ASSIGN_OR_RETURN(scaling.lowFrequency, read.numberOr("low_freq_factor", 1));
    ASSIGN_OR_RETURN(scaling.highFrequency, read.numberOr("high_freq_factor", 4));
    ASSIGN_OR_RETURN(scaling.originalContext,
                     read.numberOr("original_max_position_embeddings", config.context));
    return scaling;
}

/// Older files have rope_theta and rope_scaling, newer ones rope_parameters with both.
Result<void> readRope(const Reader &read, ModelConfig &config)
{
    config.ropeKind = config.spec->ropeInFolder;
    ASSIGN_OR_RETURN(const double partial, read.numberOr("partial_rotary_factor", 1));
    config.ropeDimensions = partial > 0 && partial <= 1 ? int(std::lround(partial * config.headSize)) : 0;
    ASSIGN_OR_RETURN(config.ropeBase, read.numberOr("rope_theta", 10000));
    const Json *parameters = read.find("rope_parameters");
    if (!parameters) {
        parameters = read.find("rope_scaling");
    }
    if (!parameters) {
        return {};
    }
    if (!parameters->is_object()) {
        return read.damaged("rope_parameters", "is no object");
    }
    const Reader inner{*parameters, read.where + ": rope parameters"};
    ASSIGN_OR_RETURN(config.ropeBase, inner.numberOr("rope_theta", config.ropeBase));
    ASSIGN_OR_RETURN(config.ropeScaling, ropeScaling(inner, config));
    return {};
}

Result<void> readWindow(const Reader &read, ModelConfig &config)
{
    if (config.spec->windowNeedsFlag) {
        if (read.flag("use_sliding_window", false)) {
            return fail(ErrorCode::Unsupported, read.where + ": use_sliding_window");
        }
        return {};
    }
    ASSIGN_OR_RETURN(config.window, read.countOr("sliding_window", 0, 0));
    return {};
}

/// What sentence-transformers writes beside a model; each file may be missing.
Result<void> readSentenceFiles(const ModelFile &file, ModelConfig &config)
{
    if (auto pooling = parse(file, "1_Pooling/config.json"); !isMissing(pooling)) {
        ASSIGN_OR_RETURN(const Json json, std::move(pooling));
        const Reader read{json, "1_Pooling/config.json"};
        if (read.flag("pooling_mode_cls_token", false)) {
            config.pooling = Backend::Pooling::First;
        } else if (read.flag("pooling_mode_lasttoken", false)) {
            config.pooling = Backend::Pooling::Last;
        } else if (!read.flag("pooling_mode_mean_tokens", false)) {
            return fail(ErrorCode::Unsupported, read.where + ": no pooling we know (mean, cls, last)");
        }
    }
    if (auto lengths = parse(file, "sentence_bert_config.json"); !isMissing(lengths)) {
        ASSIGN_OR_RETURN(const Json json, std::move(lengths));
        const Reader read{json, "sentence_bert_config.json"};
        ASSIGN_OR_RETURN(const int longest, read.countOr("max_seq_length", config.context));
        config.context = std::min(config.context, longest);
    }
    return {};
}

Result<void> readEncoder(const ModelFile &file, const Reader &read, ModelConfig &config)
{
    ASSIGN_OR_RETURN(const std::string kind, read.textOr("position_embedding_type", "absolute"));
    if (kind != "absolute") {
        return fail(ErrorCode::Unsupported,
                    read.where + ": position_embedding_type is \"" + printable(kind) + "\"");
    }
    if (config.spec->positionsAfterPadding) {
        ASSIGN_OR_RETURN(const int padding, read.countOr("pad_token_id", 1, 0));
        config.positionOffset = padding + 1;
        config.context -= config.positionOffset;
        if (config.context < 1) {
            return read.damaged("max_position_embeddings", "leaves no room after pad_token_id");
        }
    }
    return readSentenceFiles(file, config);
}

} // namespace

Result<ModelConfig> readFolderConfig(const ModelFile &file)
{
    ASSIGN_OR_RETURN(const Json json, parse(file, "config.json"));
    const Reader read{json, "config.json"};
    ASSIGN_OR_RETURN(const std::string modelType, read.textOr("model_type", ""));
    ModelConfig config;
    config.spec = familyOfFolder(modelType);
    if (!config.spec) {
        return fail(ErrorCode::Unsupported,
                    "config.json: model_type is \"" + printable(modelType) + "\"; known: " + knownFamilies());
    }
    ASSIGN_OR_RETURN(config.name, read.textOr("_name_or_path", ""));
    ASSIGN_OR_RETURN(config.layers, read.count("num_hidden_layers"));
    ASSIGN_OR_RETURN(config.hidden, read.count("hidden_size"));
    ASSIGN_OR_RETURN(config.feedForward, read.count("intermediate_size"));
    ASSIGN_OR_RETURN(config.context, read.count("max_position_embeddings"));
    ASSIGN_OR_RETURN(config.heads, read.count("num_attention_heads"));
    ASSIGN_OR_RETURN(config.kvHeads, read.countOr("num_key_value_heads", config.heads));
    ASSIGN_OR_RETURN(config.headSize, read.countOr("head_dim", std::max(1, config.hidden / config.heads)));
    const char *epsilonKey = config.spec->norm == NormKind::Rms ? "rms_norm_eps" : "layer_norm_eps";
    ASSIGN_OR_RETURN(const double epsilon,
                     read.numberOr(epsilonKey, config.spec->norm == NormKind::Rms ? 1e-6 : 1e-12));
    config.normEpsilon = float(epsilon);
    config.tied = read.flag("tie_word_embeddings", false);
    ASSIGN_OR_RETURN(config.activation, activation(read, config.spec->activation));
    RETURN_IF_ERROR(readWindow(read, config));
    if (config.spec->positions == Positions::Rope) {
        RETURN_IF_ERROR(readRope(read, config));
    }
    if (config.spec->network == Network::Encoder) {
        RETURN_IF_ERROR(readEncoder(file, read, config));
    }
    return config;
}

} // namespace engine
