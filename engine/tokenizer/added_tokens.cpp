#include "engine/tokenizer/added_tokens.h"

#include "engine/tokenizer/hf_steps.h"
#include "engine/tokenizer/hf_vocabulary.h"

#include <charconv>
#include <map>

namespace engine {

namespace {

using nlohmann::json;

constexpr std::size_t kMostAdded = 1'000'000;

/// {"32000": {"content": "<|x|>", "special": true, ...}, ...}
Result<void> readDecoder(const json &decoder, std::map<std::int64_t, AddedToken> &tokens)
{
    const std::string source = "tokenizer_config.json: added_tokens_decoder";
    for (const auto &[key, entry] : decoder.items()) {
        std::int64_t id = -1;
        const auto end = key.data() + key.size();
        const auto parsed = std::from_chars(key.data(), end, id);
        if (parsed.ec != std::errc() || parsed.ptr != end || textOf(entry, "content").empty()) {
            return fail(ErrorCode::Damaged, source + ": an entry that is no id with content");
        }
        tokens[id] = {id,
                      textOf(entry, "content"),
                      flagOf(entry, "special", false),
                      flagOf(entry, "lstrip", false),
                      flagOf(entry, "rstrip", false),
                      flagOf(entry, "single_word", false),
                      source};
    }
    return {};
}

/// {"<|x|>": 32000, ...}; says nothing of what they are.
Result<void> readList(const json &list, std::map<std::int64_t, AddedToken> &tokens)
{
    for (const auto &[text, id] : list.items()) {
        if (!id.is_number_integer()) {
            return fail(ErrorCode::Damaged, "added_tokens.json: an id that is no number");
        }
        const auto number = id.get<std::int64_t>();
        tokens.try_emplace(number, AddedToken{.id = number, .text = text, .source = "added_tokens.json"});
    }
    return {};
}

} // namespace

Result<std::vector<AddedToken>> addedTokens(const ModelFile &folder)
{
    std::map<std::int64_t, AddedToken> tokens;
    const json config = readHfConfig(folder, "tokenizer_config.json");
    const json *decoder = memberOf(config, "added_tokens_decoder");
    const json list = readHfConfig(folder, "added_tokens.json");
    if ((decoder != nullptr && decoder->size() > kMostAdded) || list.size() > kMostAdded) {
        return fail(ErrorCode::Damaged, "tokenizer_config.json: too many added tokens");
    }
    if (decoder != nullptr && decoder->is_object()) {
        RETURN_IF_ERROR(readDecoder(*decoder, tokens));
    }
    if (list.is_object()) {
        RETURN_IF_ERROR(readList(list, tokens));
    }
    std::vector<AddedToken> sorted;
    sorted.reserve(tokens.size());
    for (auto &[id, token] : tokens) {
        sorted.push_back(std::move(token));
    }
    return sorted;
}

std::string namedTokenText(const json &config, const char *name)
{
    const json *value = memberOf(config, name);
    return value == nullptr     ? std::string()
           : value->is_object() ? textOf(*value, "content")
                                : textOf(config, name);
}

} // namespace engine
