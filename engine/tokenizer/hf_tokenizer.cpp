#include "engine/tokenizer/hf_tokenizer.h"

#include "engine/tokenizer/bpe.h"
#include "engine/tokenizer/gguf_tokenizer.h"
#include "engine/tokenizer/hf_files.h"
#include "engine/tokenizer/hf_steps.h"
#include "engine/tokenizer/hf_vocabulary.h"
#include "engine/tokenizer/sentencepiece.h"
#include "engine/tokenizer/tokenizer_metadata.h"
#include "engine/tokenizer/unigram.h"
#include "engine/tokenizer/wordpiece.h"

#include <algorithm>

namespace engine {
namespace {

using nlohmann::json;
using TokenizerResult = Result<std::unique_ptr<const Tokenizer>>;

tl::unexpected<Error> damaged(const std::string &what)
{
    return fail(ErrorCode::Damaged, "tokenizer.json: " + what);
}

Result<Normalizer> buildNormalizer(std::vector<NormalStep> steps)
{
    auto normalizer = Normalizer::build(std::move(steps));
    return normalizer ? std::move(normalizer)
                      : Result<Normalizer>(
                            fail(normalizer.error().code, "tokenizer.json: " + normalizer.error().detail));
}

Result<MergeTable> readMerges(const json &model, const Vocabulary &vocabulary)
{
    const json *merges = memberOf(model, "merges");
    if (merges == nullptr || !merges->is_array()) {
        return damaged("model.merges: missing or no array");
    }
    MergeTable table(merges->size());
    for (const json &merge : *merges) {
        if (merge.is_string()) {
            const auto two = partsOfMerge(merge.get_ref<const std::string &>());
            if (!two) {
                return damaged("model.merges: " + two.error().detail);
            }
            table.add(two->first, two->second, vocabulary);
        } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
            table.add(merge[0].get_ref<const std::string &>(), merge[1].get_ref<const std::string &>(),
                      vocabulary);
        } else {
            return damaged("model.merges: a merge that is not two texts");
        }
    }
    return table;
}

TokenizerResult loadByteLevel(const json &model, std::vector<NormalStep> normal, HfSplit split,
                              TokenizerParts parts)
{
    BpeModel bpe;
    ASSIGN_OR_RETURN(bpe.merges, readMerges(model, parts.vocabulary));
    ASSIGN_OR_RETURN(bpe.normalizer, buildNormalizer(std::move(normal)));
    bpe.preTokenizer = PreTokenizer(std::move(split.rules));
    bpe.ignoreMerges = flagOf(model, "ignore_merges", false);
    bpe.blankBefore = split.blankBefore;
    return makeBpe(std::move(parts), std::move(bpe));
}

bool replacesBlanks(const std::vector<NormalStep> &normal)
{
    return std::any_of(normal.begin(), normal.end(), [](const NormalStep &step) {
        const auto *replace = std::get_if<steps::Replace>(&step);
        return replace != nullptr && replace->pattern == " " && replace->content == kMetaspace;
    });
}

TokenizerResult loadBpe(const json &root, const json &model, TokenizerParts parts)
{
    for (const char *affix : {"continuing_subword_prefix", "end_of_word_suffix"}) {
        if (!textOf(model, affix).empty()) {
            return fail(ErrorCode::Unsupported, std::string("tokenizer.json: BPE with ") + affix);
        }
    }
    ASSIGN_OR_RETURN(std::vector<NormalStep> normal, readNormalSteps(root));
    ASSIGN_OR_RETURN(HfSplit split, readSplit(root));
    if (split.bert || split.whitespace || (split.byteLevel && (split.metaspace || split.blanksMerged))) {
        return fail(ErrorCode::Unsupported, "tokenizer.json: this pre_tokenizer with BPE");
    }
    if (split.byteLevel) {
        return loadByteLevel(model, std::move(normal), std::move(split), std::move(parts));
    }
    if (!split.rules.empty() || !(split.metaspace || replacesBlanks(normal))) {
        return fail(ErrorCode::Unsupported,
                    "tokenizer.json: BPE that is neither byte-level nor SentencePiece's");
    }
    SentencePieceModel sentencePiece;
    sentencePiece.dropFirstBlank =
        decoderStripsBlank(root) || (split.metaspace && split.metaspace->prefix != Metaspace::Prefix::Never);
    sentencePiece.metaspace = split.metaspace.value_or(Metaspace{});
    ASSIGN_OR_RETURN(sentencePiece.merges, readMerges(model, parts.vocabulary));
    ASSIGN_OR_RETURN(sentencePiece.normalizer, buildNormalizer(std::move(normal)));
    sentencePiece.byteFallback = flagOf(model, "byte_fallback", false);
    sentencePiece.fuseUnknown = flagOf(model, "fuse_unk", false);
    return makeSentencePiece(std::move(parts), std::move(sentencePiece));
}

TokenizerResult loadUnigram(const json &root, const json &model, std::vector<float> scores,
                            TokenizerParts parts)
{
    UnigramModel unigram;
    ASSIGN_OR_RETURN(std::vector<NormalStep> normal, readNormalSteps(root));
    ASSIGN_OR_RETURN(HfSplit split, readSplit(root));
    if (!split.metaspace || !split.rules.empty() || split.byteLevel || split.bert || split.blanksMerged) {
        return fail(ErrorCode::Unsupported, "tokenizer.json: Unigram without Metaspace alone");
    }
    unigram.metaspace = *split.metaspace;
    unigram.metaspace.splitWords = split.whitespace;
    ASSIGN_OR_RETURN(unigram.normalizer, buildNormalizer(std::move(normal)));
    unigram.byteFallback = flagOf(model, "byte_fallback", false);
    unigram.scores = std::move(scores);
    return makeUnigram(std::move(parts), std::move(unigram));
}

TokenizerResult loadWordPiece(const json &root, const json &model, TokenizerParts parts)
{
    WordPieceModel wordPiece;
    ASSIGN_OR_RETURN(std::vector<NormalStep> normal, readNormalSteps(root));
    ASSIGN_OR_RETURN(const HfSplit split, readSplit(root));
    if (!split.bert || !split.rules.empty() || split.byteLevel || split.metaspace) {
        return fail(ErrorCode::Unsupported, "tokenizer.json: WordPiece without BertPreTokenizer alone");
    }
    ASSIGN_OR_RETURN(wordPiece.normalizer, buildNormalizer(std::move(normal)));
    wordPiece.continuePrefix = textOf(model, "continuing_subword_prefix", "##");
    if (wordPiece.continuePrefix.empty()) {
        return fail(ErrorCode::Unsupported, "tokenizer.json: WordPiece without a mark for what goes on");
    }
    const json *longest = memberOf(model, "max_input_chars_per_word");
    if (longest != nullptr && longest->is_number_integer() && *longest > 0 && *longest < 100000) {
        wordPiece.longestWord = longest->get<int>();
    }
    return makeWordPiece(std::move(parts), std::move(wordPiece));
}

TokenizerResult loadJson(const ModelFile &file, const json &root)
{
    const json *model = memberOf(root, "model");
    if (model == nullptr) {
        return damaged("model: missing");
    }
    ASSIGN_OR_RETURN(HfVocabulary read, readHfVocabulary(root, file));
    const std::string type = hfModelType(*model);
    if (type == "BPE") {
        return loadBpe(root, *model, std::move(read.parts));
    }
    if (type == "Unigram") {
        return loadUnigram(root, *model, std::move(read.scores), std::move(read.parts));
    }
    if (type == "WordPiece") {
        return loadWordPiece(root, *model, std::move(read.parts));
    }
    return fail(ErrorCode::Unsupported, "tokenizer.json: model \"" + type.substr(0, 64) + "\"");
}

/// BERT's older form: a token a line, the rest in tokenizer_config.json.
TokenizerResult loadVocabText(const ModelFile &file, const std::string &text)
{
    const json config = readHfConfig(file, "tokenizer_config.json");
    ASSIGN_OR_RETURN(TokenizerParts parts, readVocabText(text, file));
    WordPieceModel wordPiece;
    const bool lowercase = flagOf(config, "do_lower_case", true);
    const steps::Bert normal{.handleChinese = flagOf(config, "tokenize_chinese_chars", true),
                             .stripAccents = flagOf(config, "strip_accents", lowercase),
                             .lowercase = lowercase};
    ASSIGN_OR_RETURN(wordPiece.normalizer, Normalizer::build({normal}));
    wordPiece.continuePrefix = "##";
    return makeWordPiece(std::move(parts), std::move(wordPiece));
}

} // namespace

TokenizerResult loadHfTokenizer(const ModelFile &file)
{
    const auto root = readTokenizerJson(file);
    if (root) {
        auto loaded = loadJson(file, *root);
        return loaded ? std::move(loaded)
                      : TokenizerResult(
                            fail(loaded.error().code, file.path().string() + "/" + loaded.error().detail));
    }
    if (root.error().code != ErrorCode::NotFound) {
        return fail(root.error().code, file.path().string() + "/" + root.error().detail);
    }
    if (const auto metadata = sentencePieceMetadata(file)) {
        return loadGgufTokenizer(*metadata);
    } else if (metadata.error().code != ErrorCode::NotFound) {
        return fail(metadata.error().code, file.path().string() + "/" + metadata.error().detail);
    }
    const auto vocab = file.textFile("vocab.txt");
    if (!vocab) {
        return fail(vocab.error().code, "no tokenizer.json or tokenizer.model, and " + vocab.error().detail);
    }
    return loadVocabText(file, *vocab);
}

} // namespace engine
