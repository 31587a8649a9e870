#include "rag/tasks/task_wording.h"
#include "rag/tasks/task_work.h"

#include <algorithm>

namespace rag {

namespace {

constexpr std::size_t kMostEntries = 160; ///< deeper levels are left out beyond that
constexpr std::size_t kPartsWithout = 8;

/// As many levels as fit.
int deepestShown(const std::vector<Heading> &headings)
{
    int deepest = 0;
    for (const Heading &heading : headings)
        deepest = std::max(deepest, heading.level);
    for (; deepest > 0; --deepest) {
        const auto shown = std::count_if(headings.begin(), headings.end(),
                                         [&](const Heading &heading) { return heading.level <= deepest; });
        if (std::size_t(shown) <= kMostEntries)
            break;
    }
    return deepest;
}

/// A document without headings: how each part begins.
Result<void> writeParts(TaskWork &work, const ReadDocument &read)
{
    if (read.passages.empty()) {
        work.writer.text(say(TaskPhrase::NothingToRead, work.language, {read.document.name}) + "\n");
        return {};
    }
    work.writer.text(say(TaskPhrase::NoHeadings, work.language) + "\n\n");
    const Salience salience(read.passages);
    const auto most = std::clamp<std::size_t>(std::size_t(read.document.pages), 1, kPartsWithout);
    for (const Part &part : partsOf(read.passages, {}, most))
        for (std::size_t p = part.first; p < part.end; ++p) {
            const std::vector<KeySentence> best = salience.keySentences(p, 1);
            if (best.empty())
                continue;
            RETURN_IF_ERROR(work.writer.quote(
                "- " + say(TaskPhrase::Page, work.language, {std::to_string(read.passages[p].page + 1)}) +
                    ": ",
                read.passages[p], best.front().begin, best.front().end));
            break;
        }
    return {};
}

Result<void> outlineOne(TaskWork &work, std::size_t d)
{
    const ReadDocument &read = work.documents[d];
    if (d > 0)
        work.writer.text("\n");
    work.writer.text("## " + say(TaskPhrase::Outline, work.language, {read.document.name}) + "\n\n");
    ASSIGN_OR_RETURN(const std::vector<Heading> headings,
                     readHeadings(work.store, read.document, work.cancel));
    if (headings.empty())
        return writeParts(work, read);
    const int deepest = deepestShown(headings);
    for (const Heading &heading : headings) {
        if (heading.level > deepest)
            continue;
        const std::string prefix = std::string(std::size_t(heading.level) * 2, ' ') + "- ";
        if (heading.page < 0) {
            work.writer.text(prefix + heading.title + "\n");
            continue;
        }
        RETURN_IF_ERROR(work.writer.heading(
            prefix,
            heading.title + " — " + say(TaskPhrase::Page, work.language, {std::to_string(heading.page + 1)}),
            read.document, heading.page, heading.begin, heading.end));
    }
    return {};
}

} // namespace

Result<void> outline(TaskWork &work)
{
    int pages = 0;
    int read = 0;
    for (const ReadDocument &document : work.documents)
        pages += document.document.pages;
    for (std::size_t d = 0; d < work.documents.size(); ++d) {
        RETURN_IF_ERROR(outlineOne(work, d));
        read += work.documents[d].document.pages;
        if (work.onProgress)
            work.onProgress({work.documents[d].document.name, read, pages,
                             int(work.result.answer.citations.size()), false});
    }
    work.result.notes = int(work.result.answer.citations.size());
    work.result.answer.abstained = work.result.answer.citations.empty();
    return {};
}

} // namespace rag
