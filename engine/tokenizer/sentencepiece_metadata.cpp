#include "engine/tokenizer/added_tokens.h"
#include "engine/tokenizer/hf_steps.h"
#include "engine/tokenizer/hf_vocabulary.h"
#include "engine/tokenizer/sentencepiece_file.h"
#include "engine/tokenizer/tokenizer_metadata.h"

#include <algorithm>
#include <array>

namespace engine {

namespace {

using nlohmann::json;
using Type = SentencePieceFile::Type;

/// What tokenizer.ggml.tokens and its companions hold.
struct TokenLists
{
    std::vector<std::string> texts;
    std::vector<std::int64_t> types;
    std::vector<double> scores;

    void add(std::string_view text, Type type, float score = 0)
    {
        texts.emplace_back(text);
        types.push_back(std::int64_t(type));
        scores.push_back(double(score));
    }

    void set(std::size_t id, std::string_view text, Type type)
    {
        while (texts.size() <= id) {
            add("[PAD" + std::to_string(texts.size()) + "]", Type::Unused);
        }
        texts[id] = text;
        types[id] = std::int64_t(type);
    }

    std::optional<std::uint64_t> find(std::string_view text) const
    {
        const auto found = std::find(texts.begin(), texts.end(), text);
        return found == texts.end() ? std::nullopt : std::optional(std::uint64_t(found - texts.begin()));
    }
};

void addPieces(const SentencePieceFile &file, std::size_t from, TokenLists &tokens)
{
    for (std::size_t i = from; i < file.pieces.size(); ++i) {
        tokens.add(file.pieces[i].text, file.pieces[i].type, file.pieces[i].score);
    }
}

/// XLM-RoBERTa's ids are those of fairseq: four tokens of its own, then the pieces without their first three.
void addFairseqPieces(const SentencePieceFile &file, TokenLists &tokens)
{
    tokens.add("<s>", Type::Control);
    tokens.add("<pad>", Type::Control);
    tokens.add("</s>", Type::Control);
    tokens.add("<unk>", Type::Unknown);
    addPieces(file, 3, tokens);
    tokens.add("<mask>", Type::Control);
}

/// Tokens that the files beside the model add. Errors: Damaged.
Result<void> addAdded(const ModelFile &folder, TokenLists &tokens)
{
    ASSIGN_OR_RETURN(const auto added, addedTokens(folder));
    const std::size_t most = tokens.texts.size() + 4 * added.size() + 4096;
    for (const AddedToken &token : added) {
        if (token.id < 0 || std::size_t(token.id) >= most) {
            return fail(ErrorCode::Damaged, token.source + ": an id far beyond the number of tokens");
        }
        const auto id = std::size_t(token.id);
        if (id < tokens.types.size() && tokens.types[id] == std::int64_t(Type::Unknown)) {
            continue; // stays what text may turn into
        }
        tokens.set(id, token.text, token.special ? Type::Control : Type::UserDefined);
    }
    return {};
}

/// A special token that tokenizer_config.json or its neighbour names; else the one the model names.
void insertId(const std::vector<json> &configs, const char *name, const TokenLists &tokens, std::int32_t own,
              const char *key, Metadata &metadata)
{
    std::optional<std::uint64_t> id;
    if (own >= 0 && std::size_t(own) < tokens.texts.size()) {
        id = std::uint64_t(own);
    }
    for (const json &config : configs) {
        const std::string text = namedTokenText(config, name);
        if (const auto named = text.empty() ? std::nullopt : tokens.find(text)) {
            id = named;
            break;
        }
    }
    if (id) {
        metadata.insert(std::string("tokenizer.ggml.") + key, *id);
    }
}

Result<std::string> modelBytes(const ModelFile &folder, std::string &name)
{
    for (const char *candidate : {"tokenizer.model", "sentencepiece.bpe.model", "spiece.model"}) {
        name = candidate;
        auto bytes = folder.dataFile(candidate);
        if (bytes || bytes.error().code != ErrorCode::NotFound) {
            return bytes;
        }
    }
    return fail(ErrorCode::NotFound, "no tokenizer.model");
}

} // namespace

Result<Metadata> sentencePieceMetadata(const ModelFile &folder)
{
    std::string name;
    ASSIGN_OR_RETURN(const std::string bytes, modelBytes(folder, name));
    ASSIGN_OR_RETURN(const SentencePieceFile file, readSentencePiece(bytes, name));
    const std::vector<json> configs{readHfConfig(folder, "tokenizer_config.json"),
                                    readHfConfig(folder, "special_tokens_map.json")};
    const bool fairseq = textOf(configs[0], "tokenizer_class").starts_with("XLMRoberta") ||
                         textOf(readHfConfig(folder, "config.json"), "model_type") == "xlm-roberta";
    TokenLists tokens;
    if (fairseq && file.pieces.size() > 3) {
        addFairseqPieces(file, tokens);
    } else {
        addPieces(file, 0, tokens);
    }
    RETURN_IF_ERROR(addAdded(folder, tokens));

    Metadata metadata;
    metadata.source = folder.metadata().source;
    metadata.insert("tokenizer.ggml.model", std::string(file.unigram ? "t5" : "llama"));
    metadata.insert("tokenizer.ggml.pre", std::string("default"));
    insertId(configs, "bos_token", tokens, fairseq ? 0 : file.bos, "bos_token_id", metadata);
    insertId(configs, "eos_token", tokens, fairseq ? 2 : file.eos, "eos_token_id", metadata);
    insertId(configs, "unk_token", tokens, fairseq ? 3 : file.unknown, "unknown_token_id", metadata);
    insertId(configs, "pad_token", tokens, fairseq ? 1 : file.padding, "padding_token_id", metadata);
    insertId(configs, "sep_token", tokens, fairseq ? 2 : -1, "seperator_token_id", metadata);
    insertId(configs, "cls_token", tokens, fairseq ? 0 : -1, "cls_token_id", metadata);
    insertId(configs, "mask_token", tokens, -1, "mask_token_id", metadata);
    metadata.insert("tokenizer.ggml.add_bos_token",
                    flagOf(configs[0], "add_bos_token", fairseq || !file.unigram));
    metadata.insert("tokenizer.ggml.add_eos_token",
                    flagOf(configs[0], "add_eos_token", fairseq || file.unigram));
    metadata.insert("tokenizer.ggml.add_space_prefix", file.dummyPrefix);
    metadata.insert("tokenizer.ggml.remove_extra_whitespaces", file.removeExtraBlanks);
    if (!file.charsmap.empty()) {
        metadata.insert("tokenizer.ggml.precompiled_charsmap",
                        std::vector<std::uint8_t>(file.charsmap.begin(), file.charsmap.end()));
    }
    metadata.insert("tokenizer.ggml.tokens", std::move(tokens.texts));
    metadata.insert("tokenizer.ggml.token_type", std::move(tokens.types));
    metadata.insert("tokenizer.ggml.scores", std::move(tokens.scores));
    return metadata;
}

} // namespace engine
