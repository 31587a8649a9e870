#include "rag/answer/suggestions.h"

#include "engine/base/unicode.h"
#include "rag/answer/units.h"
#include "rag/retrieve/question_text.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <unordered_set>

namespace rag {

namespace {

using StemSet = std::unordered_set<std::string>;

constexpr std::size_t kLongestTitle = 60;
constexpr std::size_t kSuggestions = 3;
constexpr std::size_t kLongestTopic = 50;
constexpr std::size_t kShortestTerm = 4;

struct Forms
{
    std::string_view language;
    std::string_view section; ///< %1: a section's title
    std::string_view term;    ///< %1: a word
};

constexpr Forms kForms[] = {
    {"en", "What does the section “%1” say?", "What is said about “%1”?"},
    {"ar", "ماذا يقول القسم «%1»؟", "ماذا يُقال عن «%1»؟"},
    {"fr", "Que dit la section « %1 » ?", "Que dit-on de « %1 » ?"},
    {"fa", "بخش «%1» چه می‌گوید؟", "دربارهٔ «%1» چه گفته شده است؟"},
};

const Forms &formsOf(std::string_view language)
{
    const auto *found = std::find_if(std::begin(kForms), std::end(kForms),
                                     [&](const Forms &forms) { return forms.language == language; });
    return found == std::end(kForms) ? kForms[0] : *found;
}

std::string filled(std::string_view form, std::string_view topic)
{
    const std::size_t at = form.find("%1");
    return std::string(form.substr(0, at)) + std::string(topic) + std::string(form.substr(at + 2));
}

std::string surface(std::string_view text, const IndexWord &word)
{
    return std::string(text.substr(word.begin, word.end - word.begin));
}

StemSet stemSet(std::string_view text)
{
    StemSet stems;
    for (IndexWord &word : splitWords(text))
        stems.insert(std::move(word.stem));
    return stems;
}

/// A title that a reader would call one: words, not a number or a line of dots.
bool isTopic(std::string_view title)
{
    const std::size_t length = lengthOf(title);
    std::size_t letters = 0;
    for (std::size_t at = 0; at < title.size();)
        letters += engine::isLetter(engine::nextCodePoint(title, at)) ? 1 : 0;
    return length <= kLongestTopic && letters >= kShortestTerm && 2 * letters >= length;
}

std::string withoutEnds(std::string_view text)
{
    constexpr std::string_view kEnds[] = {"?", "\u061F", " ", "\n", ".", "!", "\t"};
    bool cut = true;
    while (cut && !text.empty()) {
        cut = false;
        for (const std::string_view end : kEnds) {
            if (text.ends_with(end)) {
                text.remove_suffix(end.size());
                cut = true;
            }
            if (text.starts_with(end)) {
                text.remove_prefix(end.size());
                cut = true;
            }
        }
    }
    return std::string(text);
}

struct Term
{
    std::string surface;
    int passages = 0;
    int times = 0;
};

/// Content words of the passages, each with how often it stands there.
std::vector<Term> termsOf(std::span<const Passage> passages, const StemSet &asked)
{
    std::map<std::string, Term> terms;
    for (const Passage &passage : passages) {
        StemSet here;
        for (const IndexWord &word : splitWords(passage.text)) {
            const std::string text = surface(passage.text, word);
            const bool plain = lengthOf(text) >= kShortestTerm && !asked.contains(word.stem) &&
                               !isStopWord(normalizeForIndex(text).text) && isTopic(text);
            if (!plain)
                continue;
            Term &term = terms[word.stem];
            if (term.surface.empty() || text.size() < term.surface.size())
                term.surface = text;
            ++term.times;
            term.passages += here.insert(word.stem).second ? 1 : 0;
        }
    }
    std::vector<Term> sorted;
    for (auto &[stem, term] : terms)
        if (term.times > 1)
            sorted.push_back(std::move(term));
    std::stable_sort(sorted.begin(), sorted.end(), [](const Term &a, const Term &b) {
        return a.passages != b.passages ? a.passages > b.passages : a.times > b.times;
    });
    return sorted;
}

} // namespace

std::string conversationTitle(std::string_view question)
{
    std::string whole = withoutEnds(question);
    std::replace(whole.begin(), whole.end(), '\n', ' ');
    if (lengthOf(whole) <= kLongestTitle)
        return whole;
    const std::vector<std::string> key = keyTerms(whole);
    const StemSet wanted(key.begin(), key.end());
    std::string title;
    for (const IndexWord &word : splitWords(whole)) {
        const std::string text = surface(whole, word);
        if (!wanted.contains(word.stem))
            continue;
        if (!title.empty() && lengthOf(title) + 1 + lengthOf(text) > kLongestTitle)
            break;
        title += (title.empty() ? "" : " ") + text;
    }
    std::size_t end = 0;
    for (std::size_t n = 0; n < kLongestTitle && end < title.size(); ++n)
        engine::nextCodePoint(title, end);
    return title.substr(0, end);
}

std::vector<std::string> followUpSuggestions(std::string_view question, const Answer &answer)
{
    std::vector<std::string> suggestions;
    if (answer.abstained || answer.passages.empty())
        return suggestions;
    const Forms &forms = formsOf(questionLanguage(question));
    StemSet asked = stemSet(question);
    asked.merge(stemSet(answer.text));
    StemSet named;
    const auto add = [&](std::string_view form, std::string_view topic) {
        const std::string text = withoutEnds(topic);
        if (suggestions.size() < kSuggestions && isTopic(text) &&
            named.insert(normalizeForIndex(text).text).second)
            suggestions.push_back(filled(form, text));
    };
    for (const Passage &passage : answer.passages) {
        const StemSet title = stemSet(passage.section);
        const bool isNew =
            std::any_of(title.begin(), title.end(), [&](const auto &stem) { return !asked.contains(stem); });
        if (isNew && suggestions.size() + 1 < kSuggestions)
            add(forms.section, passage.section);
    }
    for (const Term &term : termsOf(answer.passages, asked))
        add(forms.term, term.surface);
    return suggestions;
}

} // namespace rag
