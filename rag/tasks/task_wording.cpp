#include "rag/tasks/task_wording.h"

#include "rag/tasks/recognise.h"

#include <algorithm>
#include <array>

namespace rag {

namespace {

struct Wording
{
    std::string_view english;
    std::string_view arabic;
    std::string_view french;
    std::string_view persian;
};

/// In the order of TaskPhrase.
constexpr std::array<Wording, 22> kWordings{{
    {"Summary of {}", "ملخص {}", "Résumé de {}", "خلاصهٔ {}"},
    {"Outline of {}", "مخطط {}", "Plan de {}", "فهرست {}"},
    {"{} compared", "مقارنة {}", "Comparaison de {}", "مقایسهٔ {}"},
    {"“{}” stands in {} places:", "«{}» في {} من المواضع:", "« {} » se trouve à {} endroits :",
     "«{}» در {} جا:"},
    {"In brief", "باختصار", "En bref", "به‌طور خلاصه"},
    {"Part by part", "جزءًا جزءًا", "Partie par partie", "بخش به بخش"},
    {"In both", "في كليهما", "Dans les deux", "در هر دو"},
    {"Only in {}", "في {} فقط", "Seulement dans {}", "تنها در {}"},
    {"Words that both use: {}", "كلمات مشتركة: {}", "Mots communs : {}", "واژه‌های مشترک: {}"},
    {"Words of its own: {}", "كلمات ينفرد بها: {}", "Mots propres : {}", "واژه‌های ویژه: {}"},
    {"Nothing about “{}” was found in {}.", "لم يُعثر على شيء عن «{}» في {}.",
     "Rien sur « {} » n’a été trouvé dans {}.", "دربارهٔ «{}» چیزی در {} یافت نشد."},
    {"There is nothing to read in {}.", "لا يوجد ما يُقرأ في {}.", "Il n’y a rien à lire dans {}.",
     "در {} چیزی برای خواندن نیست."},
    {"“{}” was not found.", "لم يُعثر على «{}».", "« {} » n’a pas été trouvé.", "«{}» یافت نشد."},
    {"The words themselves are not in there. Closest by meaning:", "الكلمات نفسها غير موجودة. الأقرب معنًى:",
     "Les mots mêmes n’y sont pas. Le plus proche par le sens :",
     "خود واژه‌ها نیست. نزدیک‌ترین از نظر معنا:"},
    {"Perhaps also, by meaning:", "وربما أيضًا، بالمعنى:", "Peut-être aussi, par le sens :",
     "شاید هم، از نظر معنا:"},
    {"… and {} more.", "… و{} غيرها.", "… et {} autres.", "… و {} مورد دیگر."},
    {"pages {}", "الصفحات {}", "pages {}", "صفحه‌های {}"},
    {"page {}", "صفحة {}", "page {}", "صفحهٔ {}"},
    {"Read {} of {} pages.", "قُرئت {} من {} صفحة.", "{} pages lues sur {}.", "{} از {} صفحه خوانده شد."},
    {"Nothing to read on: {}.", "لا شيء يُقرأ في: {}.", "Rien à lire : {}.", "چیزی برای خواندن نیست در: {}."},
    {"Not read: {}.", "لم تُقرأ: {}.", "Non lues : {}.", "خوانده نشد: {}."},
    {"It has no headings; its parts begin so:", "لا عناوين فيه، وأجزاؤه تبدأ هكذا:",
     "Il n’a pas de titres ; ses parties commencent ainsi :",
     "عنوانی ندارد؛ بخش‌هایش چنین آغاز می‌شود:"},
}};

} // namespace

std::string say(TaskPhrase phrase, std::string_view language, std::initializer_list<std::string> values)
{
    const Wording &wording = kWordings[std::size_t(phrase)];
    const std::string_view form = language == "ar"   ? wording.arabic
                                  : language == "fr" ? wording.french
                                  : language == "fa" ? wording.persian
                                                     : wording.english;
    std::string text;
    const auto *value = values.begin();
    for (std::size_t at = 0; at < form.size(); ++at) {
        if (form.substr(at, 2) == "{}" && value != values.end()) {
            text += *value++;
            ++at;
        } else {
            text += form[at];
        }
    }
    return text;
}

std::string pageList(std::span<const int> pages, std::string_view language)
{
    constexpr std::size_t kMostRuns = 12;
    std::string list;
    std::size_t runs = 0;
    for (std::size_t i = 0; i < pages.size(); ++runs) {
        std::size_t last = i;
        while (last + 1 < pages.size() && pages[last + 1] == pages[last] + 1)
            ++last;
        if (runs == kMostRuns)
            return list + " …";
        if (!list.empty())
            list += language == "ar" || language == "fa" ? "، " : ", ";
        list += std::to_string(pages[i] + 1);
        if (last > i)
            list += "–" + std::to_string(pages[last] + 1);
        i = last + 1;
    }
    return list;
}

std::string coverageLine(const std::vector<Coverage> &coverage, std::string_view language)
{
    int read = 0;
    int pages = 0;
    for (const Coverage &one : coverage) {
        read += one.pagesRead;
        pages += one.pages;
    }
    std::string line = say(TaskPhrase::ReadOf, language, {std::to_string(read), std::to_string(pages)});
    const bool named = coverage.size() > 1;
    const auto add = [&](TaskPhrase phrase, const Coverage &one, const std::vector<int> &list) {
        if (!list.empty())
            line += " " + say(phrase, language, {(named ? one.name + " " : "") + pageList(list, language)});
    };
    for (const Coverage &one : coverage) {
        add(TaskPhrase::WithoutText, one, one.withoutText);
        add(TaskPhrase::Unread, one, one.unread);
    }
    return line;
}

} // namespace rag
