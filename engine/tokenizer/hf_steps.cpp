#include "engine/tokenizer/hf_steps.h"

#include "engine/tokenizer/pre_rules.h"

#include <array>

namespace engine {
namespace {

using nlohmann::json;

constexpr int kDeepest = 8;
constexpr std::size_t kMostSteps = 64;

tl::unexpected<Error> unknownStep(const char *where, const std::string &type)
{
    return fail(ErrorCode::Unsupported,
                std::string("tokenizer.json: ") + where + " \"" + type.substr(0, 64) + "\"");
}

tl::unexpected<Error> damaged(const char *what)
{
    return fail(ErrorCode::Damaged, std::string("tokenizer.json: ") + what);
}

/// Calls `read` for each step: the members of nested sequences in order, or the one step.
template <class Read>
Result<void> forEachStep(const json &step, const char *list, int depth, std::size_t &count, const Read &read)
{
    if (!step.is_object() || depth > kDeepest) {
        return damaged("a step that is no object, or too deep");
    }
    if (textOf(step, "type") != "Sequence") {
        return ++count > kMostSteps ? Result<void>(damaged("too many steps")) : read(step);
    }
    const json *steps = memberOf(step, list);
    if (steps == nullptr || !steps->is_array()) {
        return damaged("a sequence without steps");
    }
    for (const json &inner : *steps) {
        RETURN_IF_ERROR(forEachStep(inner, list, depth + 1, count, read));
    }
    return {};
}

Result<std::string> fromBase64(const std::string &text)
{
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    int have = 0;
    for (const char c : text) {
        constexpr std::string_view kDigits =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        if (c == '=') {
            break;
        }
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos) {
            return damaged("precompiled_charsmap is no base64");
        }
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        have += 6;
        if (have >= 8) {
            have -= 8;
            bytes.push_back(static_cast<char>(bits >> have & 0xFF));
        }
    }
    return bytes;
}

Result<NormalStep> readReplace(const json &step)
{
    const json *pattern = memberOf(step, "pattern");
    if (pattern == nullptr || !pattern->is_object()) {
        return damaged("Replace without a pattern");
    }
    const std::string content = textOf(step, "content");
    if (const std::string text = textOf(*pattern, "String"); !text.empty()) {
        return steps::Replace{text, content};
    }
    if (textOf(*pattern, "Regex") == " {2,}" && (content == " " || content == kMetaspace)) {
        return steps::CollapseBlanks{}; // the blank becomes U+2581 later in any case
    }
    return fail(ErrorCode::Unsupported, "tokenizer.json: the regular expression of a Replace");
}

Result<NormalStep> readNormalStep(const json &step)
{
    const std::string type = textOf(step, "type");
    constexpr std::array<std::pair<std::string_view, NormalForm>, 4> kForms{{{"NFC", NormalForm::Nfc},
                                                                             {"NFD", NormalForm::Nfd},
                                                                             {"NFKC", NormalForm::Nfkc},
                                                                             {"NFKD", NormalForm::Nfkd}}};
    for (const auto &[name, form] : kForms) {
        if (type == name) {
            return steps::Form{form};
        }
    }
    if (type == "Replace") {
        return readReplace(step);
    }
    if (type == "Prepend") {
        return steps::Prepend{textOf(step, "prepend")};
    }
    if (type == "Strip") {
        return steps::Strip{flagOf(step, "strip_left", true), flagOf(step, "strip_right", true)};
    }
    if (type == "Lowercase") {
        return steps::Lowercase{};
    }
    if (type == "StripAccents") {
        return steps::StripAccents{};
    }
    if (type == "BertNormalizer") {
        const bool lowercase = flagOf(step, "lowercase", true);
        return steps::Bert{flagOf(step, "clean_text", true), flagOf(step, "handle_chinese_chars", true),
                           flagOf(step, "strip_accents", lowercase), lowercase};
    }
    if (type == "Precompiled") {
        ASSIGN_OR_RETURN(const std::string bytes, fromBase64(textOf(step, "precompiled_charsmap")));
        auto charsmap = Charsmap::parse(bytes, Charsmap::Match::Grapheme);
        if (!charsmap) {
            return fail(ErrorCode::Damaged, "tokenizer.json: " + charsmap.error().detail);
        }
        return *std::move(charsmap);
    }
    return unknownStep("normalizer", type);
}

Result<Metaspace> readMetaspace(const json &step)
{
    if (textOf(step, "replacement", std::string(kMetaspace)) != kMetaspace) {
        return fail(ErrorCode::Unsupported, "tokenizer.json: Metaspace with a character of its own");
    }
    Metaspace metaspace;
    const bool older = flagOf(step, "add_prefix_space", true);
    const std::string scheme = textOf(step, "prepend_scheme", older ? "always" : "never");
    metaspace.prefix = scheme == "always"  ? Metaspace::Prefix::Always
                       : scheme == "first" ? Metaspace::Prefix::First
                                           : Metaspace::Prefix::Never;
    return metaspace;
}

Result<void> readSplitPattern(const json &step, HfSplit &split)
{
    const json *pattern = memberOf(step, "pattern");
    if (pattern == nullptr || !pattern->is_object()) {
        return damaged("Split without a pattern");
    }
    const std::string behavior = textOf(step, "behavior");
    const bool inverted = flagOf(step, "invert", false);
    if (textOf(*pattern, "String") == " " && behavior == "MergedWithPrevious" && !inverted) {
        split.blanksMerged = true;
        return {};
    }
    // Inverted and removed says the same, where the expression leaves nothing out, as the published ones do.
    const bool isolated = (behavior == "Isolated" && !inverted) || (behavior == "Removed" && inverted);
    const SplitRule rule = isolated ? ruleOfRegex(textOf(*pattern, "Regex")) : nullptr;
    if (rule == nullptr) {
        return fail(ErrorCode::Unsupported, "tokenizer.json: the expression of a Split is none that we know");
    }
    split.rules.push_back(rule);
    return {};
}

Result<void> readSplitStep(const json &step, HfSplit &split)
{
    const std::string type = textOf(step, "type");
    if (type == "ByteLevel") {
        split.byteLevel = true;
        split.blankBefore = split.blankBefore || flagOf(step, "add_prefix_space", true);
        if (flagOf(step, "use_regex", true)) {
            split.rules.push_back(rules::gpt2);
        }
    } else if (type == "Split") {
        return readSplitPattern(step, split);
    } else if (type == "Digits") {
        split.rules.push_back(flagOf(step, "individual_digits", false) ? rules::digit : rules::digits);
    } else if (type == "Metaspace") {
        ASSIGN_OR_RETURN(split.metaspace, readMetaspace(step));
    } else if (type == "WhitespaceSplit") {
        split.whitespace = true;
    } else if (type == "BertPreTokenizer") {
        split.bert = true;
    } else {
        return unknownStep("pre_tokenizer", type);
    }
    return {};
}

} // namespace

const json *memberOf(const json &object, const char *name)
{
    if (!object.is_object()) {
        return nullptr;
    }
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string textOf(const json &object, const char *name, std::string fallback)
{
    const json *member = memberOf(object, name);
    return member != nullptr && member->is_string() ? member->get_ref<const std::string &>() : fallback;
}

bool flagOf(const json &object, const char *name, bool fallback)
{
    const json *member = memberOf(object, name);
    return member != nullptr && member->is_boolean() ? member->get<bool>() : fallback;
}

Result<std::vector<NormalStep>> readNormalSteps(const json &root)
{
    std::vector<NormalStep> steps;
    const json *normalizer = memberOf(root, "normalizer");
    if (normalizer == nullptr) {
        return steps;
    }
    std::size_t count = 0;
    RETURN_IF_ERROR(forEachStep(*normalizer, "normalizers", 0, count, [&](const json &step) -> Result<void> {
        ASSIGN_OR_RETURN(NormalStep read, readNormalStep(step));
        steps.push_back(std::move(read));
        return {};
    }));
    return steps;
}

Result<std::string> charsmapBytes(const json &root)
{
    std::string bytes;
    std::size_t count = 0;
    const json *normalizer = memberOf(root, "normalizer");
    if (normalizer == nullptr) {
        return bytes;
    }
    RETURN_IF_ERROR(forEachStep(*normalizer, "normalizers", 0, count, [&](const json &step) -> Result<void> {
        if (textOf(step, "type") == "Precompiled") {
            ASSIGN_OR_RETURN(bytes, fromBase64(textOf(step, "precompiled_charsmap")));
        }
        return {};
    }));
    return bytes;
}

Result<HfSplit> readSplit(const json &root)
{
    HfSplit split;
    const json *preTokenizer = memberOf(root, "pre_tokenizer");
    if (preTokenizer == nullptr) {
        return split;
    }
    std::size_t count = 0;
    RETURN_IF_ERROR(forEachStep(*preTokenizer, "pretokenizers", 0, count,
                                [&](const json &step) { return readSplitStep(step, split); }));
    return split;
}

bool decoderStripsBlank(const json &root)
{
    const json *decoder = memberOf(root, "decoder");
    bool strips = false;
    std::size_t count = 0;
    if (decoder == nullptr) {
        return false;
    }
    const auto looked = forEachStep(*decoder, "decoders", 0, count, [&](const json &step) -> Result<void> {
        const json *start = memberOf(step, "start");
        strips = strips || (textOf(step, "type") == "Strip" && textOf(step, "content") == " " &&
                            start != nullptr && start->is_number_integer() && *start > 0);
        return {};
    });
    return looked && strips;
}

} // namespace engine
