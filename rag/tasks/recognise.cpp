#include "rag/tasks/recognise.h"

#include "rag/retrieve/question_text.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <set>
#include <vector>

namespace rag {

namespace {

using WordSet = std::set<std::string>;

struct Word
{
    std::string folded;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

using Words = std::vector<Word>;

Words wordsOf(std::string_view text)
{
    Words words;
    for (const IndexWord &word : splitWords(text))
        words.push_back(
            {normalizeForIndex(text.substr(word.begin, word.end - word.begin)).text, word.begin, word.end});
    return words;
}

WordSet setOf(std::string_view list)
{
    WordSet words;
    for (const Word &word : wordsOf(list))
        words.insert(word.folded);
    return words;
}

/// What a person calls a file that lies before him.
const WordSet &documentNouns()
{
    static const WordSet words = setOf(
        "document documents doc docs file files pdf pdfs book books paper papers article articles report "
        "reports "
        "manual manuals text texts contract contracts thesis handbook guide slides presentation version "
        "versions "
        "fichier fichiers livre livres rapport rapports manuel texte textes contrat contrats "
        "ملف الملف الملفين الملفات ملفات وثيقة الوثيقة الوثيقتين الوثائق مستند المستند المستندين المستندات "
        "كتاب "
        "الكتاب الكتابين الكتب تقرير التقرير التقريرين التقارير بحث البحث البحثين مقال المقال المقالين مقالة "
        "المقالة نص النص النصين دليل الدليل الدليلين عقد العقد العقدين لائحة اللائحة اللائحتين");
    return words;
}

/// Words that change nothing about what is asked for.
const WordSet &fillers()
{
    static const WordSet words = setOf(
        "please can could would you me us i my want need to for the this that these those a an of in its it "
        "all whole entire full complete give make write show create provide short brief briefly quick "
        "concise few "
        "some sentences sentence words points bullet bullets paragraph main key important what is are s do "
        "does "
        "about say says and with as from tell long detailed "
        "moi ce cet cette ces le la les l un une du de des d en quelques phrases mots bref donne fais montre "
        "s il "
        "vous te plait tout toute entier points principaux qu est quoi parle "
        "من فضلك رجاء لي هذا هذه هذين هاتين ذلك كله كلها كاملا كاملة بالكامل في عن ما ماذا هو هي باختصار "
        "بايجاز "
        "نقاط النقاط جمل عدة بضع بضعة قصير قصيرا قصيرة مختصر مختصرا موجز موجزا اعطني اعط اكتب قدم ضع اريد "
        "محتوى مضمون اهم الرئيسية يتحدث تتحدث يدور تدور حول على هل يمكنك ان");
    return words;
}

bool has(const WordSet &set, const Word &word)
{
    return set.contains(word.folded);
}

bool anyOf(const Words &words, const WordSet &set)
{
    return std::any_of(words.begin(), words.end(), [&](const Word &word) { return has(set, word); });
}

/// A command of the set, and besides it nothing but fillers and names for the document.
bool isBare(const Words &words, const WordSet &commands)
{
    return anyOf(words, commands) && std::all_of(words.begin(), words.end(), [&](const Word &word) {
               return has(commands, word) || has(fillers(), word) || has(documentNouns(), word);
           });
}

bool asksForSummary(const Words &words)
{
    static const WordSet commands =
        setOf("summarize summarise summary summaries summarized summarised tldr dr tl synopsis gist overview "
              "résume résumé résumer synthèse "
              "لخص لخصي تلخيص ملخص ملخصا لخصه لخصها خلاصة اختصر تلخيصا");
    if (isBare(words, commands))
        return true;
    // "What is this document about?", "ما موضوع هذا الملف؟": a name for the document is needed here.
    static const WordSet subjects =
        setOf("about subject topic gist parle sujet موضوع يتحدث تتحدث يدور تدور محتوى "
              "مضمون");
    const bool asks = words.size() >= 3 && words.size() <= 8 && anyOf(words, subjects);
    return asks && anyOf(words, documentNouns()) && isBare(words, subjects);
}

bool asksForOutline(const Words &words)
{
    static const WordSet commands = setOf(
        "outline contents table toc chapters sections headings structure "
        "plan matières chapitres sections structure "
        "فهرس الفهرس محتويات المحتويات مخطط هيكل الهيكل عناوين العناوين فصول الفصول ابواب الابواب اقسام "
        "الاقسام");
    static const WordSet asking = setOf("list enumerate liste lister اعرض اذكر عدد");
    WordSet all = commands;
    all.insert(asking.begin(), asking.end());
    return anyOf(words, commands) && isBare(words, all);
}

std::string trimmed(std::string_view text)
{
    constexpr std::string_view kEnds = " \t\n.?!:;\"'";
    const std::size_t begin = text.find_first_not_of(kEnds);
    if (begin == text.npos)
        return {};
    std::string out(text.substr(begin, text.find_last_not_of(kEnds) - begin + 1));
    for (const std::string_view mark : {"\u061F", "\u061B", "\u201D", "\u00BB"})
        if (out.ends_with(mark))
            out.resize(out.size() - mark.size());
    return out;
}

/// Words that say in what respect: what follows them is the aspect.
std::string aspectAfter(std::string_view question, const Words &words, std::size_t &end)
{
    static const WordSet leads = setOf("regarding concerning about on respect terms regard concernant "
                                       "بخصوص بشان حيث ناحية");
    static const WordSet joints = setOf("to of in with من");
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!has(leads, words[i]))
            continue;
        end = i;
        while (end > 0 && has(joints, words[end - 1]))
            --end;
        std::size_t first = i + 1;
        while (first < words.size() && has(joints, words[first]))
            ++first;
        return first < words.size() ? trimmed(question.substr(words[first].begin)) : std::string();
    }
    end = words.size();
    return {};
}

std::optional<std::string> comparisonAspect(std::string_view question, const Words &words)
{
    static const WordSet commands = setOf("compare comparison contrast difference differences differ "
                                          "similarities compare comparer différences comparaison "
                                          "قارن قارني مقارنة الفرق الفروق الاختلاف الاختلافات");
    static const WordSet joining = setOf("between two both each other with entre deux les بين كلا");
    if (!anyOf(words, commands) || !anyOf(words, documentNouns()))
        return std::nullopt;
    std::size_t end = 0;
    const std::string aspect = aspectAfter(question, words, end);
    WordSet all = commands;
    all.insert(joining.begin(), joining.end());
    const Words command(words.begin(), words.begin() + std::ptrdiff_t(end));
    return isBare(command, all) ? std::optional(aspect) : std::nullopt;
}

/// "List every deadline in this document": what is to be listed.
std::optional<std::string> listedThing(std::string_view question, const Words &words)
{
    static const WordSet commands = setOf("list find extract enumerate collect liste lister énumère extrais "
                                          "اذكر اعرض استخرج عدد اسرد اجمع");
    static const WordSet all = setOf("every each all tous toutes chaque كل جميع كافة");
    static const WordSet polite = setOf("please can could you me us to من فضلك رجاء لي");
    static const WordSet articles = setOf("the of les le la de des");
    static const WordSet inside = setOf("in from of within dans du de في من");
    static const WordSet pointing = setOf(
        "this these the that whole entire ce cet cette ces le la هذا هذه كامل mentioned named found here "
        "المذكورة المذكور الواردة");

    std::size_t at = 0;
    while (at < words.size() && has(polite, words[at]))
        ++at;
    if (at >= words.size() || !has(commands, words[at]))
        return std::nullopt;
    for (++at; at < words.size() && has(polite, words[at]);)
        ++at;
    if (at >= words.size() || !has(all, words[at]))
        return std::nullopt;
    for (++at; at < words.size() && has(articles, words[at]);)
        ++at;

    // "... in this document" at the end is taken off.
    std::size_t end = words.size();
    std::size_t tail = end;
    while (tail > at && (has(documentNouns(), words[tail - 1]) || has(pointing, words[tail - 1])))
        --tail;
    if (tail < end && tail > at && has(inside, words[tail - 1]))
        end = tail - 1;
    else if (tail < end && has(pointing, words[end - 1]))
        end = tail;                                   // "every deadline mentioned"
    while (end > at && has(pointing, words[end - 1])) // "... mentioned in the text"
        --end;
    if (at >= end)
        return std::nullopt;
    return trimmed(question.substr(words[at].begin, words[end - 1].end - words[at].begin));
}

} // namespace

std::optional<TaskRequest> recogniseTask(std::string_view question)
{
    constexpr std::size_t kLongest = 300; // bytes: a longer text asks for more than a task
    if (question.size() > kLongest)
        return std::nullopt;
    const Words words = wordsOf(question);
    if (words.empty())
        return std::nullopt;

    TaskRequest request;
    request.language = questionLanguage(question);
    if (asksForSummary(words)) {
        request.kind = TaskKind::Summary;
        return request;
    }
    if (asksForOutline(words)) {
        request.kind = TaskKind::Outline;
        return request;
    }
    if (auto aspect = comparisonAspect(question, words)) {
        request.kind = TaskKind::Comparison;
        request.question = *std::move(aspect);
        return request;
    }
    if (auto thing = listedThing(question, words); thing && !thing->empty()) {
        request.kind = TaskKind::ListEvery;
        request.question = *std::move(thing);
        return request;
    }
    return std::nullopt;
}

} // namespace rag
