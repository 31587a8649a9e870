// Judging one answer: containsAnswer() and areaUnderCurve() of evaluation.h.
#include "engine/base/unicode.h"
#include "rag/eval/evaluation.h"
#include "rag/text/normalizer.h"

#include <algorithm>

namespace rag {

namespace {

/// A full stop within a word belongs to it ("1.5"), one behind it does not ("474.").
void endWord(std::string &words)
{
    while (words.back() == '.')
        words.pop_back();
    if (words.back() != ' ')
        words += ' ';
}

/// Folded as for the index; only letters, digits and what answers are made of ("/etc/fstab", "1.5%") stay.
/// Thousands separators go, the Arabic decimal separator becomes a point.
std::string comparable(std::string_view text)
{
    std::string prepared;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = engine::nextCodePoint(text, at);
        if (c == 0x066B)
            prepared += '.';
        else if (c != U',' && c != 0x066C)
            engine::appendUtf8(prepared, c);
    }
    const std::string folded = normalizeForIndex(prepared).text;
    std::string flat = " ";
    for (std::size_t at = 0; at < folded.size();) {
        const char32_t c = engine::nextCodePoint(folded, at);
        const bool kept = engine::isLetter(c) || engine::isNumber(c) || engine::isMark(c) ||
                          (c < 128 && std::string_view("._%/<>-").find(char(c)) != std::string_view::npos);
        if (kept)
            engine::appendUtf8(flat, c);
        else
            endWord(flat);
    }
    endWord(flat);
    return flat;
}

std::size_t characters(std::string_view text)
{
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count)
        engine::nextCodePoint(text, at);
    return count;
}

} // namespace

bool containsAnswer(std::string_view reply, std::span<const std::string> answers)
{
    constexpr std::size_t kWholeWord = 4;
    const std::string text = comparable(reply);
    return std::any_of(answers.begin(), answers.end(), [&](const std::string &answer) {
        std::string wanted = comparable(answer);
        if (characters(answer) > kWholeWord)
            wanted = wanted.substr(1, wanted.size() - 2);
        return wanted.size() > 0 && wanted != " " && text.find(wanted) != std::string::npos;
    });
}

double areaUnderCurve(std::span<const double> positives, std::span<const double> negatives)
{
    if (positives.empty() || negatives.empty())
        return 0;
    double wins = 0;
    for (const double positive : positives)
        for (const double negative : negatives)
            wins += positive > negative ? 1 : positive == negative ? 0.5 : 0;
    return wins / (double(positives.size()) * double(negatives.size()));
}

} // namespace rag
