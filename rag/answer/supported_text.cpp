#include "rag/answer/supported_text.h"

#include "rag/answer/evidence.h"
#include "rag/text/normalizer.h"

namespace rag {

namespace {

/// Folded and without punctuation, each word between blanks: to see that two texts say the same words.
std::string bareWords(std::string_view text)
{
    std::string words = " ";
    for (const IndexWord &word : splitWords(text))
        words += word.stem + " ";
    return words;
}

std::string trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(" \n");
    const std::size_t end = text.find_last_not_of(" \n");
    return begin == std::string_view::npos ? std::string() : std::string(text.substr(begin, end - begin + 1));
}

} // namespace

SupportedText::SupportedText(std::span<const Passage> passages, std::string_view said)
    : m_passages(passages)
    , m_parser(int(passages.size()))
    , m_said(bareWords(said))
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
        if (!isNew(sentence))
            continue;
        if (const Support support = supportOf(sentence, m_passages); support.holds)
            supported.push_back({sentence, support.passage});
    }
    m_pending = count < sentences.size() ? m_pending.substr(sentences[count].begin) : std::string();
    return supported;
}

bool SupportedText::isNew(std::string_view sentence)
{
    const std::string words = bareWords(sentence);
    return words.size() > 1 && m_said.find(words) == std::string::npos && m_sentences.insert(words).second;
}

} // namespace rag
