#pragma once

#include "rag/types.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

class Database;

using TaskId = std::int64_t;

/// Whole-document work that was begun: what it reads, for what, and with which model.
struct StoredTask
{
    TaskId id = 0;
    int kind = 0; ///< of rag::TaskKind
    std::string question;
    std::string model; ///< who makes the notes, and in which way: notes of another are not used
    std::vector<DocumentId> documents;
};

/// A note on a passage: bytes [begin, end) of it are what it stands on. One with begin = end says only that
/// the passage was read.
struct TaskNote
{
    ChunkId chunk = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    double score = 0;
    std::string text; ///< a model's own words; empty: those of the passage
};

struct PageMark
{
    int page = 0;
    PageState state = PageState::Read;
    std::string note;
};

/// Tasks and their notes. Uses the thread's own connection. Removing a document removes its notes and the
/// tasks that name it. Errors of every call: Storage, Damaged, OutOfMemory (store/sqlite.h).
class TaskStore
{
public:
    explicit TaskStore(Database &database);

    /// The task that is the same in all but its id, or a new one; old ones beyond the latest few go.
    Result<TaskId> begin(const StoredTask &task);
    /// In the order they were made.
    Result<std::vector<TaskNote>> notes(TaskId task);
    /// One transaction. Passages that were removed meanwhile are left out.
    Result<void> addNotes(TaskId task, std::span<const TaskNote> notes);
    Result<void> forgetNotes(TaskId task);
    Result<void> finish(TaskId task);
    Result<std::vector<StoredTask>> unfinished(); ///< the latest first

    /// How the pages of a document that are there were read, ascending.
    Result<std::vector<PageMark>> pageMarks(DocumentId document);

private:
    Database &m_database;
};

} // namespace rag
