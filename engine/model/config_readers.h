#pragma once

#include "engine/model/config.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <initializer_list>

namespace engine {

/// No hyperparameter of a model that fits a machine comes near it; products of two stay within 64 bits.
constexpr std::int64_t kMostOfAnything = 1 << 24;

/// Members of one JSON object, checked; `where` names file and object in errors. A member that families
/// spell differently has several keys: the first that is there counts, null as if it were not. Errors of
/// all: Damaged.
class JsonReader
{
public:
    using Keys = std::initializer_list<std::string_view>;

    JsonReader(const nlohmann::json &object, std::string where)
        : m_object(object)
        , m_where(std::move(where))
    {
    }

    const std::string &where() const { return m_where; }

    const nlohmann::json *find(Keys keys) const;
    bool isNull(std::string_view key) const; ///< there, and null: often not the same as missing
    Result<int> count(Keys keys) const;      ///< at least 1
    Result<int> countOr(Keys keys, int fallback, std::int64_t least = 1) const;
    Result<double> numberOr(Keys keys, double fallback) const;
    Result<std::string> textOr(Keys keys, const std::string &fallback) const;
    Result<std::vector<float>> numbersOr(Keys keys) const; ///< empty where it is missing
    bool flag(Keys keys, bool fallback) const;
    tl::unexpected<Error> damaged(std::string_view key, const std::string &reason) const;

private:
    const nlohmann::json &m_object;
    std::string m_where;
};

/// Reads "<architecture>.<key>" of a GGUF's metadata. Errors as Metadata's.
struct GgufReader
{
    const Metadata &metadata;
    std::string prefix;

    std::string key(std::string_view name) const { return prefix + "." + std::string(name); }

    bool has(std::string_view name) const { return metadata.contains(key(name)); }

    Result<int> count(std::string_view name, std::int64_t least = 1) const;
    Result<int> countOr(std::string_view name, int fallback, std::int64_t least = 1) const;
    Result<double> numberOr(std::string_view name, double fallback) const;
};

// The two halves of readConfig: each fills what its format says; readConfig checks the whole.
Result<ModelConfig> readGgufConfig(const ModelFile &file);
Result<ModelConfig> readFolderConfig(const ModelFile &file);

// Rotary positions, of either format; the head's size is known by then.
Result<void> readGgufRope(const ModelFile &file, const GgufReader &read, ModelConfig &config);
Result<void> readFolderRope(const JsonReader &read, ModelConfig &config);

// Mixtures of experts and latent attention, where the family has them; rotary positions are known by then.
Result<void> readMixture(const GgufReader &read, const ModelFile &file, ModelConfig &config);
Result<void> readMixture(const JsonReader &read, const ModelFile &file, ModelConfig &config);
Result<GgufExperts> ggufExperts(const GgufReader &read);

/// A JSON object of the folder or of a folder in it. Errors: NotFound, Unreadable, Damaged.
Result<nlohmann::json> readJsonFile(const ModelFile &file, const std::string &name);
/// What sentence-transformers writes beside a model; each file may be missing.
Result<void> readSentenceFiles(const ModelFile &file, ModelConfig &config);

/// Every layer brings tensors: a number of layers above theirs is refused before anything grows with it.
Result<void> checkLayers(const ModelFile &file, const ModelConfig &config);

/// Fills the plan: which layers have a window, and which no positions.
using LayerTest = std::function<bool(int layer)>;
void planLayers(ModelConfig &config, int window, const LayerTest &isWindowed, const LayerTest &isPlain);
/// As the family's pattern says it.
LayerTest windowedByPattern(int fullEvery);
LayerTest plainByPattern(int plainEvery);

} // namespace engine
