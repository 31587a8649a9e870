#include "engine/tokenizer/tokenizer_metadata.h"

#include "engine/tokenizer/chat_template.h"
#include "engine/tokenizer/hf_files.h"
#include "engine/tokenizer/hf_steps.h"
#include "engine/tokenizer/hf_vocabulary.h"
#include "engine/tokenizer/pre_rules.h"
#include "engine/tokenizer/sentencepiece_file.h"

#include <algorithm>
#include <array>

namespace engine {

namespace {

using nlohmann::json;

tl::unexpected<Error> noWords(const std::string &what)
{
    return fail(ErrorCode::Unsupported, "tokenizer.json: a GGUF has no words for " + what);
}

void insertText(Metadata &metadata, const char *key, std::string value)
{
    metadata.insert(std::string("tokenizer.ggml.") + key, std::move(value));
}

std::int64_t typeNumber(TokenKind kind)
{
    constexpr std::array<std::pair<TokenKind, std::int64_t>, 6> numbers{{{TokenKind::Normal, 1},
                                                                         {TokenKind::Unknown, 2},
                                                                         {TokenKind::Control, 3},
                                                                         {TokenKind::UserDefined, 4},
                                                                         {TokenKind::Unused, 5},
                                                                         {TokenKind::Byte, 6}}};
    const auto *found =
        std::find_if(numbers.begin(), numbers.end(), [&](const auto &entry) { return entry.first == kind; });
    return found == numbers.end() ? 1 : found->second;
}

/// WordPiece as GGUF has it: U+2581 at the beginning of a word instead of "##" inside.
std::string wordPieceText(std::string_view text, TokenKind kind)
{
    if (kind != TokenKind::Normal) {
        return std::string(text);
    }
    return text.starts_with("##") ? std::string(text.substr(2)) : std::string(kMetaspace).append(text);
}

/// Tokens and their types; holes get a name of their own.
void insertTokens(const Vocabulary &vocabulary, bool wordPiece, Metadata &metadata)
{
    std::vector<std::string> texts;
    std::vector<std::int64_t> types;
    for (TokenId token = 0; token < vocabulary.size(); ++token) {
        const std::string_view text = vocabulary.text(token);
        const TokenKind kind = text.empty() ? TokenKind::Unused : vocabulary.kind(token);
        texts.push_back(text.empty() ? "[PAD" + std::to_string(token) + "]"
                        : wordPiece  ? wordPieceText(text, kind)
                                     : std::string(text));
        types.push_back(typeNumber(kind));
    }
    metadata.insert("tokenizer.ggml.tokens", std::move(texts));
    metadata.insert("tokenizer.ggml.token_type", std::move(types));
}

void insertSpecial(const TokenizerParts &parts, bool wordPiece, Metadata &metadata)
{
    const auto insert = [&](const char *key, std::optional<TokenId> token) {
        if (token) {
            metadata.insert(std::string("tokenizer.ggml.") + key, std::uint64_t(*token));
        }
    };
    const SpecialTokens &special = parts.special;
    using Kind = TemplatePart::Kind;
    const bool before = !parts.single.empty() && parts.single.front().kind == Kind::Token;
    const bool after = !parts.single.empty() && parts.single.back().kind == Kind::Token;
    // What is put at the ends of a text is bos and eos in a GGUF, whatever the folder calls so; BERT's
    // have names of their own.
    const auto eos = after && !wordPiece ? std::optional(parts.single.back().token) : special.eos;
    insert("bos_token_id", before && !wordPiece ? std::optional(parts.single.front().token) : special.bos);
    insert("eos_token_id", eos);
    insert("unknown_token_id", special.unknown);
    insert("seperator_token_id", special.separator); // so spelt in the format
    insert("padding_token_id", special.padding);
    insert("mask_token_id", special.mask);
    insert("cls_token_id", special.classification);
    // The first end that is not eos: what ends a turn, where the model has such a token.
    for (const TokenId end : special.endOfText) {
        if (end != eos) {
            insert("eot_token_id", end);
            break;
        }
    }
    metadata.insert("tokenizer.ggml.add_bos_token", before);
    metadata.insert("tokenizer.ggml.add_eos_token", after);
}

Result<std::vector<std::string>> mergesOf(const json &model)
{
    const json *merges = memberOf(model, "merges");
    if (merges == nullptr || !merges->is_array()) {
        return fail(ErrorCode::Damaged, "tokenizer.json: model.merges: missing or no array");
    }
    std::vector<std::string> texts;
    for (const json &merge : *merges) {
        const bool pair =
            merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string();
        if (!merge.is_string() && !pair) {
            return fail(ErrorCode::Damaged, "tokenizer.json: model.merges: a merge that is not two texts");
        }
        texts.push_back(pair ? merge[0].get<std::string>() + " " + merge[1].get<std::string>()
                             : merge.get<std::string>());
    }
    return texts;
}

bool composes(const std::vector<NormalStep> &normal)
{
    const auto *form = normal.size() == 1 ? std::get_if<steps::Form>(&normal[0]) : nullptr;
    return form != nullptr && form->form == NormalForm::Nfc;
}

Result<void> insertByteLevel(const json &model, const std::vector<NormalStep> &normal, const HfSplit &split,
                             Metadata &metadata)
{
    const PreTokenizerKind *kind =
        preTokenizerLike(split.rules, composes(normal), flagOf(model, "ignore_merges", false));
    if (kind == nullptr && composes(normal)) { // no GGUF of that kind composes; most texts are composed
        kind = preTokenizerLike(split.rules, false, flagOf(model, "ignore_merges", false));
    }
    if (kind == nullptr && flagOf(model, "ignore_merges", false)) {
        kind = preTokenizerLike(split.rules, composes(normal), false);
    }
    if (kind == nullptr || split.blankBefore || normal.size() > (composes(normal) ? 1U : 0U)) {
        return noWords("this way of splitting a text before the merges");
    }
    insertText(metadata, "model", "gpt2");
    insertText(metadata, "pre", std::string(kind->name));
    ASSIGN_OR_RETURN(std::vector<std::string> merges, mergesOf(model));
    metadata.insert("tokenizer.ggml.merges", std::move(merges));
    return {};
}

/// Scores by which SentencePiece merges in the order of the merges: the earlier, the higher.
std::vector<double> scoresOfMerges(const std::vector<std::string> &merges, const Vocabulary &vocabulary)
{
    std::vector<double> scores(std::size_t(vocabulary.size()), -1e6);
    for (std::size_t rank = merges.size(); rank-- > 0;) {
        const std::size_t blank = merges[rank].find(' ', 1);
        if (blank != std::string::npos) {
            const TokenId token =
                vocabulary.findPlain(merges[rank].substr(0, blank) + merges[rank].substr(blank + 1));
            if (token >= 0) {
                scores[std::size_t(token)] = -double(rank) - 1;
            }
        }
    }
    return scores;
}

/// The scores of tokenizer.model, where the folder has one with the same pieces.
std::vector<double> scoresOfModel(const ModelFile &folder, const Vocabulary &vocabulary)
{
    const auto bytes = folder.dataFile("tokenizer.model");
    const auto file = bytes ? readSentencePiece(*bytes, "tokenizer.model")
                            : Result<SentencePieceFile>(tl::unexpected(bytes.error()));
    if (!file || file->unigram || file->pieces.size() > std::size_t(vocabulary.size())) {
        return {};
    }
    std::vector<double> scores(std::size_t(vocabulary.size()), 0.0);
    for (std::size_t i = 0; i < file->pieces.size(); ++i) {
        const bool same = vocabulary.text(TokenId(i)) == file->pieces[i].text;
        if (!same && file->pieces[i].type == SentencePieceFile::Type::Normal) {
            return {};
        }
        scores[i] = double(file->pieces[i].score);
    }
    return scores;
}

bool putsBlankFirst(const std::vector<NormalStep> &normal, const HfSplit &split)
{
    const bool prepends = std::any_of(normal.begin(), normal.end(), [](const NormalStep &step) {
        return std::holds_alternative<steps::Prepend>(step);
    });
    return prepends || (split.metaspace && split.metaspace->prefix != Metaspace::Prefix::Never);
}

Result<void> insertSentencePiece(const ModelFile &folder, const json &model,
                                 const std::vector<NormalStep> &normal, const HfSplit &split,
                                 const Vocabulary &vocabulary, Metadata &metadata)
{
    const bool plain = std::all_of(normal.begin(), normal.end(), [](const NormalStep &step) {
        return std::holds_alternative<steps::Prepend>(step) || std::holds_alternative<steps::Replace>(step);
    });
    if (!plain || !split.rules.empty()) {
        return noWords("this normalisation before the merges");
    }
    insertText(metadata, "model", "llama");
    insertText(metadata, "pre", "default");
    metadata.insert("tokenizer.ggml.add_space_prefix", putsBlankFirst(normal, split));
    std::vector<double> scores = scoresOfModel(folder, vocabulary);
    if (scores.empty()) {
        ASSIGN_OR_RETURN(const std::vector<std::string> merges, mergesOf(model));
        scores = scoresOfMerges(merges, vocabulary);
    }
    metadata.insert("tokenizer.ggml.scores", std::move(scores));
    return {};
}

Result<void> insertUnigram(const json &root, const std::vector<float> &scores,
                           const std::vector<NormalStep> &normal, const HfSplit &split, Metadata &metadata)
{
    bool collapses = split.whitespace;
    for (const NormalStep &step : normal) {
        const bool known = std::holds_alternative<Charsmap>(step) ||
                           std::holds_alternative<steps::CollapseBlanks>(step) ||
                           std::holds_alternative<steps::Strip>(step);
        if (!known) {
            return noWords("this normalisation before a Unigram");
        }
        collapses = collapses || std::holds_alternative<steps::CollapseBlanks>(step);
    }
    insertText(metadata, "model", "t5");
    insertText(metadata, "pre", "default");
    metadata.insert("tokenizer.ggml.scores", std::vector<double>(scores.begin(), scores.end()));
    metadata.insert("tokenizer.ggml.add_space_prefix", putsBlankFirst(normal, split));
    metadata.insert("tokenizer.ggml.remove_extra_whitespaces", collapses);
    ASSIGN_OR_RETURN(const std::string charsmap, charsmapBytes(root));
    if (!charsmap.empty()) {
        metadata.insert("tokenizer.ggml.precompiled_charsmap",
                        std::vector<std::uint8_t>(charsmap.begin(), charsmap.end()));
    }
    return {};
}

void insertWordPiece(const std::vector<NormalStep> &normal, Metadata &metadata)
{
    const auto *bert = normal.empty() ? nullptr : std::get_if<steps::Bert>(&normal[0]);
    insertText(metadata, "model", "bert");
    insertText(metadata, "pre", "default");
    metadata.insert("tokenizer.ggml.token_type_count", std::uint64_t(2));
    if (bert != nullptr && !bert->lowercase) {
        metadata.insert("tokenizer.ggml.normalizer.lowercase", false);
    }
}

Result<Metadata> metadataOfJson(const ModelFile &folder, const json &root)
{
    const json *model = memberOf(root, "model");
    if (model == nullptr) {
        return fail(ErrorCode::Damaged, "tokenizer.json: model: missing");
    }
    ASSIGN_OR_RETURN(const HfVocabulary read, readHfVocabulary(root, folder));
    ASSIGN_OR_RETURN(const std::vector<NormalStep> normal, readNormalSteps(root));
    ASSIGN_OR_RETURN(const HfSplit split, readSplit(root));
    const Vocabulary &vocabulary = read.parts.vocabulary;
    const std::string type = hfModelType(*model);
    Metadata metadata;
    metadata.source = folder.metadata().source;
    if (type == "BPE" && split.byteLevel) {
        RETURN_IF_ERROR(insertByteLevel(*model, normal, split, metadata));
    } else if (type == "BPE") {
        RETURN_IF_ERROR(insertSentencePiece(folder, *model, normal, split, vocabulary, metadata));
    } else if (type == "Unigram") {
        RETURN_IF_ERROR(insertUnigram(root, read.scores, normal, split, metadata));
    } else if (type == "WordPiece") {
        insertWordPiece(normal, metadata);
    } else {
        return fail(ErrorCode::Unsupported, "tokenizer.json: model \"" + type.substr(0, 64) + "\"");
    }
    insertTokens(vocabulary, type == "WordPiece", metadata);
    insertSpecial(read.parts, type == "WordPiece", metadata);
    return metadata;
}

/// BERT's older form has a tokenizer, but no JSON of it: what it would say.
Result<json> jsonOfVocabText(const ModelFile &folder)
{
    ASSIGN_OR_RETURN(const std::string text, folder.textFile("vocab.txt"));
    ASSIGN_OR_RETURN(const TokenizerParts parts, readVocabText(text, folder));
    const json config = readHfConfig(folder, "tokenizer_config.json");
    const bool lowercase = flagOf(config, "do_lower_case", true);
    json root;
    root["normalizer"] = {{"type", "BertNormalizer"}, {"lowercase", lowercase}};
    root["pre_tokenizer"] = {{"type", "BertPreTokenizer"}};
    json vocab = json::object();
    json added = json::array();
    for (TokenId token = 0; token < parts.vocabulary.size(); ++token) {
        const std::string content(parts.vocabulary.text(token));
        vocab[content] = token;
        if (parts.vocabulary.kind(token) != TokenKind::Normal) {
            added.push_back({{"id", token}, {"content", content}, {"special", true}});
        }
    }
    root["model"] = {{"type", "WordPiece"}, {"unk_token", "[UNK]"}, {"vocab", std::move(vocab)}};
    root["added_tokens"] = std::move(added);
    root["post_processor"] = {
        {"type", "BertProcessing"},
        {"cls", {"[CLS]", parts.single.front().token}},
        {"sep", {"[SEP]", parts.single.back().token}},
    };
    return root;
}

Result<Metadata> withoutTemplate(const ModelFile &folder)
{
    const auto root = readTokenizerJson(folder);
    if (root) {
        return metadataOfJson(folder, *root);
    }
    if (root.error().code != ErrorCode::NotFound) {
        return tl::unexpected(root.error());
    }
    auto sentencePiece = sentencePieceMetadata(folder);
    if (sentencePiece || sentencePiece.error().code != ErrorCode::NotFound) {
        return sentencePiece;
    }
    ASSIGN_OR_RETURN(const json older, jsonOfVocabText(folder));
    return metadataOfJson(folder, older);
}

} // namespace

Result<Metadata> tokenizerMetadata(const ModelFile &folder)
{
    ASSIGN_OR_RETURN(Metadata metadata, withoutTemplate(folder));
    if (std::string source = chatTemplateSource(folder); !source.empty()) {
        metadata.insert("tokenizer.chat_template", std::move(source));
    }
    return metadata;
}

} // namespace engine
