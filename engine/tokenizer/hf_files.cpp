#include "engine/tokenizer/hf_files.h"

#include "engine/tokenizer/added_tokens.h"
#include "engine/tokenizer/hf_steps.h"
#include "engine/tokenizer/hf_vocabulary.h"
#include "engine/weights/json.h"

#include <array>
#include <map>

namespace engine {

namespace {

using nlohmann::json;

constexpr const char *kQwenExpression =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

json byteLevel(bool ownExpression)
{
    return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", !ownExpression}};
}

/// What a class of transformers does to text before the merges.
Result<void> addSteps(const std::string &tokenizerClass, json &root)
{
    if (tokenizerClass.starts_with("Qwen2Tokenizer")) {
        root["normalizer"] = {{"type", "NFC"}};
        const json split{{"type", "Split"},
                         {"pattern", {{"Regex", kQwenExpression}}},
                         {"behavior", "Isolated"},
                         {"invert", false}};
        root["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", {split, byteLevel(true)}}};
        return {};
    }
    if (tokenizerClass.empty() || tokenizerClass.starts_with("GPT2Tokenizer") ||
        tokenizerClass.starts_with("CodeGenTokenizer")) {
        root["pre_tokenizer"] = byteLevel(false);
        return {};
    }
    return fail(ErrorCode::Unsupported, "vocab.json and merges.txt of \"" + tokenizerClass.substr(0, 64) +
                                            "\" without a tokenizer.json");
}

json mergesOf(const std::string &text)
{
    json merges = json::array();
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        line = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
        if (!line.empty() && !line.starts_with("#version")) {
            merges.push_back(std::string(line));
        }
    }
    return merges;
}

/// Added tokens, and the special ones that are named but lie in the vocabulary.
Result<json> addedOf(const ModelFile &folder, const json &config, const json &vocab)
{
    ASSIGN_OR_RETURN(const auto tokens, addedTokens(folder));
    json added = json::array();
    std::map<std::string, bool> known;
    for (const AddedToken &token : tokens) {
        known[token.text] = true;
        added.push_back({{"id", token.id},
                         {"content", token.text},
                         {"special", token.special},
                         {"lstrip", token.stripLeft},
                         {"rstrip", token.stripRight},
                         {"single_word", token.wholeWord}});
    }
    const json map = readHfConfig(folder, "special_tokens_map.json");
    for (const char *name : {"bos_token", "eos_token", "unk_token", "pad_token"}) {
        for (const json *source : {&config, &map}) {
            const std::string text = namedTokenText(*source, name);
            if (!text.empty() && !known[text] && vocab.contains(text)) {
                known[text] = true;
                added.push_back({{"id", vocab[text]}, {"content", text}, {"special", true}});
            }
        }
    }
    return added;
}

} // namespace

Result<json> readTokenizerJson(const ModelFile &folder)
{
    const auto own = folder.textFile("tokenizer.json");
    if (own) {
        return parseJson(*own, "tokenizer.json");
    }
    if (own.error().code != ErrorCode::NotFound) {
        return tl::unexpected(own.error());
    }
    ASSIGN_OR_RETURN(const std::string vocabText, folder.textFile("vocab.json"));
    ASSIGN_OR_RETURN(const std::string mergesText, folder.textFile("merges.txt"));
    ASSIGN_OR_RETURN(json vocab, parseJson(vocabText, "vocab.json"));
    if (!vocab.is_object()) {
        return fail(ErrorCode::Damaged, "vocab.json: no object");
    }
    const json config = readHfConfig(folder, "tokenizer_config.json");
    json root;
    RETURN_IF_ERROR(addSteps(textOf(config, "tokenizer_class"), root));
    ASSIGN_OR_RETURN(root["added_tokens"], addedOf(folder, config, vocab));
    root["model"] = {{"type", "BPE"}, {"merges", mergesOf(mergesText)}};
    root["model"]["vocab"] = std::move(vocab);
    return root;
}

} // namespace engine
