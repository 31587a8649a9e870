#include "engine/tokenizer/normalizer.h"

namespace engine {
namespace {

constexpr std::size_t kMostSteps = 64;
constexpr double kMostGrowth = 64;

bool isCjk(char32_t c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
           (c >= 0x2A700 && c <= 0x2B81F) || (c >= 0x2B820 && c <= 0x2CEAF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x2F800 && c <= 0x2FA1F);
}

bool isPrivate(char32_t c)
{
    return (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000;
}

bool isAscii(std::string_view text)
{
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80) {
            return false;
        }
    }
    return true;
}

void appendLower(std::string &text, char32_t c)
{
    if (c == 0x130) { // the one letter whose lower case is two: i and a dot above
        text.append("i\u0307");
    } else {
        appendUtf8(text, toLower(c));
    }
}

std::string run(const steps::Form &step, std::string text)
{
    return normalize(text, step.form);
}

std::string run(const steps::Replace &step, std::string text)
{
    std::size_t at = text.find(step.pattern);
    if (at == std::string::npos) {
        return text;
    }
    std::string replaced;
    replaced.reserve(text.size() + text.size() / 2);
    std::size_t copied = 0;
    for (; at != std::string::npos; at = text.find(step.pattern, copied)) {
        replaced.append(text, copied, at - copied).append(step.content);
        copied = at + step.pattern.size();
    }
    return replaced.append(text, copied);
}

std::string run(const steps::CollapseBlanks &, std::string text)
{
    std::string collapsed;
    collapsed.reserve(text.size());
    for (const char c : text) {
        if (c != ' ' || collapsed.empty() || collapsed.back() != ' ') {
            collapsed.push_back(c);
        }
    }
    return collapsed;
}

std::string run(const steps::Prepend &step, std::string text)
{
    return text.empty() ? text : step.text + text;
}

std::string run(const steps::Strip &step, std::string text)
{
    std::size_t first = text.size();
    std::size_t last = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        if (!isWhitespace(nextCodePoint(text, at))) {
            first = std::min(first, start);
            last = at;
        }
    }
    if (last == 0) {
        return {};
    }
    const std::size_t begin = step.left ? first : 0;
    return text.substr(begin, (step.right ? last : text.size()) - begin);
}

std::string run(const steps::Lowercase &, std::string text)
{
    std::string lower;
    lower.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        appendLower(lower, nextCodePoint(text, at));
    }
    return lower;
}

std::string run(const steps::StripAccents &, std::string text)
{
    if (isAscii(text)) {
        return text;
    }
    std::string bare;
    bare.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = nextCodePoint(text, at);
        if (!isNonspacingMark(c)) {
            appendUtf8(bare, c);
        }
    }
    return bare;
}

void appendClean(const steps::Bert &step, char32_t c, std::string &out)
{
    const bool blank = isWhitespace(c);
    const bool control =
        isControl(c) && c != '\t' && c != '\n' && c != '\r'; // a form feed is no white space here
    if (step.cleanText && (c == 0 || c == 0xFFFD || control || isPrivate(c))) {
        return;
    }
    if (step.cleanText && blank) {
        out.push_back(' ');
    } else if (step.handleChinese && isCjk(c)) {
        out.push_back(' ');
        appendUtf8(out, c);
        out.push_back(' ');
    } else {
        appendUtf8(out, c);
    }
}

std::string run(const steps::Bert &step, std::string text)
{
    std::string clean;
    clean.reserve(text.size() + text.size() / 8);
    for (std::size_t at = 0; at < text.size();) {
        appendClean(step, nextCodePoint(text, at), clean);
    }
    if (step.stripAccents && !isAscii(clean)) {
        clean = run(steps::StripAccents{}, normalize(clean, NormalForm::Nfd));
    }
    return step.lowercase ? run(steps::Lowercase{}, std::move(clean)) : clean;
}

std::string run(const Charsmap &step, std::string text)
{
    return step.apply(text);
}

} // namespace

Result<Normalizer> Normalizer::build(std::vector<NormalStep> steps)
{
    double growth = 1;
    for (const NormalStep &step : steps) {
        if (const auto *replace = std::get_if<steps::Replace>(&step)) {
            if (replace->pattern.empty()) {
                return fail(ErrorCode::Unsupported, "normalizer: a replacement of nothing");
            }
            growth *= std::max(1.0, static_cast<double>(replace->content.size()) /
                                        static_cast<double>(replace->pattern.size()));
        } else if (const auto *prepend = std::get_if<steps::Prepend>(&step);
                   prepend != nullptr && prepend->text.size() > 256) {
            return fail(ErrorCode::Unsupported,
                        "normalizer: a prefix of " + std::to_string(prepend->text.size()) + " bytes");
        }
    }
    if (steps.size() > kMostSteps || growth > kMostGrowth) {
        return fail(ErrorCode::Unsupported, "normalizer: " + std::to_string(steps.size()) +
                                                " steps that could make a text many times as long");
    }
    Normalizer normalizer;
    normalizer.m_steps = std::move(steps);
    return normalizer;
}

std::string Normalizer::apply(std::string_view text) const
{
    std::string normal(text);
    for (const NormalStep &step : m_steps) {
        normal = std::visit([&](const auto &known) { return run(known, std::move(normal)); }, step);
    }
    return normal;
}

} // namespace engine
