#include "rag/tasks/structure.h"

#include "engine/base/unicode.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace rag {

namespace {

constexpr std::size_t kLongestHeading = 200; ///< bytes
constexpr int kDeepest = 3;

using Place = std::pair<int, std::uint32_t>; ///< page, byte

/// A block that may be a heading.
struct Candidate
{
    std::string title;
    std::string key;
    Place place;
    std::uint32_t end = 0;
    float size = 0;
    bool heading = false;
};

std::string onOneLine(std::string_view text)
{
    std::string line;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!space)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    while (!line.empty() && line.back() == ' ')
        line.pop_back();
    return line;
}

std::string keyOf(std::string_view text)
{
    std::string key = indexWords(text);
    std::erase(key, ' ');
    return key;
}

int letters(std::string_view text)
{
    int count = 0;
    for (std::size_t at = 0; at < text.size();)
        count += engine::isLetter(engine::nextCodePoint(text, at)) ? 1 : 0;
    return count;
}

/// A page of which most headings are entries: with leaders, or with a number at their end.
bool isContentsPage(const PageContent &page)
{
    constexpr int kMany = 6;
    int leaders = 0;
    int numbered = 0;
    int blocks = 0;
    for (const Block &block : page.blocks) {
        if (block.kind == BlockKind::Running)
            continue;
        const std::string text =
            onOneLine(std::string_view(page.text).substr(block.begin, block.end - block.begin));
        ++blocks;
        leaders += hasLeaders(text) ? 1 : 0;
        numbered +=
            block.kind == BlockKind::Heading && !text.empty() && text.back() >= '0' && text.back() <= '9';
    }
    return leaders >= 2 || (numbered >= kMany && numbered * 2 > blocks);
}

/// A page of many large words and next to no text: a drawing with its labels.
bool isDrawing(const PageContent &page)
{
    constexpr int kLabels = 4;
    constexpr std::size_t kLittleText = 300; ///< bytes
    int headings = 0;
    std::size_t body = 0;
    for (const Block &block : page.blocks) {
        headings += block.kind == BlockKind::Heading ? 1 : 0;
        body += block.kind == BlockKind::Body && block.end > block.begin ? block.end - block.begin : 0;
    }
    return headings >= kLabels && body < kLittleText;
}

std::vector<Candidate> candidatesOf(std::span<const PageContent> pages)
{
    constexpr int kFewestLetters = 2;
    std::vector<Candidate> candidates;
    for (const PageContent &page : pages) {
        if (page.state != PageState::Read || isContentsPage(page) || isDrawing(page))
            continue;
        for (const Block &block : page.blocks) {
            if (block.kind == BlockKind::Running || block.end > page.text.size() ||
                block.begin >= block.end || block.end - block.begin > kLongestHeading)
                continue;
            Candidate candidate;
            candidate.title =
                onOneLine(std::string_view(page.text).substr(block.begin, block.end - block.begin));
            const bool signs =
                letters(candidate.title) * 5 < int(candidate.title.size()); // a formula, a price
            if (letters(candidate.title) < kFewestLetters || signs)
                continue;
            candidate.key = keyOf(candidate.title);
            candidate.place = {page.page, block.begin};
            candidate.end = block.end;
            candidate.size = block.fontSize;
            candidate.heading = block.kind == BlockKind::Heading;
            candidates.push_back(std::move(candidate));
        }
    }
    return candidates;
}

/// The same words, or but for the number before them.
bool readsLike(std::string_view block, std::string_view entry)
{
    constexpr std::size_t kNumbering = 12;
    constexpr std::size_t kShortest = 4;
    const auto endsWith = [](std::string_view longer, std::string_view shorter) {
        return shorter.size() >= kShortest && longer.ends_with(shorter) &&
               longer.size() - shorter.size() <= kNumbering;
    };
    return !entry.empty() && (block == entry || endsWith(block, entry) || endsWith(entry, block));
}

/// The entries on the pages: of all ways to place them in the order of the outline one that places most
/// (longest increasing subsequence over the places that read alike).
std::vector<Heading> fromOutline(std::span<const Candidate> candidates, std::span<const OutlineItem> outline)
{
    struct Link
    {
        std::size_t candidate = 0;
        int before = -1; ///< index of a link
        std::size_t item = 0;
        int length = 1;
    };

    constexpr std::size_t kMostPlaces = 6; ///< of one entry
    std::vector<Link> links;
    std::map<std::size_t, int> bestAt; ///< by candidate: the link that ends the longest chain up to there
    for (std::size_t i = 0; i < outline.size(); ++i) {
        const std::string entry = keyOf(outline[i].title);
        std::vector<Link> mine;
        for (std::size_t c = 0; c < candidates.size() && mine.size() < kMostPlaces; ++c) {
            const bool rightPage =
                outline[i].page < 0 ? candidates[c].heading : candidates[c].place.first == outline[i].page;
            if (!rightPage || !readsLike(candidates[c].key, entry))
                continue;
            Link link{c, -1, i, 1};
            auto before = bestAt.lower_bound(c);
            if (before != bestAt.begin()) {
                link.before = std::prev(before)->second;
                link.length = links[std::size_t(link.before)].length + 1;
            }
            mine.push_back(link);
        }
        for (const Link &link : mine) {
            links.push_back(link);
            auto [place, isNew] = bestAt.try_emplace(link.candidate, int(links.size()) - 1);
            if (!isNew && links[std::size_t(place->second)].length < link.length)
                place->second = int(links.size()) - 1;
            else if (!isNew)
                continue;
            // Kept so that lengths rise with the candidates: what is no longer than one before it goes, and
            // so do those behind that are no longer.
            if (place != bestAt.begin() &&
                links[std::size_t(std::prev(place)->second)].length >= link.length) {
                bestAt.erase(place);
                continue;
            }
            for (auto next = std::next(place);
                 next != bestAt.end() && links[std::size_t(next->second)].length <= link.length;)
                next = bestAt.erase(next);
        }
    }
    std::vector<int> placed(outline.size(), -1);
    for (int at = bestAt.empty() ? -1 : bestAt.rbegin()->second; at >= 0; at = links[std::size_t(at)].before)
        placed[links[std::size_t(at)].item] = int(links[std::size_t(at)].candidate);

    std::vector<Heading> headings;
    for (std::size_t i = 0; i < outline.size(); ++i) {
        Heading heading;
        heading.title = onOneLine(outline[i].title);
        heading.level = std::clamp(outline[i].level, 0, kDeepest + 2);
        heading.page = outline[i].page;
        if (placed[i] >= 0) {
            const Candidate &candidate = candidates[std::size_t(placed[i])];
            heading.page = candidate.place.first;
            heading.begin = candidate.place.second;
            heading.end = candidate.end;
        }
        if (!heading.title.empty())
            headings.push_back(std::move(heading));
    }
    return headings;
}

/// "2" 0, "2.1" 1; "Chapter 2" 0; -1: no number. A number alone with a stop ("3. Results") counts too.
int levelByNumber(std::string_view title)
{
    static const std::string_view kChapters[] = {"chapter", "part",   "appendix", "chapitre",
                                                 "annexe",  "partie", "فصل",      "الفصل",
                                                 "الباب",   "باب",    "ملحق"};
    const std::string folded = normalizeForIndex(title).text;
    for (const std::string_view word : kChapters)
        if (folded.starts_with(normalizeForIndex(word).text + " "))
            return 0;
    std::size_t at = 0;
    int dots = 0;
    bool digit = false;
    if (folded.size() > 2 && folded[0] >= 'a' && folded[0] <= 'z' && folded[1] == '.' && folded[2] >= '0' &&
        folded[2] <= '9') { // "A.1"
        at = 2;
        ++dots;
    }
    for (; at < folded.size(); ++at) {
        if (folded[at] >= '0' && folded[at] <= '9')
            digit = true;
        else if (folded[at] == '.' && digit && at + 1 < folded.size() && folded[at + 1] >= '0' &&
                 folded[at + 1] <= '9')
            ++dots;
        else
            break;
    }
    const bool ends = at < folded.size() && (folded[at] == ' ' || folded[at] == '.' || folded[at] == ')');
    return digit && ends ? std::min(dots, kDeepest) : -1;
}

/// Sizes that differ by less than an eighth are one.
std::vector<float> sizeClasses(std::vector<float> sizes)
{
    constexpr float kAlike = 1.12F;
    std::sort(sizes.rbegin(), sizes.rend());
    std::vector<float> classes;
    for (const float size : sizes)
        if (classes.empty() || size * kAlike < classes.back())
            classes.push_back(size);
    return classes;
}

std::vector<Heading> fromPages(std::span<const Candidate> candidates)
{
    constexpr double kNumberedShare = 0.4;
    std::vector<const Candidate *> found;
    for (const Candidate &candidate : candidates)
        if (candidate.heading && (found.empty() || found.back()->key != candidate.key)) // a slide built up
            found.push_back(&candidate);
    std::vector<float> sizes;
    std::vector<int> levels;
    int numbered = 0;
    for (const Candidate *candidate : found) {
        sizes.push_back(candidate->size);
        levels.push_back(levelByNumber(candidate->title));
        numbered += levels.back() >= 0 ? 1 : 0;
    }
    const bool byNumber = double(numbered) >= kNumberedShare * double(found.size());
    const std::vector<float> classes = sizeClasses(sizes);
    const auto bySize = [&](float size) {
        const auto at =
            std::find_if(classes.begin(), classes.end(), [&](float other) { return size * 1.12F >= other; });
        return std::min(int(at - classes.begin()), kDeepest);
    };
    // Between numbered headings the others rank with numbered ones of their size, or below the one before.
    std::map<int, int> levelOfSize;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (byNumber && levels[i] >= 0)
            levelOfSize.try_emplace(int(std::lround(sizes[i] * 2)), levels[i]);
    std::vector<Heading> headings;
    int last = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        int level = levels[i];
        if (!byNumber) {
            level = bySize(sizes[i]);
        } else if (level < 0) {
            const auto known = levelOfSize.find(int(std::lround(sizes[i] * 2)));
            level = known != levelOfSize.end() ? known->second : std::min(last + 1, kDeepest);
        } else {
            last = level;
        }
        headings.push_back(
            {found[i]->title, level, found[i]->place.first, found[i]->place.second, found[i]->end});
    }
    return headings;
}

Place startOf(const Passage &passage)
{
    return passage.segments.empty()
               ? Place{passage.page, 0}
               : Place{passage.segments.front().page, passage.segments.front().pageBegin};
}

std::vector<Part> evenParts(std::size_t passages, std::size_t most)
{
    std::vector<Part> parts;
    const std::size_t count = std::clamp<std::size_t>(most, 1, std::max<std::size_t>(passages, 1));
    for (std::size_t i = 0; i < count && passages > 0; ++i)
        parts.push_back({"", i * passages / count, (i + 1) * passages / count});
    return parts;
}

/// Neighbours made one until there are few enough, each with about as many passages.
std::vector<Part> merged(const std::vector<Part> &parts, std::size_t most)
{
    if (parts.size() <= most)
        return parts;
    const std::size_t total = parts.back().end;
    std::vector<Part> out;
    std::string last;
    const auto close = [&] {
        if (!out.empty() && !last.empty() && last != out.back().title)
            out.back().title += (out.back().title.empty() ? "" : " – ") + last;
        last.clear();
    };
    for (const Part &part : parts) {
        const bool full = !out.empty() && out.back().end - out.back().first >= (total + most - 1) / most;
        if (out.empty() || (full && out.size() < most)) {
            close();
            out.push_back(part);
        } else {
            out.back().end = part.end;
            last = part.title;
        }
    }
    close();
    return out;
}

} // namespace

bool hasLeaders(std::string_view text)
{
    return text.find(". . .") != text.npos || text.find("....") != text.npos ||
           text.find("\u2026\u2026") != text.npos;
}

bool isContents(std::string_view passage)
{
    constexpr int kSeveral = 3;
    int lines = 0;
    while (!passage.empty()) {
        const std::size_t end = std::min(passage.find('\n'), passage.size());
        lines += hasLeaders(passage.substr(0, end)) ? 1 : 0;
        passage.remove_prefix(std::min(end + 1, passage.size()));
    }
    return lines >= kSeveral;
}

std::vector<Heading> headingsOf(std::span<const PageContent> pages, std::span<const OutlineItem> outline)
{
    const std::vector<Candidate> candidates = candidatesOf(pages);
    if (!outline.empty()) {
        std::vector<Heading> headings = fromOutline(candidates, outline);
        const auto placed = std::count_if(headings.begin(), headings.end(),
                                          [](const Heading &heading) { return heading.page >= 0; });
        if (std::size_t(placed) * 2 >= headings.size() && placed > 0)
            return headings;
    }
    return fromPages(candidates);
}

std::vector<Part> partsOf(std::span<const Passage> passages, std::span<const Heading> headings,
                          std::size_t most)
{
    constexpr std::size_t kFewest = 3;
    if (passages.empty())
        return {};
    for (int level = 0; level <= kDeepest; ++level) {
        std::vector<Part> parts;
        for (const Heading &heading : headings) {
            if (heading.level > level || heading.page < 0)
                continue;
            const Place place{heading.page, heading.begin};
            const auto at =
                std::partition_point(passages.begin(), passages.end(),
                                     [&](const Passage &passage) { return startOf(passage) < place; });
            const auto first = std::size_t(at - passages.begin());
            if (first == passages.size() || (!parts.empty() && first < parts.back().first))
                continue;
            if (!parts.empty() && first == parts.back().first)
                continue; // two headings over one passage: the first names it
            if (!parts.empty())
                parts.back().end = first;
            else if (first > 0)
                parts.push_back({"", 0, first}); // what stands before the first chapter
            parts.push_back({heading.title, first, passages.size()});
        }
        const std::size_t titled = std::size_t(
            std::count_if(parts.begin(), parts.end(), [](const Part &p) { return !p.title.empty(); }));
        if (titled >= std::min(kFewest, most))
            return merged(parts, most);
    }
    return evenParts(passages.size(), most);
}

} // namespace rag
