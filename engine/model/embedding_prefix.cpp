#include "engine/model/embedding_prefix.h"

#include "engine/base/unicode.h"
#include "engine/weights/json.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace engine {
namespace {

struct KnownPrefixes
{
    std::string_view words; ///< whole words of the model's name, in lower case
    std::string_view query;
    std::string_view passage;
};

constexpr std::string_view kSearchQuery = "Represent this sentence for searching relevant passages: ";

/// As the authors' model cards give them; the first row that fits counts.
constexpr KnownPrefixes kKnown[] = {
    {"e5", "query: ", "passage: "},
    {"nomic embed", "search_query: ", "search_document: "},
    {"qwen3 embedding",
     "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:", ""},
    {"bge m3", "", ""},
    {"bge en", kSearchQuery, ""},
    {"mxbai embed", kSearchQuery, ""},
    {"arctic embed v2", "query: ", ""},
    {"arctic embed", kSearchQuery, ""},
};

/// `word` between characters that are neither letter nor digit, or the ends.
bool hasWord(std::string_view name, std::string_view word)
{
    const auto isWordCharacter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    for (auto at = name.find(word); at != std::string_view::npos; at = name.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if ((at == 0 || !isWordCharacter(name[at - 1])) &&
            (end == name.size() || !isWordCharacter(name[end]))) {
            return true;
        }
    }
    return false;
}

bool hasWords(std::string_view name, std::string_view words)
{
    for (std::size_t at = 0; at < words.size();) {
        const std::size_t end = std::min(words.find(' ', at), words.size());
        if (!hasWord(name, words.substr(at, end - at))) {
            return false;
        }
        at = end + 1;
    }
    return true;
}

std::optional<EmbeddingPrefixes> fromFolder(const ModelFile &file)
{
    const auto text = file.textFile("config_sentence_transformers.json");
    if (!text) {
        return {};
    }
    const auto json = parseJson(*text, "config_sentence_transformers.json");
    if (!json || !json->is_object() || !json->contains("prompts") || !json->at("prompts").is_object()) {
        return {};
    }
    const nlohmann::json &prompts = json->at("prompts");
    const auto prompt = [&](std::initializer_list<const char *> names) -> std::string {
        for (const char *name : names) {
            if (prompts.contains(name) && prompts.at(name).is_string()) {
                return prompts.at(name).get<std::string>();
            }
        }
        return {};
    };
    EmbeddingPrefixes prefixes{prompt({"query"}), prompt({"passage", "document"})};
    if (prefixes.query.empty() && prefixes.passage.empty()) {
        return {};
    }
    return prefixes;
}

std::string_view trimmed(std::string_view text)
{
    std::size_t begin = text.size();
    std::size_t end = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        if (!isWhitespace(nextCodePoint(text, at))) {
            begin = std::min(begin, start);
            end = at;
        }
    }
    return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

} // namespace

EmbeddingPrefixes embeddingPrefixes(const ModelFile &file, const ModelConfig &config)
{
    if (file.format() == FileFormat::HuggingFace) {
        if (auto prefixes = fromFolder(file)) {
            return *prefixes;
        }
    }
    std::string names = config.name + " " + file.path().lexically_normal().stem().string();
    std::ranges::transform(names, names.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    for (const KnownPrefixes &known : kKnown) {
        if (hasWords(names, known.words)) {
            return {std::string(known.query), std::string(known.passage)};
        }
    }
    return {};
}

std::string withPrefix(const EmbeddingPrefixes &prefixes, TextKind kind, std::string_view text)
{
    const std::string_view content = trimmed(text);
    switch (kind) {
    case TextKind::Query:
        return std::string(trimmed(prefixes.query + std::string(content)));
    case TextKind::Passage:
        return std::string(trimmed(prefixes.passage + std::string(content)));
    case TextKind::Raw:
        break;
    }
    return std::string(content);
}

} // namespace engine
