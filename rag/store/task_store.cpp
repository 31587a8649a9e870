#include "rag/store/task_store.h"

#include "rag/store/sqlite.h"

namespace rag {

namespace {

constexpr int kKept = 20; ///< tasks; their notes are soon made again

Result<std::vector<DocumentId>> idsIn(Database &database, std::string_view list)
{
    ASSIGN_OR_RETURN(Statement row,
                     database.prepare("SELECT value FROM json_each(?) WHERE type = 'integer'", list));
    std::vector<DocumentId> ids;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return ids;
        ids.push_back(row.integer(0));
    }
}

} // namespace

TaskStore::TaskStore(Database &database)
    : m_database(database)
{
}

Result<TaskId> TaskStore::begin(const StoredTask &task)
{
    const std::string documents = jsonList(task.documents);
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    ASSIGN_OR_RETURN(TaskId id, m_database.number("SELECT id FROM tasks WHERE kind = ? AND question = ? AND "
                                                  "model = ? AND documents = ? ORDER BY id DESC LIMIT 1",
                                                  task.kind, task.question, task.model, documents));
    if (id != 0) {
        RETURN_IF_ERROR(m_database.run("UPDATE tasks SET done = 0, at = ? WHERE id = ?", timestamp(), id));
    } else {
        RETURN_IF_ERROR(
            m_database.run("INSERT INTO tasks (kind, question, model, documents, at) VALUES (?, ?, ?, ?, ?)",
                           task.kind, task.question, task.model, documents, timestamp()));
        id = m_database.lastInsertId();
    }
    RETURN_IF_ERROR(m_database.run(
        "DELETE FROM tasks WHERE id NOT IN (SELECT id FROM tasks ORDER BY at DESC LIMIT ?)", kKept));
    RETURN_IF_ERROR(transaction.commit());
    return id;
}

Result<std::vector<TaskNote>> TaskStore::notes(TaskId task)
{
    ASSIGN_OR_RETURN(
        Statement row,
        m_database.prepare("SELECT n.chunk, n.first, n.last, n.score, n.text, length(CAST(c.text AS "
                           "BLOB)) FROM task_notes n JOIN chunks c ON c.id = n.chunk "
                           "WHERE n.task = ? ORDER BY n.id",
                           task));
    std::vector<TaskNote> notes;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return notes;
        const std::int64_t begin = row.integer(1);
        const std::int64_t end = row.integer(2);
        if (begin < 0 || begin > end || end > row.integer(5))
            continue; // a damaged file
        notes.push_back({row.integer(0), std::uint32_t(begin), std::uint32_t(end), row.real(3),
                         std::string(row.text(4))});
    }
}

Result<void> TaskStore::addNotes(TaskId task, std::span<const TaskNote> notes)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    for (const TaskNote &note : notes)
        RETURN_IF_ERROR(m_database.run(
            "INSERT INTO task_notes (task, chunk, first, last, score, text) "
            "SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM chunks WHERE "
            "id = ?2) AND EXISTS (SELECT 1 FROM tasks WHERE id = ?1)",
            task, note.chunk, std::int64_t{note.begin}, std::int64_t{note.end}, note.score, note.text));
    return transaction.commit();
}

Result<void> TaskStore::forgetNotes(TaskId task)
{
    RETURN_IF_ERROR(m_database.run("DELETE FROM task_notes WHERE task = ?", task));
    return {};
}

Result<void> TaskStore::finish(TaskId task)
{
    RETURN_IF_ERROR(m_database.run("UPDATE tasks SET done = 1 WHERE id = ?", task));
    return {};
}

Result<std::vector<StoredTask>> TaskStore::unfinished()
{
    ASSIGN_OR_RETURN(Statement row,
                     m_database.prepare("SELECT id, kind, question, model, documents FROM tasks "
                                        "WHERE done = 0 ORDER BY at DESC, id DESC"));
    std::vector<StoredTask> tasks;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return tasks;
        StoredTask task{
            row.integer(0), row.integer32(1), std::string(row.text(2)), std::string(row.text(3)), {}};
        ASSIGN_OR_RETURN(task.documents, idsIn(m_database, row.text(4)));
        tasks.push_back(std::move(task));
    }
}

Result<std::vector<PageMark>> TaskStore::pageMarks(DocumentId document)
{
    ASSIGN_OR_RETURN(
        Statement row,
        m_database.prepare("SELECT page, state, note FROM pages WHERE document = ? ORDER BY page", document));
    std::vector<PageMark> marks;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return marks;
        const std::int64_t state = row.integer(1);
        marks.push_back({row.integer32(0),
                         state == 0   ? PageState::Read
                         : state == 1 ? PageState::NoText
                                      : PageState::Skipped,
                         std::string(row.text(2))});
    }
}

} // namespace rag
