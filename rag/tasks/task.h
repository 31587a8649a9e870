#pragma once

#include "rag/types.h"

#include <functional>
#include <string>
#include <vector>

namespace rag {

enum class TaskKind { Summary, Outline, Comparison, ListEvery };

/// Work on documents as wholes: every passage of them is read.
struct TaskRequest
{
    TaskKind kind = TaskKind::Summary;
    std::vector<DocumentId> documents; ///< empty: the whole library; a comparison wants two or more
    std::string question; ///< ListEvery: of what, needed. Comparison: in what respect; may be empty
    std::string
        language; ///< of the few words of our own, "en", "ar", ...; empty: the question's or document's
    bool afresh = false; ///< forget the notes of an earlier run instead of going on from them
};

struct TaskProgress
{
    std::string document; ///< the one being read
    int pagesRead = 0;    ///< of all documents
    int pages = 0;
    int notes = 0;
    bool writing = false; ///< all is read; the result is being put together
};

/// How much of a document was read.
struct Coverage
{
    DocumentId document = 0;
    std::string name;
    int pages = 0;
    int pagesRead = 0;
    std::vector<int> withoutText; ///< pages on which nothing is to be read; they count as read
    std::vector<int> unread;      ///< skipped, or not taken in yet
};

struct TaskResult
{
    TaskKind kind = TaskKind::Summary;
    /// text: Markdown with a mark "[n]" behind every line that comes from a page, each with its Citation; the
    /// last line is the coverage. `extract`, `passages` and `scan` are empty; `sentences` holds a verdict for
    /// each line. `abstained`: nothing was found; `stopped`: cancelled, the notes so far are kept.
    Answer answer;
    std::vector<Coverage> coverage; ///< one a document
    int notes = 0;                  ///< that the result was made from
    int resumedNotes = 0;           ///< of them made by an earlier run that broke off
};

/// Runs tasks. One thread at a time.
class TaskRunner
{
public:
    virtual ~TaskRunner() = default;
    using OnProgress = std::function<void(const TaskProgress &)>;

    /// Notes are stored as they are made: a run that was killed or cancelled goes on where it broke off when
    /// the same is asked again. A cancel is no error: `stopped`.
    /// Errors: NotFound (no such document, nothing in the library), Unsupported (fewer than two documents to
    /// compare, nothing named to list), Storage, Device.
    virtual Result<TaskResult> run(const TaskRequest &request, const OnProgress &onProgress,
                                   const CancelToken &cancel) = 0;

    /// What was begun and not ended, the latest first.
    virtual Result<std::vector<TaskRequest>> unfinished() = 0;
};

} // namespace rag
