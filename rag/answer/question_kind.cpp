#include "rag/answer/question_kind.h"

#include "engine/base/unicode.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

namespace rag {

namespace {

using WordSet = std::unordered_set<std::string>;

std::vector<std::string> foldedWords(std::string_view text)
{
    std::vector<std::string> words;
    for (const IndexWord &word : splitWords(text))
        words.push_back(normalizeForIndex(text.substr(word.begin, word.end - word.begin)).text);
    return words;
}

WordSet setOf(std::string_view list)
{
    const std::vector<std::string> words = foldedWords(list);
    return {words.begin(), words.end()};
}

bool anyOf(const std::vector<std::string> &words, const WordSet &wanted)
{
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string &word) { return wanted.contains(word); });
}

const WordSet &numberWords()
{
    static const WordSet words = setOf(
        "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty "
        "seventy "
        "eighty ninety hundred thousand million half third quarter twice double once none zero "
        "un une deux trois quatre cinq sept huit neuf dix onze douze vingt trente quarante cinquante "
        "soixante cent "
        "mille moitié "
        "واحد واحدة اثنان اثنين اثنتان اثنتين ثلاث ثلاثة أربع أربعة خمس خمسة ست ستة سبع سبعة ثمان ثمانية "
        "ثماني "
        "تسع تسعة عشر عشرة عشرون عشرين ثلاثون ثلاثين أربعون أربعين خمسون خمسين ستون ستين سبعون سبعين ثمانون "
        "ثمانين تسعون تسعين مئة مائة مئتان مئتين ألف ألفان نصف ثلث ثلثا ثلثي ربع يومان يومين ساعتان ساعتين "
        "شهران شهرين سنتان سنتين مرتان مرتين أسبوعان أسبوعين "
        "یک دو سه چهار پنج شش هفت هشت نه ده بیست سی چهل پنجاه صد هزار نیم");
    return words;
}

bool hasDigit(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();)
        if (engine::isNumber(engine::nextCodePoint(text, at)))
            return true;
    return false;
}

/// "a/b", "~/x", "file.conf", "http://…"
bool holdsPath(std::string_view text)
{
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        const bool before = i == 0 || text[i - 1] == ' ' || text[i - 1] == '"' || text[i - 1] == '(';
        const auto next = static_cast<unsigned char>(text[i + 1]);
        if (text[i] == '/' && (std::isalnum(next) || next == '.') &&
            (before || std::isalnum(static_cast<unsigned char>(text[i - 1])) || text[i - 1] == '/' ||
             text[i - 1] == '~' || text[i - 1] == '>'))
            return true;
    }
    return text.find("www.") != std::string_view::npos;
}

/// An option, a call, code between quotes, a word with an underline: what is typed rather than said.
bool holdsCommand(std::string_view text)
{
    if (text.find("--") != std::string_view::npos || text.find("(1)") != std::string_view::npos ||
        text.find("(8)") != std::string_view::npos || text.find("()") != std::string_view::npos ||
        text.find('`') != std::string_view::npos || text.find('_') != std::string_view::npos ||
        text.find(" -") != std::string_view::npos || text.find('$') != std::string_view::npos ||
        text.find("\"") != std::string_view::npos || text.find("“") != std::string_view::npos ||
        text.find("”") != std::string_view::npos || text.find("‘") != std::string_view::npos)
        return true;
    const bool arabic =
        std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xD8; });
    // In other scripts a Latin word is one.
    return arabic && std::any_of(text.begin(), text.end(),
                                 [](char c) { return std::isalpha(static_cast<unsigned char>(c)); });
}

/// Two capitalised words in a row; other scripts have no capitals, so there anything may be a name.
bool holdsPerson(std::string_view text)
{
    bool previous = false;
    bool latin = false;
    for (const IndexWord &word : splitWords(text)) {
        std::size_t at = word.begin;
        const char32_t first = engine::nextCodePoint(text, at);
        latin |= first < 0x250;
        const bool capital = engine::isCapital(first) && at < word.end;
        if (capital && previous)
            return true;
        previous = capital;
    }
    return !latin;
}

} // namespace

QuestionKind kindOf(std::string_view question)
{
    static const WordSet why = setOf("why لماذا لم pourquoi چرا");
    static const WordSet who = setOf("who whom whose من qui");
    static const WordSet when = setOf("when متى quand");
    static const WordSet many = setOf("many much often far كم combien چند");
    static const WordSet size = setOf("long old big large high fast");
    static const WordSet number =
        setOf("number numbers percent percentage share price cost age rate phone telephone "
              "fax rate fee "
              "رقم عدد نسبة سعر مدة عمر شماره تعداد numéro nombre prix");
    static const WordSet path = setOf("file folder directory path url address where link "
                                      "ملف مجلد دليل مسار عنوان fichier répertoire dossier adresse پرونده");
    static const WordSet command = setOf(
        "command commands function option switch variable package packages construct keyword macro tool "
        "environment signal group أمر الأمر دالة خيار حزمة متغير إشارة الإشارة مجموعة commande fonction "
        "option paquet محیط دستور بسته");
    static const WordSet meaning =
        setOf("mean meaning definition define معنى تعريف signifie définition معنی");
    const std::vector<std::string> words = foldedWords(question);
    if (words.empty())
        return QuestionKind::Any;
    const std::string &first = words.front();
    if (anyOf(words, why))
        return first == "لم" && words.size() < 2 ? QuestionKind::Any : QuestionKind::Reason;
    if (anyOf(words, when) && (when.contains(first) || (words.size() > 1 && when.contains(words[1]))))
        return QuestionKind::Date;
    if (anyOf(words, many))
        return QuestionKind::Number;
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
        if (words[i] == "how" && size.contains(words[i + 1]))
            return QuestionKind::Number;
    if (who.contains(first))
        return QuestionKind::Person;
    if (anyOf(words, command))
        return QuestionKind::Command;
    if (anyOf(words, number))
        return QuestionKind::Number;
    if (anyOf(words, path))
        return QuestionKind::Path;
    if (anyOf(words, meaning))
        return QuestionKind::Definition;
    return QuestionKind::Any;
}

bool holdsNumber(std::string_view text)
{
    return hasDigit(text) || anyOf(foldedWords(text), numberWords());
}

bool holdsKind(std::string_view text, QuestionKind kind)
{
    static const WordSet months = setOf(
        "january february march april may june july august september october november december monday "
        "tuesday "
        "wednesday thursday friday saturday sunday today tomorrow after before "
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر الأحد الاثنين الثلاثاء "
        "الأربعاء الخميس الجمعة السبت بعد قبل janvier février mars avril mai juin juillet août septembre "
        "octobre novembre décembre");
    static const WordSet reasons = setOf(
        "because since so therefore thus order avoid due reason allows prevent prevents for لأن لأنه لأنها "
        "بسبب حتى لكي لمنع لذلك بهدف car parce afin pour donc زیرا چون برای");
    switch (kind) {
    case QuestionKind::Any:
    case QuestionKind::Definition:
        return true;
    case QuestionKind::Number:
        return holdsNumber(text);
    case QuestionKind::Date:
        return hasDigit(text) || anyOf(foldedWords(text), months);
    case QuestionKind::Path:
        return holdsPath(text);
    case QuestionKind::Command:
        return holdsCommand(text);
    case QuestionKind::Person:
        return holdsPerson(text);
    case QuestionKind::Reason:
        return anyOf(foldedWords(text), reasons);
    }
    return true;
}

} // namespace rag
