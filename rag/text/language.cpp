#include "rag/text/language.h"

#include "rag/text/normalizer.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

namespace rag {

namespace {

struct CommonWords
{
    std::string_view language;
    std::string_view words; ///< as the index text spells them
};

/// The commonest words of each language. Those that several share count for each; the sum decides.
constexpr CommonWords kCommon[] = {
    {"en",
     "the of and to is that for with this are be as it not from have by you can which was were what how when "
     "where who does do in on at an or if your their will has"},
    {"fr",
     "les des est une pour dans que qui sur vous par plus avec pas sont cette du aux ou ce le la et un en il "
     "elle nous ne se quel quelle comment combien quand"},
    {"de", "der die und den von das mit ist des nicht ein eine auf fur dem sich im auch werden zu wie was "
           "wann wo wer "
           "welche welcher welches wird einen einer oder bei nach aus kann"},
    {"es", "los las del por con para una como esta su mas pero sus este son entre cuando muy el y que en la "
           "de un es "
           "cual donde quien cuanto cuantos se lo al"},
    {"it", "di che il della per sono con non del nel alla gli dei una piu anche come le ed la un si quale "
           "dove quando "
           "quanto quanti chi cosa lo al da"},
    {"pt", "os uma nao para com por mais dos como mas ao das seu sua ou quando muito nos ja que em um do da "
           "se qual "
           "onde quem quanto quantos sao"},
    {"nl",
     "het een van en dat niet zijn op voor met die ook aan er maar om bij nog deze wordt de is in te wat hoe "
     "waar wanneer welke wie hoeveel"},
    {"sv", "och att det som en ar av for med den till inte pa har om ett men var jag kan ska vad hur nar "
           "vilken vem"},
    {"da", "og at det som en er af for med den til ikke pa har om et men var jeg kan skal hvad hvordan "
           "hvornar hvilken "
           "hvem blev"},
    {"no", "og at det som en er av for med den til ikke pa har om et men var jeg kan skal hva hvordan nar "
           "hvilken hvem "
           "ble"},
    {"fi",
     "ja on ei se etta han oli joka mutta kun tai myos ovat niin kuin sen mita miten missa milloin kuka mika "
     "voi ole"},
    {"ro",
     "si de la in cu pe nu este sunt care pentru din mai sau un o se ca ce cum cand unde cine prin fost"},
    {"hu",
     "a az es hogy nem is egy van volt meg de ha csak mint vagy ez mi hogyan mikor hol ki melyik lehet"},
    {"tr",
     "ve bir bu icin ile olarak daha olan gibi kadar sonra ancak her ne cok veya en ise da nasil nerede kim "
     "hangi degil"},
    {"ru",
     "и в не на что с по как это из у за от для к но а или при бы так же где когда кто какои какая какие "
     "сколько был"},
};

using Languages = std::vector<std::size_t>;

const std::unordered_map<std::string, Languages> &languagesOfWords()
{
    static const std::unordered_map<std::string, Languages> words = [] {
        std::unordered_map<std::string, Languages> made;
        for (std::size_t i = 0; i < std::size(kCommon); ++i)
            for (std::string_view rest = kCommon[i].words; !rest.empty();) {
                const std::size_t end = std::min(rest.find(' '), rest.size());
                made[normalizeForIndex(rest.substr(0, end)).text].push_back(i);
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
        return made;
    }();
    return words;
}

} // namespace

std::string languageOfText(std::string_view text)
{
    constexpr std::size_t kEnough = 4000; ///< bytes
    constexpr int kFewest = 2;
    std::array<int, std::size(kCommon)> hits{};
    const std::string_view part = text.substr(0, kEnough);
    for (const IndexWord &word : splitWords(part)) {
        const std::string folded = normalizeForIndex(part.substr(word.begin, word.end - word.begin)).text;
        if (const auto found = languagesOfWords().find(folded); found != languagesOfWords().end())
            for (const std::size_t language : found->second)
                ++hits[language];
    }
    const auto best = std::max_element(hits.begin(), hits.end());
    const bool alone = std::count(hits.begin(), hits.end(), *best) == 1;
    if (*best < kFewest || !alone)
        return {};
    return std::string(kCommon[best - hits.begin()].language);
}

} // namespace rag
