#include "rag/retrieve/passage_context.h"

#include "rag/store/library_store.h"
#include "rag/text/normalizer.h"

#include <algorithm>

namespace rag {

namespace {

/// Nothing of headers, footers and page numbers.
bool isRunning(const PageContent &page, std::uint32_t begin, std::uint32_t end)
{
    return std::any_of(page.blocks.begin(), page.blocks.end(), [&](const Block &block) {
        return block.kind == BlockKind::Running && block.begin < end && begin < block.end;
    });
}

/// Sentences of page.text[begin, end), in order.
std::vector<TextRange> sentencesOf(const PageContent &page, std::uint32_t begin, std::uint32_t end)
{
    std::vector<TextRange> sentences;
    if (begin >= end || end > page.text.size())
        return sentences;
    for (const TextRange &range : splitSentences(std::string_view(page.text).substr(begin, end - begin)))
        if (!isRunning(page, begin + range.begin, begin + range.end))
            sentences.push_back({begin + range.begin, begin + range.end});
    return sentences;
}

/// The text from the first of them to the last.
std::string joined(const PageContent &page, std::span<const TextRange> sentences)
{
    if (sentences.empty())
        return {};
    return page.text.substr(sentences.front().begin, sentences.back().end - sentences.front().begin);
}

std::string lastOf(const PageContent &page, std::vector<TextRange> sentences, std::size_t mostBytes)
{
    std::size_t first = sentences.size();
    while (first > 0 && sentences.back().end - sentences[first - 1].begin <= mostBytes)
        --first;
    return joined(page, std::span(sentences).subspan(first));
}

std::string firstOf(const PageContent &page, std::vector<TextRange> sentences, std::size_t mostBytes)
{
    std::size_t count = 0;
    while (count < sentences.size() && sentences[count].end - sentences.front().begin <= mostBytes)
        ++count;
    return joined(page, std::span(sentences).first(count));
}

} // namespace

Result<std::vector<PassageContext>> contextOf(LibraryStore &store, std::span<const Passage> passages,
                                              std::size_t mostBytes)
{
    std::vector<PassageContext> contexts(passages.size());
    for (std::size_t i = 0; i < passages.size(); ++i) {
        const Passage &passage = passages[i];
        if (passage.segments.empty())
            continue;
        const Segment &first = passage.segments.front();
        const Segment &last = passage.segments.back();
        ASSIGN_OR_RETURN(const std::optional<PageContent> begin, store.page(passage.document, first.page));
        ASSIGN_OR_RETURN(const std::optional<PageContent> end, store.page(passage.document, last.page));
        if (begin)
            contexts[i].before = lastOf(*begin, sentencesOf(*begin, 0, first.pageBegin), mostBytes);
        if (end)
            contexts[i].after = firstOf(
                *end, sentencesOf(*end, last.pageBegin + last.length, std::uint32_t(end->text.size())),
                mostBytes);
    }
    return contexts;
}

} // namespace rag
