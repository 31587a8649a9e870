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
};

constexpr Words kWords[] = {
    {"en", "“", "”", ", ", "page", "I did not find an answer to this in the documents.",
     "The nearest passages are on:", "There is nothing to search in yet."},
    {"ar", "«", "»", "، ", "صفحة", "لم أجد جوابًا عن هذا السؤال في الوثائق.",
     "أقرب المقاطع في:", "لا يوجد بعد ما يُبحث فيه."},
    {"fr", "« ", " »", ", ", "page", "Je n’ai pas trouvé de réponse à cette question dans les documents.",
     "Les passages les plus proches :", "Il n’y a encore rien où chercher."},
    {"fa", "«", "»", "، ", "صفحهٔ", "پاسخ این پرسش را در سندها نیافتم.",
     "نزدیک‌ترین بخش‌ها:", "هنوز چیزی برای جست‌وجو نیست."},
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

std::string notFound(std::span<const Passage> nearest, std::string_view language)
{
    constexpr std::size_t kNamed = 3;
    const Words &words = wordsOf(language);
    std::string text(words.notFound);
    if (nearest.empty())
        return text + " " + std::string(words.nothing);
    text += " ";
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
