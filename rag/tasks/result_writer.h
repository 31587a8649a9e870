#pragma once

#include "rag/store/library_store.h"
#include "rag/tasks/task.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace rag {

/// Puts a task's answer together: every line from a page gets a mark and a citation with the page's own words
/// and boxes. Equal quotes share a number.
class ResultWriter
{
public:
    ResultWriter(LibraryStore &store, Answer &answer)
        : m_store(store)
        , m_answer(answer)
    {
    }

    /// Text of our own, as it is.
    void text(std::string_view text) { m_answer.text += text; }

    /// "PREFIX words [n]\n": bytes [begin, end) of a passage word for word. Errors: those of the store.
    Result<void> quote(std::string_view prefix, const Passage &passage, std::uint32_t begin,
                       std::uint32_t end);
    /// A model's own sentence, and what it stands on. @param support  0..1
    Result<void> sentence(std::string_view prefix, std::string_view words, double support,
                          const Passage &passage, std::uint32_t begin, std::uint32_t end);
    /// Bytes of a page: a heading. @param words  how it is shown
    Result<void> heading(std::string_view prefix, std::string_view words, const Document &document, int page,
                         std::uint32_t begin, std::uint32_t end);

private:
    Result<const PageContent *> page(DocumentId document, int page);
    Result<Citation> cite(const Passage &passage, std::uint32_t begin, std::uint32_t end);
    void add(std::string_view prefix, std::string_view words, Citation citation, bool quoted, double support);

    LibraryStore &m_store;
    Answer &m_answer;
    std::map<std::pair<DocumentId, int>, PageContent> m_pages;
};

} // namespace rag
