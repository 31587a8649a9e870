#include "rag/tasks/result_writer.h"

#include "rag/answer/evidence.h"
#include "rag/answer/wording.h"
#include "rag/chunk/chunker.h"

#include <algorithm>
#include <array>

namespace rag {

namespace {

constexpr std::size_t kPagesKept = 64;

std::string onOneLine(std::string_view text)
{
    std::string line(text);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

} // namespace

Result<const PageContent *> ResultWriter::page(DocumentId document, int page)
{
    const auto key = std::pair(document, page);
    if (const auto known = m_pages.find(key); known != m_pages.end())
        return &known->second;
    ASSIGN_OR_RETURN(std::optional<PageContent> content, m_store.page(document, page));
    if (!content)
        return nullptr;
    if (m_pages.size() >= kPagesKept)
        m_pages.clear();
    return &m_pages.emplace(key, *std::move(content)).first->second;
}

Result<Citation> ResultWriter::cite(const Passage &passage, std::uint32_t begin, std::uint32_t end)
{
    Citation citation;
    citation.document = passage.document;
    citation.documentName = passage.documentName;
    citation.page = passage.page;
    citation.pageLabel = passage.pageLabel;
    citation.quote = passage.text.substr(begin, end - begin);

    const PageRange range = locate(passage, begin, end);
    if (range.pageEnd == 0)
        return citation;
    ASSIGN_OR_RETURN(const PageContent *content, page(passage.document, range.page));
    if (!content || range.pageEnd > content->text.size())
        return citation;
    citation.page = range.page;
    citation.pageLabel = content->label;
    citation.quote = content->text.substr(range.pageBegin, range.pageEnd - range.pageBegin);
    citation.boxes = boxesOf(passage.segments, range.begin, range.end, *content);
    return citation;
}

Result<void> ResultWriter::quote(std::string_view prefix, const Passage &passage, std::uint32_t begin,
                                 std::uint32_t end)
{
    ASSIGN_OR_RETURN(Citation citation, cite(passage, begin, end));
    add(prefix, onOneLine(std::string_view(passage.text).substr(begin, end - begin)), std::move(citation),
        true, 1);
    return {};
}

Result<void> ResultWriter::sentence(std::string_view prefix, std::string_view words, double support,
                                    const Passage &passage, std::uint32_t begin, std::uint32_t end)
{
    ASSIGN_OR_RETURN(Citation citation, cite(passage, begin, end));
    add(prefix, onOneLine(words), std::move(citation), false, support);
    return {};
}

Result<void> ResultWriter::heading(std::string_view prefix, std::string_view words, const Document &document,
                                   int number, std::uint32_t begin, std::uint32_t end)
{
    Citation citation;
    citation.document = document.id;
    citation.documentName = document.name;
    citation.page = number;
    citation.quote = words;
    ASSIGN_OR_RETURN(const PageContent *content, page(document.id, number));
    if (content) {
        citation.pageLabel = content->label;
        if (begin < end && end <= content->text.size()) {
            citation.quote = content->text.substr(begin, end - begin);
            citation.boxes =
                boxesOf(std::array{Segment{number, begin, 0, end - begin}}, 0, end - begin, *content);
        }
    }
    add(prefix, words, std::move(citation), true, 1);
    return {};
}

void ResultWriter::add(std::string_view prefix, std::string_view words, Citation citation, bool quoted,
                       double support)
{
    const auto same =
        std::find_if(m_answer.citations.begin(), m_answer.citations.end(), [&](const Citation &other) {
            return other.document == citation.document && other.page == citation.page &&
                   other.quote == citation.quote;
        });
    citation.n = same != m_answer.citations.end() ? same->n : int(m_answer.citations.size()) + 1;
    m_answer.text += prefix;
    AnswerSentence sentence;
    sentence.begin = std::uint32_t(m_answer.text.size());
    m_answer.text += withoutMarks(words);
    sentence.end = std::uint32_t(m_answer.text.size());
    sentence.verdict = Verdict::Supported;
    sentence.quoted = quoted;
    sentence.support = support;
    sentence.citations = {citation.n};
    m_answer.sentences.push_back(std::move(sentence));
    m_answer.text += " [" + std::to_string(citation.n) + "]\n";
    if (same == m_answer.citations.end())
        m_answer.citations.push_back(std::move(citation));
}

} // namespace rag
