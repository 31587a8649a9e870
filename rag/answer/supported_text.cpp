#include "rag/answer/supported_text.h"

#include "rag/retrieve/question_text.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rag {

namespace {

/// Stems, each between blanks: to see that two texts say the same words.
std::string bareWords(std::string_view text)
{
    std::string words = " ";
    for (const IndexWord &word : splitWords(text))
        words += word.stem + " ";
    return words;
}

/// Ends as sentences do; what a model had no room to finish does not.
bool isWhole(std::string_view sentence)
{
    constexpr std::string_view kEnds[] = {".",      "!", "?",  ":",      "\u061F", "\u06D4",
                                          "\u2026", ")", "\"", "\u201D", "\u00BB"};
    return std::any_of(std::begin(kEnds), std::end(kEnds),
                       [&](std::string_view end) { return sentence.ends_with(end); });
}

std::string trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(" \n");
    const std::size_t end = text.find_last_not_of(" \n");
    return begin == std::string_view::npos ? std::string() : std::string(text.substr(begin, end - begin + 1));
}

/// "The answer to the question is": what small models frame an answer with, and sometimes all they write.
bool isFrameWord(const std::string &stem)
{
    static const std::unordered_set<std::string> stems = [] {
        std::unordered_set<std::string> made;
        for (const IndexWord &word : splitWords("answer answers answered question questions passage passages "
                                                "text document context information provided following "
                                                "based according given above "
                                                "الإجابة إجابة الجواب السؤال سؤال النص الوثيقة المقطع "
                                                "التالي التالية réponse document suivante texte"))
            made.insert(word.stem);
        return made;
    }();
    return stems.count(stem) > 0;
}

} // namespace

SupportedText::SupportedText(int passages, std::string_view said, Judge judge, Verdict least)
    : m_judge(std::move(judge))
    , m_least(least)
    , m_parser(passages)
    , m_quote(bareWords(said))
{
}

std::vector<SupportedSentence> SupportedText::add(std::string_view piece)
{
    take(m_parser.add(piece));
    return whole(false);
}

std::vector<SupportedSentence> SupportedText::finish()
{
    take(m_parser.finish());
    return whole(true);
}

void SupportedText::take(const std::vector<AnswerPart> &parts)
{
    for (const AnswerPart &part : parts)
        if (const auto *text = std::get_if<std::string>(&part))
            m_pending += *text;
}

std::vector<SupportedSentence> SupportedText::whole(bool atEnd)
{
    std::vector<SupportedSentence> supported;
    const std::vector<TextRange> sentences = splitSentences(m_pending);
    if (sentences.empty())
        return supported;
    // The last one may go on in the next piece.
    const std::size_t count = atEnd ? sentences.size() : sentences.size() - 1;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string sentence = trimmed(
            std::string_view(m_pending).substr(sentences[i].begin, sentences[i].end - sentences[i].begin));
        // A fragment may be a short answer, but after a sentence it is only what did not fit.
        if (m_begun && i + 1 == sentences.size() && !isWhole(sentence))
            continue;
        m_begun = true;
        if (!tellsMore(sentence))
            continue;
        if (Judgement judgement = m_judge(sentence); judgement.verdict <= m_least)
            supported.push_back({sentence, judgement});
    }
    m_pending = count < sentences.size() ? m_pending.substr(sentences[count].begin) : std::string();
    return supported;
}

bool SupportedText::tellsMore(std::string_view sentence)
{
    const std::string words = bareWords(sentence);
    if (words.size() <= 1 || m_quote.find(words) != std::string::npos ||
        (m_quote.size() > 1 && words.find(m_quote) != std::string::npos))
        return false;
    bool more = false;
    for (std::string &term : keyTerms(sentence))
        more |= !isFrameWord(term) && m_said.insert(std::move(term)).second;
    return more;
}

} // namespace rag
