#include "engine/model/config_readers.h"

#include "engine/weights/json.h"

namespace engine {

using Json = nlohmann::json;

const Json *JsonReader::find(Keys keys) const
{
    for (const std::string_view key : keys) {
        if (const auto it = m_object.find(key); it != m_object.end() && !it->is_null()) {
            return &*it;
        }
    }
    return nullptr;
}

bool JsonReader::isNull(std::string_view key) const
{
    const auto it = m_object.find(key);
    return it != m_object.end() && it->is_null();
}

tl::unexpected<Error> JsonReader::damaged(std::string_view key, const std::string &reason) const
{
    return fail(ErrorCode::Damaged, m_where + ": " + std::string(key) + " " + reason);
}

Result<int> JsonReader::countOr(Keys keys, int fallback, std::int64_t least) const
{
    const Json *value = find(keys);
    if (!value) {
        return fallback;
    }
    if (!value->is_number_integer() ||
        (value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t(kMostOfAnything))) {
        return damaged(*keys.begin(), "is no number that can be");
    }
    const auto number = value->get<std::int64_t>();
    if (number < least || number > kMostOfAnything) {
        return damaged(*keys.begin(), "is " + std::to_string(number));
    }
    return int(number);
}

Result<int> JsonReader::count(Keys keys) const
{
    if (!find(keys)) {
        return damaged(*keys.begin(), "is missing");
    }
    return countOr(keys, 0);
}

Result<double> JsonReader::numberOr(Keys keys, double fallback) const
{
    const Json *value = find(keys);
    if (!value) {
        return fallback;
    }
    if (!value->is_number()) {
        return damaged(*keys.begin(), "is no number");
    }
    return value->get<double>();
}

Result<std::string> JsonReader::textOr(Keys keys, const std::string &fallback) const
{
    const Json *value = find(keys);
    if (!value) {
        return fallback;
    }
    if (!value->is_string()) {
        return damaged(*keys.begin(), "is no text");
    }
    return value->get<std::string>();
}

Result<std::vector<float>> JsonReader::numbersOr(Keys keys) const
{
    std::vector<float> numbers;
    const Json *value = find(keys);
    if (!value) {
        return numbers;
    }
    if (!value->is_array()) {
        return damaged(*keys.begin(), "is no list");
    }
    for (const Json &entry : *value) {
        if (!entry.is_number()) {
            return damaged(*keys.begin(), "has what is no number");
        }
        numbers.push_back(entry.get<float>());
    }
    return numbers;
}

bool JsonReader::flag(Keys keys, bool fallback) const
{
    const Json *value = find(keys);
    return value && value->is_boolean() ? value->get<bool>() : fallback;
}

Result<int> GgufReader::count(std::string_view name, std::int64_t least) const
{
    ASSIGN_OR_RETURN(const std::int64_t value, metadata.integer(key(name), least, kMostOfAnything));
    return int(value);
}

Result<int> GgufReader::countOr(std::string_view name, int fallback, std::int64_t least) const
{
    ASSIGN_OR_RETURN(const std::int64_t value,
                     metadata.integerOr(key(name), fallback, least, kMostOfAnything));
    return int(value);
}

Result<double> GgufReader::numberOr(std::string_view name, double fallback) const
{
    return metadata.numberOr(key(name), fallback);
}

void planLayers(ModelConfig &config, int window, const LayerTest &isWindowed, const LayerTest &isPlain)
{
    config.plan.assign(std::size_t(config.layers), {});
    for (int i = 0; i < config.layers; ++i) {
        LayerPlan &layer = config.plan[std::size_t(i)];
        const bool windowed = isWindowed(i);
        layer.window = windowed ? window : 0;
        if (config.spec->positions != Positions::Rope || isPlain(i)) {
            layer.rope = LayerPlan::Rope::None;
        } else if (windowed && config.localRopeBase > 0) {
            layer.rope = LayerPlan::Rope::Local;
        }
    }
}

LayerTest windowedByPattern(int fullEvery)
{
    return [fullEvery](int layer) { return fullEvery == 0 || (layer + 1) % fullEvery != 0; };
}

LayerTest plainByPattern(int plainEvery)
{
    return [plainEvery](int layer) { return plainEvery != 0 && (layer + 1) % plainEvery == 0; };
}

} // namespace engine
