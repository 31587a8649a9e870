#include "engine/tokenizer/gguf_tokenizer.h"

#include "engine/base/log.h"
#include "engine/tokenizer/bpe.h"
#include "engine/tokenizer/sentencepiece.h"
#include "engine/tokenizer/unigram.h"
#include "engine/tokenizer/wordpiece.h"

#include <algorithm>
#include <array>
#include <limits>

namespace engine {
namespace {

constexpr std::string_view kPrefix = "tokenizer.ggml.";

std::string keyOf(std::string_view name)
{
    return std::string(kPrefix).append(name);
}

tl::unexpected<Error> damaged(const Metadata &metadata, std::string_view name, std::string_view reason)
{
    return fail(ErrorCode::Damaged, metadata.source + ": " + keyOf(name) + ": " + std::string(reason));
}

/// An array of a type; null: missing. Errors: Damaged (another type).
template <class T>
Result<const std::vector<T> *> arrayAt(const Metadata &metadata, std::string_view name)
{
    const MetadataValue *value = metadata.find(keyOf(name));
    if (value == nullptr) {
        return nullptr;
    }
    const auto *array = std::get_if<std::vector<T>>(value);
    if (array == nullptr) {
        return damaged(metadata, name, "another type than it must have");
    }
    return array;
}

TokenKind kindOf(std::int64_t number)
{
    constexpr std::array<TokenKind, 7> kinds{TokenKind::Normal,  TokenKind::Normal,      TokenKind::Unknown,
                                             TokenKind::Control, TokenKind::UserDefined, TokenKind::Unused,
                                             TokenKind::Byte};
    return number >= 0 && number < static_cast<std::int64_t>(kinds.size())
               ? kinds[static_cast<std::size_t>(number)]
               : TokenKind::Unused;
}

Result<std::vector<TokenKind>> readKinds(const Metadata &metadata, std::size_t tokens)
{
    ASSIGN_OR_RETURN(const auto *types, arrayAt<std::int64_t>(metadata, "token_type"));
    std::vector<TokenKind> kinds(tokens, TokenKind::Normal);
    if (types == nullptr) {
        return kinds;
    }
    if (types->size() != tokens) {
        return damaged(metadata, "token_type",
                       std::to_string(types->size()) + " for " + std::to_string(tokens) + " tokens");
    }
    std::transform(types->begin(), types->end(), kinds.begin(), kindOf);
    return kinds;
}

/// The id under a key; empty: missing, or no token (some files say -1 or the size of the vocabulary).
std::optional<TokenId> idAt(const Metadata &metadata, std::string_view name, std::size_t tokens)
{
    const std::string key = keyOf(name);
    if (!metadata.contains(key)) {
        return std::nullopt;
    }
    const auto id = metadata.integer(key, std::numeric_limits<std::int64_t>::min(),
                                     std::numeric_limits<std::int64_t>::max());
    if (!id || *id < 0 || *id >= static_cast<std::int64_t>(tokens)) {
        logLine(LogLevel::Warning, metadata.source + ": " + key + " is no token of the vocabulary");
        return std::nullopt;
    }
    return static_cast<TokenId>(*id);
}

SpecialTokens readSpecial(const Metadata &metadata, std::size_t tokens)
{
    SpecialTokens special;
    special.bos = idAt(metadata, "bos_token_id", tokens);
    special.eos = idAt(metadata, "eos_token_id", tokens);
    special.unknown = idAt(metadata, "unknown_token_id", tokens);
    special.separator = idAt(metadata, "seperator_token_id", tokens); // so spelt in the format
    if (!special.separator) {
        special.separator = idAt(metadata, "separator_token_id", tokens);
    }
    special.padding = idAt(metadata, "padding_token_id", tokens);
    special.mask = idAt(metadata, "mask_token_id", tokens);
    special.classification = idAt(metadata, "cls_token_id", tokens);
    for (const std::string_view name : {"eot_token_id", "eom_token_id"}) {
        if (const auto id = idAt(metadata, name, tokens)) {
            special.endOfText.push_back(*id);
        }
    }
    return special;
}

Result<std::vector<float>> readScores(const Metadata &metadata, std::size_t tokens)
{
    ASSIGN_OR_RETURN(const auto *scores, arrayAt<double>(metadata, "scores"));
    if (scores == nullptr) {
        return damaged(metadata, "scores", "missing");
    }
    if (scores->size() != tokens) {
        return damaged(metadata, "scores",
                       std::to_string(scores->size()) + " for " + std::to_string(tokens) + " tokens");
    }
    std::vector<float> values(tokens);
    std::transform(scores->begin(), scores->end(), values.begin(),
                   [](double score) { return static_cast<float>(score); });
    return values;
}

Result<Charsmap> readCharsmap(const Metadata &metadata)
{
    ASSIGN_OR_RETURN(const auto *bytes, arrayAt<std::uint8_t>(metadata, "precompiled_charsmap"));
    if (bytes == nullptr) {
        return Charsmap();
    }
    std::string text(bytes->begin(), bytes->end());
    auto map = Charsmap::parse(text);
    if (!map) {
        return damaged(metadata, "precompiled_charsmap", map.error().detail);
    }
    return map;
}

/// The kinds of tokenizer that a GGUF file can hold.
enum class Model { Bpe, SentencePiece, Unigram, WordPiece };

Result<Model> readModel(const Metadata &metadata)
{
    ASSIGN_OR_RETURN(const std::string name, metadata.text(keyOf("model")));
    constexpr std::array<std::pair<std::string_view, Model>, 4> kModels{{{"gpt2", Model::Bpe},
                                                                         {"llama", Model::SentencePiece},
                                                                         {"t5", Model::Unigram},
                                                                         {"bert", Model::WordPiece}}};
    for (const auto &[known, model] : kModels) {
        if (name == known) {
            return model;
        }
    }
    return fail(ErrorCode::Unsupported, metadata.source + ": tokenizer \"" + name.substr(0, 64) + "\"");
}

std::string preOf(const Metadata &metadata)
{
    const auto pre = metadata.text(keyOf("pre"));
    return pre ? *pre : "default";
}

bool isOneOf(std::string_view name, std::initializer_list<std::string_view> names)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

struct Ends
{
    std::optional<TokenId> before;
    std::optional<TokenId> after;
};

/// What addSpecial puts round a text: the file's flags, else what its kind of tokenizer does.
Result<Ends> readEnds(const Metadata &metadata, Model model, const SpecialTokens &special)
{
    const bool encoder = model == Model::WordPiece;
    const auto pre = preTokenizerNamed(preOf(metadata));
    const bool bosUsual =
        model == Model::SentencePiece || encoder || (model == Model::Bpe && pre && (*pre)->addsBos);
    const bool eosUsual = model == Model::Unigram || encoder;
    ASSIGN_OR_RETURN(const bool addBos, metadata.flagOr(keyOf("add_bos_token"), bosUsual));
    ASSIGN_OR_RETURN(const bool addEos, metadata.flagOr(keyOf("add_eos_token"), eosUsual));
    Ends ends;
    if (addBos) {
        ends.before = encoder && special.classification ? special.classification : special.bos;
    }
    if (addEos) {
        ends.after = encoder && special.separator ? special.separator : special.eos;
    }
    return ends;
}

/// BERT: [CLS] a [SEP] b [SEP] with segments; XLM-RoBERTa: <s> a </s></s> b </s> without; others: one text
/// after the other.
void makeTemplates(Model model, const Ends &ends, TokenizerParts &parts)
{
    using Kind = TemplatePart::Kind;
    const auto put = [](std::vector<TemplatePart> &to, std::optional<TokenId> token, int segment) {
        if (token) {
            to.push_back({Kind::Token, *token, segment});
        }
    };
    put(parts.single, ends.before, 0);
    parts.single.push_back({Kind::First, -1, 0});
    put(parts.single, ends.after, 0);

    const int second = model == Model::WordPiece ? 1 : 0;
    parts.pair = parts.single;
    if (model == Model::Unigram && ends.before) {
        put(parts.pair, ends.after, 0);
    } else if (model == Model::Bpe || model == Model::SentencePiece) {
        put(parts.pair, ends.before, 0);
    }
    parts.pair.push_back({Kind::Second, -1, second});
    put(parts.pair, ends.after, second);
}

bool isPhi3(const Metadata &metadata)
{
    const auto architecture = metadata.text("general.architecture");
    return architecture && *architecture == "phi3";
}

/// What text is searched for, with the habits of single families that GGUF files do not state.
std::vector<SpecialEntry> readEntries(const Metadata &metadata, Model model, const Vocabulary &vocabulary)
{
    std::vector<SpecialEntry> entries = specialEntries(vocabulary);
    const bool phi3 = isPhi3(metadata);
    for (SpecialEntry &entry : entries) {
        entry.stripRight = phi3 && !isOneOf(entry.text, {"<unk>", "<s>", "<|endoftext|>"});
        entry.stripLeft = model == Model::Unigram && entry.text == "<mask>";
    }
    // Qwen's vocabulary holds </s> as a normal token; templates that write it mean the token.
    if (const TokenId end = vocabulary.findPlain("</s>"); model == Model::Bpe && end >= 0) {
        entries.push_back({.text = "</s>", .token = end});
    }
    return entries;
}

Result<TokenizerParts> readParts(const Metadata &metadata, Model model)
{
    ASSIGN_OR_RETURN(const auto *tokens, arrayAt<std::string>(metadata, "tokens"));
    if (tokens == nullptr || tokens->empty()) {
        return damaged(metadata, "tokens", "missing or empty");
    }
    ASSIGN_OR_RETURN(std::vector<TokenKind> kinds, readKinds(metadata, tokens->size()));
    TokenizerParts parts;
    parts.special = readSpecial(metadata, tokens->size());
    const auto unknown = parts.special.unknown;
    if (unknown && model != Model::Bpe && unknown != parts.special.eos && unknown != parts.special.bos) {
        kinds[static_cast<std::size_t>(*unknown)] = TokenKind::Unknown; // text may turn into it
    }
    const std::vector<std::string_view> texts(tokens->begin(), tokens->end());
    auto vocabulary = Vocabulary::build(texts, std::move(kinds));
    if (!vocabulary) {
        return damaged(metadata, "tokens", vocabulary.error().detail);
    }
    parts.vocabulary = *std::move(vocabulary);
    parts.matcher = SpecialMatcher(readEntries(metadata, model, parts.vocabulary));
    ASSIGN_OR_RETURN(const Ends ends, readEnds(metadata, model, parts.special));
    makeTemplates(model, ends, parts);
    findEndOfText(parts);
    return parts;
}

Result<std::unique_ptr<const Tokenizer>> loadBpe(const Metadata &metadata, TokenizerParts parts)
{
    const std::string pre = preOf(metadata);
    if (!metadata.contains(keyOf("pre"))) {
        logLine(LogLevel::Warning, metadata.source + ": names no pre-tokenizer: the usual one is taken");
    }
    BpeModel model;
    const auto kind = preTokenizerNamed(pre.substr(0, 64));
    if (!kind) {
        return fail(ErrorCode::Unsupported, metadata.source + ": " + kind.error().detail);
    }
    model.preTokenizer = PreTokenizer((*kind)->rules);
    model.ignoreMerges = (*kind)->wholeWords;
    if ((*kind)->composes) {
        ASSIGN_OR_RETURN(model.normalizer, Normalizer::build({steps::Form{NormalForm::Nfc}}));
    }
    ASSIGN_OR_RETURN(const auto *merges, arrayAt<std::string>(metadata, "merges"));
    if (merges == nullptr) {
        return damaged(metadata, "merges", "missing");
    }
    model.merges = MergeTable(merges->size());
    for (const std::string &merge : *merges) {
        const auto two = partsOfMerge(merge);
        if (!two) {
            return damaged(metadata, "merges", two.error().detail);
        }
        model.merges.add(two->first, two->second, parts.vocabulary);
    }
    return makeBpe(std::move(parts), std::move(model));
}

Result<std::unique_ptr<const Tokenizer>> loadSentencePiece(const Metadata &metadata, TokenizerParts parts)
{
    SentencePieceModel model;
    ASSIGN_OR_RETURN(model.scores, readScores(metadata, static_cast<std::size_t>(parts.vocabulary.size())));
    ASSIGN_OR_RETURN(model.dropFirstBlank, metadata.flagOr(keyOf("add_space_prefix"), true));
    std::vector<NormalStep> normal;
    if (metadata.contains(keyOf("precompiled_charsmap"))) {
        ASSIGN_OR_RETURN(Charsmap charsmap, readCharsmap(metadata));
        normal.emplace_back(std::move(charsmap));
    }
    ASSIGN_OR_RETURN(const bool collapse, metadata.flagOr(keyOf("remove_extra_whitespaces"), false));
    if (collapse) {
        normal.emplace_back(steps::Strip{true, true});
        normal.emplace_back(steps::CollapseBlanks{});
    }
    if (model.dropFirstBlank) {
        normal.emplace_back(steps::Prepend{std::string(kMetaspace)});
    }
    normal.emplace_back(steps::Replace{" ", std::string(kMetaspace)});
    ASSIGN_OR_RETURN(model.normalizer, Normalizer::build(std::move(normal)));
    return makeSentencePiece(std::move(parts), std::move(model));
}

Result<std::unique_ptr<const Tokenizer>> loadUnigram(const Metadata &metadata, TokenizerParts parts)
{
    UnigramModel model;
    ASSIGN_OR_RETURN(model.scores, readScores(metadata, static_cast<std::size_t>(parts.vocabulary.size())));
    ASSIGN_OR_RETURN(Charsmap charsmap, readCharsmap(metadata));
    ASSIGN_OR_RETURN(model.normalizer, Normalizer::build({std::move(charsmap)}));
    ASSIGN_OR_RETURN(const bool prefix, metadata.flagOr(keyOf("add_space_prefix"), true));
    ASSIGN_OR_RETURN(model.metaspace.splitWords, metadata.flagOr(keyOf("remove_extra_whitespaces"), true));
    model.metaspace.prefix = prefix ? Metaspace::Prefix::Always : Metaspace::Prefix::Never;
    model.byteFallback = true; // where the vocabulary has the bytes
    return makeUnigram(std::move(parts), std::move(model));
}

Result<std::unique_ptr<const Tokenizer>> loadWordPiece(const Metadata &metadata, TokenizerParts parts)
{
    WordPieceModel model;
    ASSIGN_OR_RETURN(const bool lowercase, metadata.flagOr(keyOf("normalizer.lowercase"), true));
    ASSIGN_OR_RETURN(model.normalizer,
                     Normalizer::build({steps::Bert{.stripAccents = lowercase, .lowercase = lowercase}}));
    model.beginPrefix = kMetaspace;
    return makeWordPiece(std::move(parts), std::move(model));
}

} // namespace

Result<std::unique_ptr<const Tokenizer>> loadGgufTokenizer(const Metadata &metadata)
{
    ASSIGN_OR_RETURN(const Model model, readModel(metadata));
    ASSIGN_OR_RETURN(TokenizerParts parts, readParts(metadata, model));
    switch (model) {
    case Model::Bpe:
        return loadBpe(metadata, std::move(parts));
    case Model::SentencePiece:
        return loadSentencePiece(metadata, std::move(parts));
    case Model::Unigram:
        return loadUnigram(metadata, std::move(parts));
    default:
        return loadWordPiece(metadata, std::move(parts));
    }
}

} // namespace engine
