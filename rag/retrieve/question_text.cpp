#include "rag/retrieve/question_text.h"

#include "engine/base/unicode.h"
#include "rag/retrieve/follow_up.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace rag {

namespace {

constexpr std::string_view kStopWords =
    // English
    "a about according after all also am an and any are as at be because been before being but by can could "
    "did do "
    "does doing for from get gets give given had has have having he her here him his how i if in into is it "
    "its just "
    "let like many may me might more most much must my need no not of off on once one only or other our out "
    "over own "
    "please same shall she should so some such tell than that the their them then there these they this "
    "those through "
    "to too under until up us use used using very want was we were what when where which while who whom "
    "whose why "
    "will with would you your "
    // French
    "ai au aux avec avoir ce ces cet cette combien comment dans de des du elle elles en es est et etre eu "
    "faire fait "
    "faut il ils je la le les leur lequel laquelle lui ma mais me mes moi mon ne nos notre nous on ou où par "
    "pas peut "
    "peux plus pour pourquoi qu que quel quelle quelles quels quand qui quoi sa sans se ses si son sont sous "
    "sur ta te "
    "tes toi ton tu un une vos votre vous y à été êtes être "
    // Arabic
    "أ أن أنا أنت أو أي أية أين أيهما إذا إذ إلى إلا إن إنه ألا أم أما التي الذي الذين اللذين بأي بعد بعض بل "
    "بم بما "
    "بماذا بمن بين تلك ثم حتى حين خلال ذلك ذاك سوف عن عند عندي عندما على عليه عليها غير فقط فما في فيه فيها "
    "قبل قد كان "
    "كانت كل كلا كم كما كيف كي لا لدى لدي لكن لكي لم لماذا لن له لها لهم لو لي ليس ليست ما ماذا متى مثل مع "
    "من منذ مما منه "
    "منها نحن هذا هذه هؤلاء هل هم هنا هناك هو هي و ولا ولم وما ومن وهل وهو وهي يا يكون تكون يجب يمكن "
    // Persian
    "آن آنها از است اگر این با باید باشد بر برای بود به بی پس تا چرا چند چه چگونه چیست چی خود در دو را شد "
    "شده شود کجا "
    "کدام کرد کردن کند کنم که کنید می ما من نه نیست هر هم همه هیچ یا یک ";

std::unordered_set<std::string> foldedWords(std::string_view list)
{
    std::unordered_set<std::string> words;
    for (const IndexWord &word : splitWords(list)) {
        words.insert(word.stem);
        words.insert(normalizeForIndex(list.substr(word.begin, word.end - word.begin)).text);
    }
    return words;
}

std::string folded(std::string_view text, const IndexWord &word)
{
    return normalizeForIndex(text.substr(word.begin, word.end - word.begin)).text;
}

struct LetterCounts
{
    int arabic = 0;
    int persian = 0; ///< letters that Arabic does not have
    int latin = 0;
    int han = 0;
    int cyrillic = 0;
};

LetterCounts countLetters(std::string_view text)
{
    LetterCounts counts;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = engine::nextCodePoint(text, at);
        if (!engine::isLetter(c))
            continue;
        if ((c >= 0x0600 && c <= 0x06FF) || (c >= 0xFB50 && c <= 0xFEFC))
            ++counts.arabic;
        else if (c < 0x0250)
            ++counts.latin;
        else if (c >= 0x0400 && c <= 0x052F)
            ++counts.cyrillic;
        else if (c >= 0x3040 && c <= 0x9FFF)
            ++counts.han;
        if (c == 0x067E || c == 0x0686 || c == 0x0698 || c == 0x06AF || c == 0x06CC || c == 0x06A9)
            ++counts.persian;
    }
    return counts;
}

bool looksFrench(std::string_view text)
{
    // No word that is English too once its accents are gone ("à", "comment", "on").
    static const std::unordered_set<std::string> french =
        foldedWords("le la les un une des du et est que qui quel quelle quels quelles pour dans sur ne pas "
                    "vous je il elle ce cette "
                    "pourquoi combien où quand avec par au aux sont");
    int hits = 0;
    for (const IndexWord &word : splitWords(text))
        hits += french.contains(folded(text, word)) ? 1 : 0;
    return hits >= 2;
}

} // namespace

bool isStopWord(const std::string &foldedWord)
{
    static const std::unordered_set<std::string> words = foldedWords(kStopWords);
    return words.contains(foldedWord);
}

std::string questionLanguage(std::string_view question)
{
    const LetterCounts counts = countLetters(question);
    if (counts.arabic > counts.latin)
        return counts.persian > 0 ? "fa" : "ar";
    if (counts.han > counts.latin)
        return "zh";
    if (counts.cyrillic > counts.latin)
        return "ru";
    return looksFrench(question) ? "fr" : "en";
}

std::vector<std::string> keyTerms(std::string_view question)
{
    std::vector<std::string> terms;
    std::vector<std::string> all;
    const auto addOnce = [](std::vector<std::string> &list, const std::string &stem) {
        if (std::find(list.begin(), list.end(), stem) == list.end())
            list.push_back(stem);
    };
    for (const IndexWord &word : splitWords(question)) {
        addOnce(all, word.stem);
        if (!isStopWord(folded(question, word)))
            addOnce(terms, word.stem);
    }
    return terms.empty() ? all : terms;
}

std::set<std::string> languagesNamed(std::string_view question)
{
    struct Name
    {
        std::string_view word;
        std::string_view language;
    };

    constexpr Name kNames[] = {
        {"arabic", "ar"},  {"العربي", "ar"},    {"العربية", "ar"},    {"بالعربية", "ar"},  {"arabe", "ar"},
        {"english", "en"}, {"الإنجليزي", "en"}, {"الإنجليزية", "en"}, {"anglais", "en"},   {"french", "fr"},
        {"الفرنسي", "fr"}, {"الفرنسية", "fr"},  {"français", "fr"},   {"française", "fr"}, {"persian", "fa"},
        {"farsi", "fa"},   {"الفارسية", "fa"},  {"فارسی", "fa"},      {"german", "de"},    {"spanish", "es"}};
    std::set<std::string> languages;
    for (const IndexWord &word : splitWords(question)) {
        const std::string text = folded(question, word);
        for (const Name &name : kNames)
            if (normalizeForIndex(name.word).text == text)
                languages.emplace(name.language);
    }
    return languages;
}

std::string searchText(std::string_view question, std::span<const Exchange> history)
{
    return standaloneQuestion(question, history);
}

} // namespace rag
