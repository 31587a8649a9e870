#include "rag/answer/scope_scan.h"

#include "engine/base/unicode.h"
#include "rag/retrieve/question_text.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace rag {

namespace {

constexpr std::size_t kMostTerms = 12;
constexpr std::size_t kPlaces = 5; ///< listed of each term
constexpr std::size_t kFuzzy = 5;  ///< letters from which on a spelling may differ

struct Wanted
{
    std::string stem;
    std::u32string letters;
    bool fuzzy = false;
};

std::u32string lettersOf(std::string_view text)
{
    std::u32string letters;
    for (std::size_t at = 0; at < text.size();)
        letters += engine::nextCodePoint(text, at);
    return letters;
}

/// The key terms with the question's own spelling, and what to look for.
void collect(std::string_view question, std::vector<TermHits> &terms, std::vector<Wanted> &wanted)
{
    const std::vector<std::string> key = keyTerms(question);
    for (const IndexWord &word : splitWords(question)) {
        const bool isKey = std::find(key.begin(), key.end(), word.stem) != key.end();
        const bool known = std::any_of(wanted.begin(), wanted.end(),
                                       [&](const Wanted &other) { return other.stem == word.stem; });
        Wanted look{word.stem, lettersOf(word.stem), false};
        // A lone letter is what an apostrophe left over.
        const bool lone = look.letters.size() == 1 && !engine::isNumber(look.letters.front());
        if (!isKey || known || lone || terms.size() >= kMostTerms)
            continue;
        look.fuzzy = look.letters.size() >= kFuzzy &&
                     std::none_of(look.letters.begin(), look.letters.end(), engine::isNumber);
        wanted.push_back(std::move(look));
        terms.push_back({std::string(question.substr(word.begin, word.end - word.begin)), 0, {}});
    }
}

/// Which terms a word is: a bit each. The words of a library repeat, so each is looked at once.
class TermFinder
{
public:
    explicit TermFinder(std::vector<Wanted> wanted)
        : m_wanted(std::move(wanted))
    {
    }

    std::uint32_t find(const std::string &stem)
    {
        const auto [known, isNew] = m_known.try_emplace(stem, 0U);
        if (isNew)
            known->second = match(stem);
        return known->second;
    }

private:
    std::uint32_t match(const std::string &stem) const
    {
        std::uint32_t terms = 0;
        const std::u32string letters = lettersOf(stem);
        for (std::size_t i = 0; i < m_wanted.size(); ++i)
            if (m_wanted[i].stem == stem || (m_wanted[i].fuzzy && oneEditApart(m_wanted[i].letters, letters)))
                terms |= 1U << i;
        return terms;
    }

    std::vector<Wanted> m_wanted;
    std::unordered_map<std::string, std::uint32_t> m_known;
};

} // namespace

bool oneEditApart(std::u32string_view a, std::u32string_view b)
{
    if (a.size() > b.size())
        std::swap(a, b);
    if (b.size() - a.size() > 1)
        return false;
    const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin());
    if (x == a.end())
        return true;
    const auto restA = a.substr(std::size_t(x - a.begin()));
    const auto restB = b.substr(std::size_t(y - b.begin()));
    if (a.size() < b.size())
        return restA == restB.substr(1);
    if (restA.substr(1) == restB.substr(1))
        return true;
    return restA.size() > 1 && restA[0] == restB[1] && restA[1] == restB[0] &&
           restA.substr(2) == restB.substr(2);
}

Result<ScopeScan> scanScope(ScopeReader &reader, std::string_view question, const CancelToken &cancel)
{
    ScopeScan scan;
    std::vector<Wanted> wanted;
    collect(question, scan.terms, wanted);
    TermFinder finder(std::move(wanted));
    const auto see = [&](DocumentId document, int page, std::string_view text) {
        std::uint32_t here = 0;
        for (const IndexWord &word : splitWords(text))
            here |= finder.find(word.stem);
        for (std::size_t i = 0; i < scan.terms.size(); ++i) {
            TermHits &term = scan.terms[i];
            if ((here & (1U << i)) == 0)
                continue;
            ++term.pages;
            if (term.places.size() < kPlaces)
                term.places.emplace_back(document, page);
        }
    };
    ASSIGN_OR_RETURN(scan.pagesInScope, reader.pageCount());
    ASSIGN_OR_RETURN(scan.pagesSearched, reader.eachPage(see, cancel));
    return scan;
}

} // namespace rag
