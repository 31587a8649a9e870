#include "rag/pdf/text_quality.h"

#include "engine/base/unicode.h"
#include "rag/pdf/reading_order.h"
#include "rag/text/normalizer.h"

#include <array>
#include <map>
#include <string>

namespace rag {

namespace order {

bool looksReversed(std::string_view text)
{
    constexpr std::size_t kLetter = 2; // bytes
    int words = 0;
    int articles = 0;
    int reversed = 0;
    const std::string index = normalizeForIndex(text).text;
    std::size_t begin = 0;
    while (begin < index.size()) {
        std::size_t end = index.find_first_of(" \n\t", begin);
        end = end == std::string::npos ? index.size() : end;
        const std::string_view word = std::string_view(index).substr(begin, end - begin);
        begin = end + 1;
        const auto lead = word.empty() ? 0U : static_cast<unsigned>(static_cast<unsigned char>(word.front()));
        if (word.size() < 4 * kLetter || lead < 0xD8 || lead > 0xDB)
            continue;
        ++words;
        articles += word.starts_with("ال") || word.starts_with("وال") || word.starts_with("بال") ||
                    word.starts_with("لل");
        reversed += word.ends_with("لا") || word.ends_with("لاو") || word.ends_with("لاب");
    }
    return words >= 15 && articles * 20 < words && reversed * 10 > words;
}

} // namespace order

namespace {

struct Scripts
{
    int latin = 0;
    int arabic = 0;
    int persian = 0; ///< letters that Arabic has not
    int urdu = 0;
    int cyrillic = 0;
    int greek = 0;
    int hebrew = 0;
    int han = 0;
    int kana = 0;
    int hangul = 0;
    int devanagari = 0;
    int thai = 0;
};

Scripts countScripts(std::string_view text)
{
    Scripts n;
    std::size_t at = 0;
    while (at < text.size()) {
        const char32_t c = engine::nextCodePoint(text, at);
        n.latin += (c < 0x80 && ((c | 0x20) >= U'a' && (c | 0x20) <= U'z')) || (c >= 0xC0 && c < 0x250);
        n.greek += c >= 0x370 && c < 0x400;
        n.cyrillic += c >= 0x400 && c < 0x530;
        n.hebrew += c >= 0x5D0 && c < 0x5EB;
        n.arabic += (c >= 0x620 && c < 0x64B) || (c >= 0x671 && c < 0x6D4);
        n.persian += c == 0x67E || c == 0x686 || c == 0x698 || c == 0x6AF || c == 0x6CC || c == 0x6A9;
        n.urdu += c == 0x679 || c == 0x688 || c == 0x691 || c == 0x6BA || c == 0x6D2;
        n.devanagari += c >= 0x900 && c < 0x980;
        n.thai += c >= 0xE00 && c < 0xE80;
        n.kana += c >= 0x3041 && c < 0x3100;
        n.han += c >= 0x4E00 && c < 0xA000;
        n.hangul += c >= 0xAC00 && c < 0xD7A4;
    }
    return n;
}

struct FrequentWords
{
    const char *language;
    const char *words; ///< between blanks; as the index spells them
};

/// The commonest words of each language that few of the others share.
constexpr std::array<FrequentWords, 8> kFrequent = {{
    {"en", " the of and to is that for with this are be as it not from have by you can which "},
    {"fr", " les des est une pour dans que qui sur vous par plus avec pas sont cette du aux ou ce "},
    {"de", " der die und den von das mit ist des nicht ein eine auf fur dem sich im auch werden zu "},
    {"es", " los las del por con para una como esta su mas pero sus este son entre cuando muy el y "},
    {"it", " di che il della per sono con non del nel alla gli dei una piu anche come le ed i "},
    {"pt", " os uma nao para com por mais dos como mas ao das seu sua ou quando muito nos ja e "},
    {"nl", " het een van en dat niet zijn op voor met die ook aan er maar om bij nog deze wordt "},
    {"tr", " ve bir bu icin ile olarak daha olan gibi kadar sonra ancak her ne cok veya en ise da "},
}};

std::string latinLanguage(std::string_view text)
{
    std::array<int, kFrequent.size()> hits{};
    const std::string index = normalizeForIndex(text).text;
    std::string word;
    for (std::size_t i = 0; i <= index.size(); ++i) {
        const char c = i < index.size() ? index[i] : ' ';
        if (c >= 'a' && c <= 'z') {
            word += c;
            continue;
        }
        if (!word.empty() && word.size() <= 8) {
            word.insert(word.begin(), ' ');
            word += ' ';
            for (std::size_t k = 0; k < kFrequent.size(); ++k)
                hits[k] += std::string_view(kFrequent[k].words).find(word) != std::string_view::npos;
        }
        word.clear();
    }
    std::size_t best = 0;
    for (std::size_t k = 1; k < hits.size(); ++k) {
        if (hits[k] > hits[best])
            best = k;
    }
    return hits[best] >= 2 ? kFrequent[best].language : "";
}

} // namespace

std::string guessLanguage(std::string_view text)
{
    constexpr std::size_t kEnough = 200'000;
    constexpr int kLeast = 12;
    text = text.substr(0, kEnough);
    const Scripts n = countScripts(text);
    if (n.kana > kLeast && n.kana * 10 > n.han)
        return "ja";
    const std::array<std::pair<int, const char *>, 9> scripts = {{{n.arabic, "ar"},
                                                                  {n.cyrillic, "ru"},
                                                                  {n.greek, "el"},
                                                                  {n.hebrew, "he"},
                                                                  {2 * n.han, "zh"},
                                                                  {n.hangul, "ko"},
                                                                  {n.devanagari, "hi"},
                                                                  {n.thai, "th"},
                                                                  {n.latin, "latin"}}};
    auto best = scripts.front();
    for (const auto &script : scripts) {
        if (script.first > best.first)
            best = script;
    }
    if (best.first < kLeast)
        return {};
    const std::string language = best.second;
    if (language == "ar" && n.urdu * 50 > n.arabic)
        return "ur";
    if (language == "ar" && n.persian * 25 > n.arabic)
        return "fa";
    return language == "latin" ? latinLanguage(text) : language;
}

} // namespace rag
