#include "rag/pdf/ocr_repair.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

namespace rag {

namespace {

/// Without their first letter; none of them is a word with l.
constexpr std::array<std::string_view, 34> kNames = {
    "an",     "van",     "rene",    "saac",    "sabel", "sabella", "gor",    "lya",    "ngrid",
    "brahim", "mran",    "dris",    "smail",   "taly",  "talian",  "ran",    "ranian", "raq",
    "raqi",   "ndia",    "ndian",   "reland",  "rish",  "srael",   "sraeli", "celand", "ndonesia",
    "ntel",   "nternet", "stanbul", "llinois", "owa",   "daho",    "slam"};

bool isLower(char c)
{
    return c >= 'a' && c <= 'z';
}

bool isUpper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/// Lower case letters from `begin` on.
std::string_view lettersAt(std::string_view word, std::size_t begin)
{
    std::size_t end = begin;
    while (end < word.size() && isLower(word[end]))
        ++end;
    return word.substr(begin, end - begin);
}

/// Where the letters of a word begin, behind brackets and quotes.
std::size_t headOf(std::string_view word)
{
    const std::size_t at = word.find_first_not_of("(\"'[");
    return at == word.npos ? word.size() : at;
}

bool endsSentence(std::string_view word)
{
    return word.ends_with(".") || word.ends_with("!") || word.ends_with("?");
}

class CapitalRepair
{
public:
    explicit CapitalRepair(std::vector<RecognizedWord> &words)
        : m_words(words)
    {
        for (const RecognizedWord &word : words) {
            const std::size_t head = headOf(word.text);
            if (head < word.text.size() && word.text[head] == 'I')
                m_withCapital.insert(std::string(lettersAt(word.text, head + 1)));
        }
    }

    void run()
    {
        for (std::size_t i = 0; i < m_words.size(); ++i) {
            const std::size_t head = headOf(m_words[i].text);
            if (head < m_words[i].text.size() && m_words[i].text[head] == 'l' && isCapital(i, head))
                m_words[i].text[head] = 'I';
        }
    }

private:
    bool isCapital(std::size_t index, std::size_t head) const
    {
        const std::string_view word = m_words[index].text;
        const std::string_view rest = lettersAt(word, head + 1);
        const std::string_view behind = word.substr(head + 1 + rest.size());
        if (rest.empty() || (!behind.empty() && behind.find_first_not_of(".,;:!?)\"'s]") != behind.npos))
            return false;
        const bool begins =
            index == 0 || m_words[index - 1].endsParagraph || endsSentence(m_words[index - 1].text);
        const bool beforeName = index + 1 < m_words.size() && !m_words[index + 1].text.empty() &&
                                isUpper(m_words[index + 1].text[0]);
        const bool name = std::find(kNames.begin(), kNames.end(), rest) != kNames.end();
        constexpr std::string_view kNeverAfterL = "bcdfgkmnpqrstvwxz";
        const bool impossible = kNeverAfterL.find(rest.front()) != kNeverAfterL.npos;
        if (impossible) // two letters may be a command or a unit
            return rest.size() > 1 || begins;
        if (begins || beforeName)
            return name || m_withCapital.contains(std::string(rest));
        return name && rest.size() > 3;
    }

    std::vector<RecognizedWord> &m_words;
    std::set<std::string> m_withCapital; ///< words of the page that begin with I, without it
};

} // namespace

void repairCapitals(std::vector<RecognizedWord> &words)
{
    CapitalRepair(words).run();
}

} // namespace rag
