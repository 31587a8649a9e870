#include "rag/answer/wording.h"

#include "engine/base/unicode.h"

#include <algorithm>

namespace rag {

namespace {

struct Words
{
    std::string_view language;
    std::string_view open;
    std::string_view close;
    std::string_view comma;
    std::string_view page;
    std::string_view notFound;
    std::string_view nearest;
    std::string_view nothing;
    std::string_view searched; ///< %1 of %2 pages
    std::string_view noHits;
    std::string_view onOne;
    std::string_view onMany; ///< %1 pages
    std::string_view guess;
};

constexpr Words kWords[] = {
    {"en", "“", "”", ", ", "page", "I did not find an answer to this in the documents.",
     "The nearest passages are on:", "There is nothing to search in yet.", "Searched %1 of %2 pages:",
     "0 hits", "on 1 page", "on %1 pages", "I am not sure, but this may answer it:"},
    {"ar", "«", "»", "، ", "صفحة", "لم أجد جوابًا عن هذا السؤال في الوثائق.",
     "أقرب المقاطع في:", "لا يوجد بعد ما يُبحث فيه.", "بُحث في %1 من %2 صفحة:", "0 نتيجة", "في صفحة واحدة",
     "في %1 صفحة", "لست متأكدًا، لكن قد يكون هذا هو الجواب:"},
    {"fr", "« ", " »", ", ", "page", "Je n’ai pas trouvé de réponse à cette question dans les documents.",
     "Les passages les plus proches :", "Il n’y a encore rien où chercher.", "%1 pages sur %2 parcourues :",
     "0 résultat", "sur 1 page", "sur %1 pages", "Je n’en suis pas sûr, mais ceci y répond peut-être :"},
    {"fa", "«", "»", "، ", "صفحهٔ", "پاسخ این پرسش را در سندها نیافتم.",
     "نزدیک‌ترین بخش‌ها:", "هنوز چیزی برای جست‌وجو نیست.",
     "%1 از %2 صفحه جست‌وجو شد:", "0 مورد", "در 1 صفحه", "در %1 صفحه",
     "مطمئن نیستم، اما شاید پاسخ این باشد:"},
};

const Words &wordsOf(std::string_view language)
{
    const auto *found = std::find_if(std::begin(kWords), std::end(kWords),
                                     [&](const Words &words) { return words.language == language; });
    return found == std::end(kWords) ? kWords[0] : *found;
}

std::string placeOf(std::string_view document, int page, std::string_view label, const Words &words)
{
    std::string text(document);
    text += words.comma;
    text += words.page;
    return text + " " + shownPage(page, label);
}

std::string filled(std::string_view text, int first, int second = 0)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at)
        if (text[at] == '%' && at + 1 < text.size() && (text[at + 1] == '1' || text[at + 1] == '2'))
            out += std::to_string(text[++at] == '1' ? first : second);
        else
            out += text[at];
    return out;
}

/// "Searched 12 of 12 pages: “toll” 0 hits, “lock” on 3 pages."
std::string searched(const ScopeScan &scan, const Words &words)
{
    std::string text = filled(words.searched, scan.pagesSearched, scan.pagesInScope);
    for (std::size_t i = 0; i < scan.terms.size(); ++i) {
        const TermHits &term = scan.terms[i];
        text += i == 0 ? " " : words.comma;
        text += words.open;
        text += withoutMarks(term.term);
        text += words.close;
        text += " ";
        text += term.pages == 0   ? std::string(words.noHits)
                : term.pages == 1 ? std::string(words.onOne)
                                  : filled(words.onMany, term.pages);
    }
    return text + ".";
}

} // namespace

std::string shownPage(int page, std::string_view label)
{
    const std::string number = std::to_string(page + 1);
    if (label.empty() || label == number)
        return number;
    return std::string(label) + " (" + number + ")";
}

std::string quoted(std::string_view quote, std::string_view language)
{
    const Words &words = wordsOf(language);
    std::string line = withoutMarks(quote);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return std::string(words.open) + line + std::string(words.close);
}

std::string place(const Citation &citation, std::string_view language)
{
    return placeOf(citation.documentName, citation.page, citation.pageLabel, wordsOf(language));
}

std::string guess(std::string_view language)
{
    return std::string(wordsOf(language).guess);
}

std::string notFound(std::span<const Passage> nearest, const ScopeScan *scan, std::string_view language)
{
    constexpr std::size_t kNamed = 3;
    const Words &words = wordsOf(language);
    std::string text(words.notFound);
    if (nearest.empty())
        return text + " " + std::string(words.nothing);
    if (scan)
        text += "\n\n" + searched(*scan, words);
    text += "\n\n";
    text += words.nearest;
    text += "\n";
    for (const Passage &passage : nearest.first(std::min(nearest.size(), kNamed)))
        text += "\n- " + placeOf(passage.documentName, passage.page, passage.pageLabel, words);
    return text;
}

std::string withoutMarks(std::string_view text)
{
    constexpr std::string_view kWordJoiner = "\u2060";
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        out += text[at];
        if (text[at] != '[' || at + 1 >= text.size())
            continue;
        std::size_t next = at + 1;
        const char32_t c = engine::nextCodePoint(text, next);
        if (engine::isNumber(c) || c == U' ' || c == U',')
            out += kWordJoiner;
    }
    return out;
}

} // namespace rag
