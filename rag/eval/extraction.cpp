#include "rag/eval/extraction.h"

#include "engine/base/unicode.h"
#include "rag/chunk/chunker.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace rag {

namespace {

/// Letters and digits, each with the bytes it came from.
struct Squashed
{
    std::u32string text;
    std::vector<std::uint32_t> begin;
    std::vector<std::uint32_t> end;
};

Squashed squash(std::string_view display)
{
    const IndexText folded = normalizeForIndex(display);
    Squashed out;
    for (std::size_t at = 0; at < folded.text.size();) {
        const std::size_t from = at;
        const char32_t c = engine::nextCodePoint(folded.text, at);
        if (!engine::isLetter(c) && !engine::isNumber(c))
            continue;
        out.text += c;
        out.begin.push_back(folded.origin[from]);
        // What comes from the same character as the next one ends where that character does.
        std::size_t next = at;
        while (next < folded.text.size() && folded.origin[next] <= folded.origin[from])
            ++next;
        out.end.push_back(folded.origin[next]);
    }
    return out;
}

struct Span
{
    std::size_t distance = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// The span of `text` nearest to `pattern`: row by row of the usual table, with a free start and end.
Span nearestSpan(std::u32string_view pattern, std::u32string_view text)
{
    struct Cell
    {
        std::size_t distance;
        std::size_t begin;
    };

    std::vector<Cell> row(pattern.size() + 1);
    for (std::size_t i = 0; i <= pattern.size(); ++i)
        row[i] = {i, 0};
    Span best{pattern.size(), 0, 0};
    for (std::size_t t = 0; t < text.size(); ++t) {
        Cell diagonal = row[0];
        row[0] = {0, t + 1};
        // A match of the first character begins here, not behind it.
        diagonal.begin = t;
        for (std::size_t i = 1; i <= pattern.size(); ++i) {
            const Cell left = row[i];
            Cell cell{diagonal.distance + (pattern[i - 1] == text[t] ? 0U : 1U), diagonal.begin};
            if (left.distance + 1 < cell.distance)
                cell = {left.distance + 1, left.begin};
            if (row[i - 1].distance + 1 < cell.distance)
                cell = {row[i - 1].distance + 1, row[i - 1].begin};
            diagonal = left;
            row[i] = cell;
        }
        if (row.back().distance < best.distance)
            best = {row.back().distance, row.back().begin, t + 1};
    }
    return best;
}

std::map<std::string, int> wordCounts(std::string_view text)
{
    std::map<std::string, int> counts;
    for (IndexWord &word : splitWords(text))
        ++counts[std::move(word.stem)];
    return counts;
}

std::pair<int, int> wordsRead(std::string_view reference, std::string_view read)
{
    const std::map<std::string, int> wanted = wordCounts(reference);
    const std::map<std::string, int> there = wordCounts(read);
    int total = 0;
    int found = 0;
    for (const auto &[word, count] : wanted) {
        total += count;
        const auto at = there.find(word);
        found += at == there.end() ? 0 : std::min(count, at->second);
    }
    return {found, total};
}

/// Area covered by the boxes for which `in` holds, on the grid of all their edges.
template <class In>
double area(const std::vector<float> &xs, const std::vector<float> &ys, const In &in)
{
    double sum = 0;
    for (std::size_t i = 0; i + 1 < xs.size(); ++i)
        for (std::size_t j = 0; j + 1 < ys.size(); ++j)
            if (in((xs[i] + xs[i + 1]) / 2, (ys[j] + ys[j + 1]) / 2))
                sum += double(xs[i + 1] - xs[i]) * double(ys[j + 1] - ys[j]);
    return sum;
}

bool covers(std::span<const Box> boxes, float x, float y)
{
    return std::any_of(boxes.begin(), boxes.end(), [&](const Box &box) {
        return x >= box.x && x <= box.right() && y >= box.y && y <= box.bottom();
    });
}

} // namespace

QuoteFit fitQuote(std::string_view quote, std::string_view page)
{
    QuoteFit fit;
    const Squashed wanted = squash(quote);
    const Squashed text = squash(page);
    if (wanted.text.empty() || text.text.empty())
        return fit;
    Span span;
    if (const std::size_t at = text.text.find(wanted.text); at != std::u32string::npos)
        span = {0, at, at + wanted.text.size()};
    else
        span = nearestSpan(wanted.text, text.text);
    fit.found = span.distance == 0;
    fit.characterError = std::min(1.0, double(span.distance) / double(wanted.text.size()));
    if (span.end > span.begin) {
        fit.begin = text.begin[span.begin];
        fit.end = text.end[span.end - 1];
    }
    const auto [there, total] = wordsRead(quote, page);
    fit.wordsThere = fit.found || there == total;
    return fit;
}

double wordRecall(std::string_view reference, std::string_view read)
{
    const auto [found, total] = wordsRead(reference, read);
    return total > 0 ? double(found) / total : 1;
}

double characterError(std::string_view reference, std::string_view read)
{
    const std::u32string a = squash(reference).text;
    const std::u32string b = squash(read).text;
    if (a.empty())
        return b.empty() ? 0 : 1;
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return std::min(1.0, double(row.back()) / double(a.size()));
}

Overlap overlapOf(std::span<const Box> first, std::span<const Box> second)
{
    std::set<float> xs;
    std::set<float> ys;
    for (const std::span<const Box> boxes : {first, second})
        for (const Box &box : boxes) {
            xs.insert({box.x, box.right()});
            ys.insert({box.y, box.bottom()});
        }
    const std::vector<float> x(xs.begin(), xs.end());
    const std::vector<float> y(ys.begin(), ys.end());
    Overlap overlap;
    overlap.first = area(x, y, [&](float px, float py) { return covers(first, px, py); });
    overlap.second = area(x, y, [&](float px, float py) { return covers(second, px, py); });
    overlap.shared =
        area(x, y, [&](float px, float py) { return covers(first, px, py) && covers(second, px, py); });
    return overlap;
}

std::vector<Box> boxesOn(const PageContent &page, std::uint32_t begin, std::uint32_t end)
{
    if (begin >= end || end > page.text.size())
        return {};
    return boxesOf(std::array{Segment{page.page, begin, 0, end - begin}}, 0, end - begin, page);
}

} // namespace rag
