#include "engine/tokenizer/hf_vocabulary.h"

#include "engine/tokenizer/added_tokens.h"
#include "engine/tokenizer/hf_steps.h"
#include "engine/weights/json.h"

#include <algorithm>
#include <optional>
#include <set>

namespace engine {
namespace {

using nlohmann::json;

tl::unexpected<Error> damaged(const std::string &what)
{
    return fail(ErrorCode::Damaged, "tokenizer.json: " + what);
}

/// Texts and kinds by id while they are gathered; the texts lie in the JSON.
struct Tokens
{
    std::vector<std::string_view> texts;
    std::vector<TokenKind> kinds;
    std::size_t most = 0; ///< ids end here: a few holes are allowed, but no allocation by the largest number

    Result<TokenId> idOf(const json &value, const char *field) const
    {
        if (!value.is_number_integer() || value < 0 || value >= most) {
            return damaged(std::string(field) +
                           ": an id that is no number from 0, or far beyond the number of tokens");
        }
        return value.get<TokenId>();
    }

    void set(TokenId id, std::string_view text, TokenKind kind)
    {
        const auto i = static_cast<std::size_t>(id);
        if (i >= texts.size()) {
            texts.resize(i + 1);
            kinds.resize(i + 1, TokenKind::Unused);
        }
        texts[i] = text;
        kinds[i] = kind;
    }
};

TokenKind plainKind(std::string_view text, bool byteFallback)
{
    return byteFallback && byteOfToken(text) >= 0 ? TokenKind::Byte : TokenKind::Normal;
}

Result<void> readVocabObject(const json &vocab, bool byteFallback, Tokens &tokens)
{
    for (const auto &[text, value] : vocab.items()) {
        ASSIGN_OR_RETURN(const TokenId id, tokens.idOf(value, "model.vocab"));
        tokens.set(id, text, plainKind(text, byteFallback));
    }
    return {};
}

Result<void> readVocabArray(const json &vocab, bool byteFallback, Tokens &tokens, std::vector<float> &scores)
{
    for (const json &entry : vocab) {
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number()) {
            return damaged("model.vocab: an entry that is no text and score");
        }
        const std::string &text = entry[0].get_ref<const std::string &>();
        tokens.set(static_cast<TokenId>(scores.size()), text, plainKind(text, byteFallback));
        scores.push_back(entry[1].get<float>());
    }
    return {};
}

Result<void> readModelVocab(const json &model, Tokens &tokens, std::vector<float> &scores)
{
    const json *vocab = memberOf(model, "vocab");
    const bool unigram = hfModelType(model) == "Unigram";
    if (vocab == nullptr || vocab->empty() || !(unigram ? vocab->is_array() : vocab->is_object())) {
        return damaged("model.vocab: missing, empty or of the wrong kind");
    }
    const bool byteFallback = flagOf(model, "byte_fallback", false);
    return unigram ? readVocabArray(*vocab, byteFallback, tokens, scores)
                   : readVocabObject(*vocab, byteFallback, tokens);
}

Result<std::vector<SpecialEntry>> readAdded(const json &root, Tokens &tokens)
{
    std::vector<SpecialEntry> entries;
    const json *added = memberOf(root, "added_tokens");
    if (added == nullptr) {
        return entries;
    }
    if (!added->is_array()) {
        return damaged("added_tokens: no array");
    }
    for (const json &entry : *added) {
        const json *content = memberOf(entry, "content");
        const json *id = memberOf(entry, "id");
        if (content == nullptr || !content->is_string() || id == nullptr) {
            return damaged("added_tokens: an entry without id and content");
        }
        ASSIGN_OR_RETURN(const TokenId token, tokens.idOf(*id, "added_tokens"));
        const std::string &text = content->get_ref<const std::string &>();
        const bool special = flagOf(entry, "special", false);
        tokens.set(token, text, special ? TokenKind::Control : TokenKind::UserDefined);
        entries.push_back({.text = text,
                           .token = token,
                           .onlyParsed = special,
                           .stripLeft = flagOf(entry, "lstrip", false),
                           .stripRight = flagOf(entry, "rstrip", false),
                           .wholeWord = flagOf(entry, "single_word", false)});
    }
    return entries;
}

/// The token that text without a token becomes; its kind then says that text may do so.
std::optional<TokenId> markUnknown(const json &model, Tokens &tokens)
{
    std::optional<TokenId> unknown;
    if (const json *id = memberOf(model, "unk_id"); id != nullptr && id->is_number_integer()) {
        if (*id >= 0 && *id < tokens.texts.size()) {
            unknown = id->get<TokenId>();
        }
    } else if (const std::string text = textOf(model, "unk_token"); !text.empty()) {
        const auto found = std::find(tokens.texts.begin(), tokens.texts.end(), text);
        if (found != tokens.texts.end()) {
            unknown = static_cast<TokenId>(found - tokens.texts.begin());
        }
    }
    if (unknown) {
        tokens.kinds[static_cast<std::size_t>(*unknown)] = TokenKind::Unknown;
    }
    return unknown;
}

/// A special token is named by its text, or by an object that holds it.
std::optional<TokenId> namedToken(const Vocabulary &vocabulary, const std::vector<json> &files,
                                  const char *name)
{
    for (const json &file : files) {
        const std::string text = namedTokenText(file, name);
        const TokenId token = text.empty() ? -1 : vocabulary.find(text);
        if (token >= 0) {
            return token;
        }
    }
    return std::nullopt;
}

void readNames(const ModelFile &file, TokenizerParts &parts)
{
    const std::vector<json> files{readHfConfig(file, "tokenizer_config.json"),
                                  readHfConfig(file, "special_tokens_map.json")};
    const auto named = [&](const char *name) { return namedToken(parts.vocabulary, files, name); };
    parts.special.bos = named("bos_token");
    parts.special.eos = named("eos_token");
    parts.special.separator = named("sep_token");
    parts.special.padding = named("pad_token");
    parts.special.mask = named("mask_token");
    parts.special.classification = named("cls_token");
    if (!parts.special.unknown) {
        parts.special.unknown = named("unk_token");
    }
    for (const char *name : {"generation_config.json", "config.json"}) {
        const json config = readHfConfig(file, name);
        const json *ends = memberOf(config, "eos_token_id");
        for (const json &end : ends == nullptr    ? json::array()
                               : ends->is_array() ? *ends
                                                  : json::array({*ends})) {
            if (end.is_number_integer() && end >= 0 && end < parts.vocabulary.size()) {
                parts.special.endOfText.push_back(end.get<TokenId>());
            }
        }
    }
}

Result<std::vector<TemplatePart>> readTemplate(const json &processor, const char *name,
                                               const Vocabulary &vocabulary)
{
    std::vector<TemplatePart> parts;
    const json *pieces = memberOf(processor, name);
    const json *ids = memberOf(processor, "special_tokens");
    if (pieces == nullptr || !pieces->is_array() || pieces->size() > 64) {
        return damaged("post_processor: a template that is no array, or too long");
    }
    for (const json &piece : *pieces) {
        const json *sequence = memberOf(piece, "Sequence");
        const json *special = memberOf(piece, "SpecialToken");
        const json *part = sequence != nullptr ? sequence : special;
        if (part == nullptr) {
            return damaged("post_processor: a part that is neither text nor token");
        }
        const std::string id = textOf(*part, "id");
        const json *segment = memberOf(*part, "type_id");
        const int second = segment != nullptr && segment->is_number_integer() && *segment == 1 ? 1 : 0;
        if (sequence != nullptr) {
            parts.push_back({id == "B" ? TemplatePart::Kind::Second : TemplatePart::Kind::First, -1, second});
            continue;
        }
        const json *entry = ids == nullptr ? nullptr : memberOf(*ids, id.c_str());
        const json *tokens = entry == nullptr ? nullptr : memberOf(*entry, "ids");
        for (const json &token : tokens == nullptr ? json::array({-1}) : *tokens) {
            if (!token.is_number_integer() || token < 0 || token >= vocabulary.size()) {
                return damaged("post_processor: \"" + id.substr(0, 64) + "\" is no token");
            }
            parts.push_back({TemplatePart::Kind::Token, token.get<TokenId>(), second});
        }
    }
    return parts;
}

/// BertProcessing and RobertaProcessing: "cls" and "sep" are each [text, id].
Result<void> readOlderProcessor(const json &processor, bool bert, TokenizerParts &parts)
{
    TokenId ends[2] = {-1, -1};
    for (int i = 0; i < 2; ++i) {
        const json *pair = memberOf(processor, i == 0 ? "cls" : "sep");
        const bool good = pair != nullptr && pair->is_array() && pair->size() == 2 &&
                          (*pair)[1].is_number_integer() && (*pair)[1] >= 0 &&
                          (*pair)[1] < parts.vocabulary.size();
        if (!good) {
            return damaged("post_processor: cls and sep");
        }
        ends[i] = (*pair)[1].get<TokenId>();
    }
    using Kind = TemplatePart::Kind;
    const int second = bert ? 1 : 0;
    parts.single = {{Kind::Token, ends[0], 0}, {Kind::First, -1, 0}, {Kind::Token, ends[1], 0}};
    parts.pair = parts.single;
    if (!bert) {
        parts.pair.push_back({Kind::Token, ends[1], 0});
    }
    parts.pair.push_back({Kind::Second, -1, second});
    parts.pair.push_back({Kind::Token, ends[1], second});
    return {};
}

Result<void> readProcessor(const json &processor, TokenizerParts &parts)
{
    const std::string type = textOf(processor, "type");
    if (type == "TemplateProcessing") {
        ASSIGN_OR_RETURN(parts.single, readTemplate(processor, "single", parts.vocabulary));
        ASSIGN_OR_RETURN(parts.pair, readTemplate(processor, "pair", parts.vocabulary));
    } else if (type == "BertProcessing" || type == "RobertaProcessing") {
        return readOlderProcessor(processor, type == "BertProcessing", parts);
    } else if (type == "Sequence") {
        const json *processors = memberOf(processor, "processors");
        for (const json &inner :
             processors == nullptr || processors->size() > 16 ? json::array() : *processors) {
            if (textOf(inner, "type") != "Sequence") {
                RETURN_IF_ERROR(readProcessor(inner, parts));
            }
        }
    } else if (type != "ByteLevel") {
        return fail(ErrorCode::Unsupported, "tokenizer.json: post_processor \"" + type.substr(0, 64) + "\"");
    }
    return {};
}

/// Without a template: the two flags of tokenizer_config.json.
void templateOfFlags(const ModelFile &file, TokenizerParts &parts)
{
    using Kind = TemplatePart::Kind;
    const json config = readHfConfig(file, "tokenizer_config.json");
    if (flagOf(config, "add_bos_token", false) && parts.special.bos) {
        parts.single.push_back({Kind::Token, *parts.special.bos, 0});
    }
    parts.single.push_back({Kind::First, -1, 0});
    if (flagOf(config, "add_eos_token", false) && parts.special.eos) {
        parts.single.push_back({Kind::Token, *parts.special.eos, 0});
    }
    parts.pair = {{Kind::First, -1, 0}, {Kind::Second, -1, 0}};
}

} // namespace

std::string hfModelType(const json &model)
{
    const std::string type = textOf(model, "type");
    if (!type.empty()) {
        return type;
    }
    const json *vocab = memberOf(model, "vocab");
    return memberOf(model, "merges") != nullptr    ? "BPE"
           : vocab != nullptr && vocab->is_array() ? "Unigram"
                                                   : "WordPiece";
}

json readHfConfig(const ModelFile &file, std::string_view name)
{
    const auto text = file.textFile(name);
    if (!text) {
        return json();
    }
    auto config = parseJson(*text, std::string(name));
    return config ? *std::move(config) : json();
}

Result<HfVocabulary> readHfVocabulary(const json &root, const ModelFile &file)
{
    const json *model = memberOf(root, "model");
    const json *vocab = model == nullptr ? nullptr : memberOf(*model, "vocab");
    const json *added = memberOf(root, "added_tokens");
    HfVocabulary read;
    Tokens tokens;
    tokens.most =
        4 * ((vocab == nullptr ? 0 : vocab->size()) + (added == nullptr ? 0 : added->size())) + 4096;
    if (model == nullptr) {
        return damaged("model: missing");
    }
    RETURN_IF_ERROR(readModelVocab(*model, tokens, read.scores));
    ASSIGN_OR_RETURN(std::vector<SpecialEntry> entries, readAdded(root, tokens));
    read.parts.special.unknown = markUnknown(*model, tokens);
    read.scores.resize(tokens.texts.size(), 0.0F);
    auto vocabulary = Vocabulary::build(tokens.texts, std::move(tokens.kinds));
    if (!vocabulary) {
        return damaged("model.vocab: " + vocabulary.error().detail);
    }
    read.parts.vocabulary = *std::move(vocabulary);
    read.parts.matcher = SpecialMatcher(std::move(entries));
    readNames(file, read.parts);
    if (const json *processor = memberOf(root, "post_processor")) {
        RETURN_IF_ERROR(readProcessor(*processor, read.parts));
    }
    if (read.parts.single.empty()) {
        templateOfFlags(file, read.parts);
    }
    findEndOfText(read.parts);
    return read;
}

Result<TokenizerParts> readVocabText(const std::string &text, const ModelFile &file)
{
    static const std::set<std::string_view> kSpecial{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    std::vector<std::string_view> texts;
    std::vector<TokenKind> kinds;
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        line = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
        texts.push_back(line);
        kinds.push_back(line == "[UNK]"           ? TokenKind::Unknown
                        : kSpecial.contains(line) ? TokenKind::Control
                                                  : TokenKind::Normal);
    }
    TokenizerParts parts;
    ASSIGN_OR_RETURN(parts.vocabulary, Vocabulary::build(texts, std::move(kinds)));
    readNames(file, parts);
    const auto token = [&](std::optional<TokenId> named, std::string_view usual) {
        return named ? *named : parts.vocabulary.find(usual);
    };
    const TokenId begin = token(parts.special.classification, "[CLS]");
    const TokenId end = token(parts.special.separator, "[SEP]");
    const TokenId unknown = token(parts.special.unknown, "[UNK]");
    if (begin < 0 || end < 0 || unknown < 0) {
        return fail(ErrorCode::Damaged, "vocab.txt: no [CLS], [SEP] or [UNK]");
    }
    parts.special.unknown = unknown;
    parts.matcher = SpecialMatcher(specialEntries(parts.vocabulary));
    using Kind = TemplatePart::Kind;
    parts.single = {{Kind::Token, begin, 0}, {Kind::First, -1, 0}, {Kind::Token, end, 0}};
    parts.pair = parts.single;
    parts.pair.push_back({Kind::Second, -1, 1});
    parts.pair.push_back({Kind::Token, end, 1});
    findEndOfText(parts);
    return parts;
}

} // namespace engine
