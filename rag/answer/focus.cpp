#include "rag/answer/focus.h"

#include "rag/answer/units.h"

#include <algorithm>

namespace rag {

namespace {

constexpr std::size_t kBefore = 250; ///< characters kept before the best unit
constexpr std::size_t kAfter = 350;

TextRange round(const Passage &passage, const EvidenceSentence &best)
{
    TextRange range{best.begin, best.end};
    const auto characters = [&](std::uint32_t begin, std::uint32_t end) {
        return lengthOf(std::string_view(passage.text).substr(begin, end - begin));
    };
    const std::vector<Unit> units = unitsOf(passage.text);
    for (auto unit = units.rbegin(); unit != units.rend(); ++unit)
        if (unit->range.end <= range.begin && characters(unit->range.begin, best.begin) <= kBefore)
            range.begin = unit->range.begin;
    for (const Unit &unit : units)
        if (unit.range.begin >= range.end && characters(best.end, unit.range.end) <= kAfter)
            range.end = unit.range.end;
    return range;
}

} // namespace

std::vector<Passage> focused(std::span<const Passage> passages, std::span<const EvidenceSentence> sentences,
                             int count)
{
    std::vector<Passage> made;
    for (const EvidenceSentence &sentence : sentences) {
        const Passage &passage = passages[std::size_t(sentence.passage)];
        const bool known = std::any_of(made.begin(), made.end(),
                                       [&](const Passage &other) { return other.chunk == passage.chunk; });
        if (known)
            continue;
        if (int(made.size()) >= count)
            break;
        const TextRange range = round(passage, sentence);
        Passage copy = passage;
        copy.text = passage.text.substr(range.begin, range.end - range.begin);
        copy.segments.clear();
        made.push_back(std::move(copy));
    }
    return made;
}

} // namespace rag
