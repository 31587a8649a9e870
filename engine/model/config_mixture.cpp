#include "engine/model/config_readers.h"
#include "engine/weights/names.h"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {

using Scoring = RouteParameters::Scoring;

constexpr int kMostExperts = 1 << 16; ///< a block of tokens times these stays within 32 bits

tl::unexpected<Error> damaged(const ModelFile &file, const std::string &reason)
{
    return fail(ErrorCode::Damaged, displayName(file.path()) + ": " + reason);
}

/// The number of rows of a layer's tensor; 0 where no layer has it.
int rowsOfFirst(const ModelFile &file, const ModelConfig &config, Slot slot)
{
    for (int layer = 0; layer < std::min(config.layers, int(file.tensors().size())); ++layer) {
        const Tensor *tensor = findTensor(file, *config.spec, slot, layer, ".weight");
        if (tensor && tensor->rows() <= kMostOfAnything) {
            return int(tensor->rows());
        }
    }
    return 0;
}

// GGUF: the keys and silent values of llama.cpp

Result<void> readRouteOfGguf(const GgufReader &read, const MixtureSpec &spec, RouteParameters &route)
{
    ASSIGN_OR_RETURN(route.chosen, read.count("expert_used_count"));
    ASSIGN_OR_RETURN(route.groups, read.countOr("expert_group_count", 1, 0));
    ASSIGN_OR_RETURN(route.chosenGroups, read.countOr("expert_group_used_count", route.groups, 0));
    if (route.groups <= 1) {
        route.groups = 1;
        route.chosenGroups = 1;
    }
    const int silent = spec.scoring == Scoring::Softmax ? 1 : 2;
    ASSIGN_OR_RETURN(const int gating, read.countOr("expert_gating_func", silent, 0));
    if (gating > 2) {
        return fail(ErrorCode::Unsupported, read.metadata.source + ": " + read.key("expert_gating_func") +
                                                " is " + std::to_string(gating));
    }
    route.scoring = (gating == 0 ? silent : gating) == 1 ? Scoring::Softmax : Scoring::Sigmoid;
    ASSIGN_OR_RETURN(route.normalize,
                     read.metadata.flagOr(read.key("expert_weights_norm"), spec.normalizeInGguf));
    ASSIGN_OR_RETURN(const double scale, read.numberOr("expert_weights_scale", 0));
    route.scale = scale != 0 ? float(scale) : 1.0f;
    return {};
}

Result<void> readMixtureOfGguf(const GgufReader &read, const MixtureSpec &spec, ModelConfig &config)
{
    Mixture &mixture = config.mixture;
    ASSIGN_OR_RETURN(mixture.experts, read.countOr("expert_count", 0, 0));
    if (!mixture) {
        return {};
    }
    RETURN_IF_ERROR(readRouteOfGguf(read, spec, mixture.route));
    mixture.sharedGate = spec.sharedGate;
    // Files from before these two keys: the experts that a token sees have as many values as a dense layer.
    const int share = std::max(1, config.feedForward / mixture.route.chosen);
    ASSIGN_OR_RETURN(mixture.feedForward, read.countOr("expert_feed_forward_length",
                                                       spec.sharedGate ? share : config.feedForward));
    ASSIGN_OR_RETURN(const int shared, read.countOr("expert_shared_count", 0, 0));
    const std::int64_t inner =
        spec.sharedGate ? config.feedForward : std::int64_t(shared) * mixture.feedForward;
    ASSIGN_OR_RETURN(mixture.sharedFeedForward,
                     read.countOr("expert_shared_feed_forward_length",
                                  int(std::min<std::int64_t>(inner, kMostOfAnything)), 0));
    return {};
}

/// Files that kept the layers which predict further tokens count them among the others.
Result<void> readPredictorsOfGguf(const GgufReader &read, const ModelFile &file, ModelConfig &config)
{
    ASSIGN_OR_RETURN(const int predictors, read.countOr("nextn_predict_layers", 0, 0));
    const std::string last = "blk." + std::to_string(config.layers - 1) + ".nextn.eh_proj.weight";
    if (predictors < config.layers && file.tensor(last)) {
        config.predictors = predictors;
        config.layers -= predictors;
    }
    return {};
}

Result<void> readLatentOfGguf(const GgufReader &read, const ModelFile &file, ModelConfig &config)
{
    Latent &latent = config.latent;
    ASSIGN_OR_RETURN(latent.rank, read.count("attention.kv_lora_rank"));
    ASSIGN_OR_RETURN(latent.queryRank,
                     read.countOr("attention.q_lora_rank", rowsOfFirst(file, config, Slot::QueryDown), 0));
    ASSIGN_OR_RETURN(latent.ropeSize, read.count("rope.dimension_count"));
    // Older files give a head's sizes without "_mla"; newer ones keep those keys for what is cached.
    ASSIGN_OR_RETURN(const int keySize, read.has("attention.key_length_mla")
                                            ? read.count("attention.key_length_mla")
                                            : read.count("attention.key_length"));
    ASSIGN_OR_RETURN(latent.valueSize, read.has("attention.value_length_mla")
                                           ? read.count("attention.value_length_mla")
                                           : read.count("attention.value_length"));
    latent.plainSize = keySize - latent.ropeSize;
    return {};
}

// Folders: the keys and silent values of the families' configuration classes in transformers

Result<void> readRouteOfFolder(const JsonReader &read, const MixtureSpec &spec, RouteParameters &route)
{
    ASSIGN_OR_RETURN(route.chosen, spec.chosen > 0 ? read.countOr({"num_experts_per_tok"}, spec.chosen)
                                                   : read.count({"num_experts_per_tok"}));
    ASSIGN_OR_RETURN(const std::string method, read.textOr({"topk_method"}, "greedy"));
    if (!spec.groupsNeedMethod || method == "group_limited_greedy") {
        ASSIGN_OR_RETURN(route.groups, read.countOr({"n_group"}, spec.groups));
        ASSIGN_OR_RETURN(route.chosenGroups, read.countOr({"topk_group"}, spec.chosenGroups));
    }
    const bool soft = spec.scoring == Scoring::Softmax;
    ASSIGN_OR_RETURN(const std::string scoring, read.textOr({"scoring_func"}, soft ? "softmax" : "sigmoid"));
    if (scoring != "softmax" && scoring != "sigmoid") {
        return fail(ErrorCode::Unsupported,
                    read.where() + ": scoring_func is \"" + printable(scoring) + "\"");
    }
    route.scoring = scoring == "softmax" ? Scoring::Softmax : Scoring::Sigmoid;
    route.normalize = spec.normalizeIsFixed ? spec.normalizeInFolder
                                            : read.flag({"norm_topk_prob"}, spec.normalizeInFolder);
    ASSIGN_OR_RETURN(const double scale, read.numberOr({"routed_scaling_factor"}, spec.scale));
    route.scale = float(scale);
    return {};
}

Result<int> readExperts(const JsonReader &read, int silent)
{
    return read.countOr({"num_local_experts", "num_experts", "n_routed_experts"}, silent, 0);
}

Result<void> readMixtureOfFolder(const JsonReader &read, const MixtureSpec &spec, ModelConfig &config)
{
    Mixture &mixture = config.mixture;
    ASSIGN_OR_RETURN(mixture.experts, readExperts(read, spec.experts));
    if (!mixture) {
        return {};
    }
    RETURN_IF_ERROR(readRouteOfFolder(read, spec, mixture.route));
    mixture.sharedGate = spec.sharedGate;
    mixture.feedForward = config.feedForward;
    if (spec.feedForward > 0) {
        ASSIGN_OR_RETURN(mixture.feedForward, read.countOr({"moe_intermediate_size"}, spec.feedForward));
    }
    if (spec.sharedFeedForward > 0) {
        ASSIGN_OR_RETURN(mixture.sharedFeedForward,
                         read.countOr({"shared_expert_intermediate_size"}, spec.sharedFeedForward, 0));
    } else if (spec.sharedExperts > 0 && !read.isNull("n_shared_experts")) {
        ASSIGN_OR_RETURN(const int shared, read.countOr({"n_shared_experts"}, spec.sharedExperts, 0));
        mixture.sharedFeedForward =
            int(std::min<std::int64_t>(std::int64_t(shared) * mixture.feedForward, kMostOfAnything));
    }
    return {};
}

Result<void> readLatentOfFolder(const JsonReader &read, const ModelFile &file, ModelConfig &config)
{
    const Latent &silent = config.spec->mixture.latentDefaults;
    Latent &latent = config.latent;
    ASSIGN_OR_RETURN(latent.rank, read.countOr({"kv_lora_rank"}, silent.rank));
    if (read.find({"q_lora_rank"})) { // null says that there is none, silence nothing: see what the file has
        ASSIGN_OR_RETURN(latent.queryRank, read.countOr({"q_lora_rank"}, 0, 0));
    } else if (!read.isNull("q_lora_rank")) {
        latent.queryRank = rowsOfFirst(file, config, Slot::QueryDown);
    }
    ASSIGN_OR_RETURN(latent.plainSize, read.countOr({"qk_nope_head_dim"}, silent.plainSize));
    ASSIGN_OR_RETURN(latent.ropeSize, read.countOr({"qk_rope_head_dim"}, silent.ropeSize));
    ASSIGN_OR_RETURN(latent.valueSize, read.countOr({"v_head_dim"}, silent.valueSize));
    config.ropeKind = read.flag({"rope_interleave"}, true) ? RopeKind::Pairs : RopeKind::Halves;
    return {};
}

Result<void> checkMixture(const ModelFile &file, const Mixture &mixture)
{
    const RouteParameters &route = mixture.route;
    if (mixture.experts > kMostExperts || route.groups < 1 || mixture.experts % route.groups != 0) {
        return damaged(file, std::to_string(mixture.experts) + " experts in " + std::to_string(route.groups) +
                                 " groups");
    }
    if (route.chosenGroups < 1 || route.chosenGroups > route.groups || route.chosen < 1 ||
        route.chosen > mixture.experts / route.groups * route.chosenGroups) {
        return damaged(file, "a token's " + std::to_string(route.chosen) + " experts from " +
                                 std::to_string(route.chosenGroups) + " of " + std::to_string(route.groups) +
                                 " groups of " + std::to_string(mixture.experts / route.groups));
    }
    if (!std::isfinite(route.scale)) {
        return damaged(file, "the scale of experts is no number");
    }
    return {};
}

Result<void> checkLatent(const ModelFile &file, const ModelConfig &config)
{
    const Latent &latent = config.latent;
    const std::int64_t widest = std::max({latent.queryHead(), latent.keySize(), latent.valueSize});
    if (latent.plainSize < 1 || latent.ropeSize < 2 || widest * config.heads > kMostOfAnything) {
        return damaged(file, std::to_string(config.heads) + " heads of " + std::to_string(latent.plainSize) +
                                 " + " + std::to_string(latent.ropeSize) + " values over latents of " +
                                 std::to_string(latent.rank));
    }
    return {};
}

/// The usual fields, as far as they are read for latent attention.
void fitToLatent(ModelConfig &config)
{
    config.headSize = config.latent.queryHead();
    config.kvHeads = config.heads; // a GGUF says 1, meaning the latent
    config.ropeDimensions = config.latent.ropeSize;
    double scale = 1 / std::sqrt(double(config.headSize));
    if (config.ropeScaling.kind == RopeScaling::Kind::Yarn) {
        // The growth that YaRN has on sine and cosine, here on all of queries and keys.
        const double growth =
            yarnMagnitude(config.ropeScaling.factor, config.ropeScaling.attentionMultiplier);
        scale *= growth * growth;
    }
    config.attentionScale = float(scale);
}

Result<void> finish(const ModelFile &file, ModelConfig &config)
{
    if (config.mixture) {
        RETURN_IF_ERROR(checkMixture(file, config.mixture));
    }
    if (config.spec->mixture.latent) {
        RETURN_IF_ERROR(checkLatent(file, config));
        fitToLatent(config);
    }
    return {};
}

} // namespace

Result<GgufExperts> ggufExperts(const GgufReader &read)
{
    ASSIGN_OR_RETURN(const int experts, read.countOr("expert_count", 0, 0));
    ASSIGN_OR_RETURN(const int gating, read.countOr("expert_gating_func", 1, 0));
    return experts == 0 ? GgufExperts::None : gating == 2 ? GgufExperts::Sigmoid : GgufExperts::Softmax;
}

Result<void> readMixture(const GgufReader &read, const ModelFile &file, ModelConfig &config)
{
    const MixtureSpec &spec = config.spec->mixture;
    if (spec.experts == 0) {
        return {};
    }
    RETURN_IF_ERROR(readMixtureOfGguf(read, spec, config));
    RETURN_IF_ERROR(readPredictorsOfGguf(read, file, config));
    if (spec.latent) {
        RETURN_IF_ERROR(readLatentOfGguf(read, file, config));
    }
    return finish(file, config);
}

Result<void> readMixture(const JsonReader &read, const ModelFile &file, ModelConfig &config)
{
    const MixtureSpec &spec = config.spec->mixture;
    if (spec.experts == 0) {
        return {};
    }
    RETURN_IF_ERROR(readMixtureOfFolder(read, spec, config));
    ASSIGN_OR_RETURN(config.predictors, read.countOr({"num_nextn_predict_layers"}, spec.predictors, 0));
    if (spec.latent) {
        RETURN_IF_ERROR(readLatentOfFolder(read, file, config));
    }
    return finish(file, config);
}

} // namespace engine
