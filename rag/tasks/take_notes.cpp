#include "rag/tasks/model_notes.h"
#include "rag/tasks/task_work.h"

#include <algorithm>
#include <chrono>
#include <unordered_map>

namespace rag {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kSaveEvery = std::chrono::milliseconds(250);
constexpr std::size_t kSaveAt = 200; ///< notes

/// One run through the passages: keeps what was made and stores it in turn.
class NoteTaker
{
public:
    NoteTaker(TaskWork &work, TaskId task, const NotesOn &notesOn, const std::string &instruction,
              bool besides)
        : m_work(work)
        , m_task(task)
        , m_notesOn(notesOn)
        , m_instruction(instruction)
        , m_besides(besides)
    {
    }

    Result<void> run()
    {
        ASSIGN_OR_RETURN(std::vector<TaskNote> before, m_work.tasks.notes(m_task));
        for (TaskNote &note : before)
            m_made[note.chunk].push_back(std::move(note));
        m_work.result.resumedNotes = 0;
        for (const ReadDocument &document : m_work.documents)
            m_pages += document.document.pages;
        Result<void> done = readAll();
        const Result<void> saved = save(); // what was made stays, whatever happened
        if (!done)
            return done;
        return saved;
    }

private:
    Result<void> readAll()
    {
        int pagesBefore = 0;
        for (std::size_t d = 0; d < m_work.documents.size(); ++d) {
            RETURN_IF_ERROR(readOne(d, pagesBefore));
            pagesBefore += m_work.documents[d].document.pages;
            tell(m_work.documents[d], pagesBefore);
        }
        return {};
    }

    Result<void> readOne(std::size_t d, int pagesBefore)
    {
        const std::vector<Passage> &passages = m_work.documents[d].passages;
        m_work.notes.emplace_back();
        for (std::size_t p = 0; p < passages.size();) {
            if (m_work.cancel.isCancelled())
                return fail(ErrorCode::Cancelled, "stopped while taking notes");
            std::size_t count = 1;
            if (const auto known = m_made.find(passages[p].chunk); known != m_made.end()) {
                for (const TaskNote &note : known->second)
                    keep(d, p, note, true);
            } else {
                ASSIGN_OR_RETURN(count, make(d, p));
            }
            p += count;
            if (m_work.model || m_pending.size() >= kSaveAt || Clock::now() - m_saved > kSaveEvery) {
                RETURN_IF_ERROR(save());
                tell(m_work.documents[d], pagesBefore + (p < passages.size() ? passages[p].page : 0));
            }
        }
        return {};
    }

    /// @return how many passages these notes are on
    Result<std::size_t> make(std::size_t d, std::size_t p)
    {
        std::size_t count = 1;
        std::vector<std::vector<TaskNote>> made;
        if (m_work.model) {
            ASSIGN_OR_RETURN(made, written(d, p));
            count = made.size();
        } else {
            made.push_back(m_notesOn(d, p));
        }
        for (std::size_t i = 0; i < count; ++i) {
            const ChunkId chunk = m_work.documents[d].passages[p + i].chunk;
            if (made[i].empty())
                made[i].push_back({chunk, 0, 0, 0, ""}); // it was read
            for (TaskNote &note : made[i]) {
                note.chunk = chunk;
                keep(d, p + i, note, false);
                m_pending.push_back(std::move(note));
            }
        }
        return count;
    }

    /// Some passages at once, up to the next that has notes already.
    Result<std::vector<std::vector<TaskNote>>> written(std::size_t d, std::size_t p)
    {
        const std::vector<Passage> &passages = m_work.documents[d].passages;
        std::size_t open = 1;
        while (p + open < passages.size() && open < 16 && !m_made.contains(passages[p + open].chunk))
            ++open;
        NoteMaker maker(*m_work.model, m_work.documents[d].document.language);
        std::span<const Passage> unit(&passages[p], open);
        unit = unit.first(maker.thatFit(unit));
        ASSIGN_OR_RETURN(const std::vector<WrittenNote> notes,
                         maker.write(unit, m_instruction, m_work.cancel));
        if (m_work.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "stopped while taking notes");
        std::vector<std::vector<TaskNote>> made(unit.size());
        for (const WrittenNote &note : notes)
            made[note.passage].push_back(
                {passages[p + note.passage].chunk, note.begin, note.end, note.support, note.text});
        if (m_besides || notes.empty())
            for (std::size_t i = 0; i < unit.size(); ++i)
                for (TaskNote &note : m_notesOn(d, p + i))
                    made[i].push_back(std::move(note));
        return made;
    }

    void keep(std::size_t d, std::size_t p, const TaskNote &note, bool resumed)
    {
        if (note.begin == note.end)
            return;
        m_work.notes[d].push_back({p, note});
        ++m_work.result.notes;
        m_work.result.resumedNotes += resumed ? 1 : 0;
    }

    Result<void> save()
    {
        if (!m_pending.empty())
            RETURN_IF_ERROR(m_work.tasks.addNotes(m_task, m_pending));
        m_pending.clear();
        m_saved = Clock::now();
        return {};
    }

    void tell(const ReadDocument &document, int pagesRead) const
    {
        if (m_work.onProgress)
            m_work.onProgress({document.document.name, pagesRead, m_pages, m_work.result.notes, false});
    }

    TaskWork &m_work;
    TaskId m_task;
    const NotesOn &m_notesOn;
    const std::string &m_instruction;
    bool m_besides;
    std::unordered_map<ChunkId, std::vector<TaskNote>> m_made; ///< by an earlier run
    std::vector<TaskNote> m_pending;
    Clock::time_point m_saved = Clock::now();
    int m_pages = 0;
};

} // namespace

Result<void> takeNotes(TaskWork &work, const std::string &way, const NotesOn &notesOn,
                       const std::string &instruction, bool besides)
{
    StoredTask stored;
    stored.kind = int(work.request.kind);
    stored.question = work.request.question;
    stored.model = way + (work.model ? ", " + work.model->name() : "");
    for (const ReadDocument &document : work.documents)
        stored.documents.push_back(document.document.id);
    ASSIGN_OR_RETURN(const TaskId task, work.tasks.begin(stored));
    if (work.request.afresh)
        RETURN_IF_ERROR(work.tasks.forgetNotes(task));
    RETURN_IF_ERROR(NoteTaker(work, task, notesOn, instruction, besides).run());
    if (work.onProgress)
        work.onProgress({"", 0, 0, work.result.notes, true});
    return work.tasks.finish(task);
}

Result<Vectors> TaskWork::vectorsOf(const std::vector<PlacedNote> &some, std::size_t document) const
{
    if (!embedder || some.empty())
        return Vectors();
    std::vector<std::string> texts;
    for (const PlacedNote &note : some)
        texts.push_back(shown(note, document));
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    return Vectors::ofTexts(*embedder, views, TextKind::Passage, cancel);
}

std::vector<std::size_t> pickDiverse(const std::vector<std::string> &texts, const std::vector<double> &scores,
                                     const Vectors &vectors, std::size_t most)
{
    constexpr double kSameWords = 0.6;
    constexpr double kSameMeaning = 0.945; ///< cosine, of the default embedder
    std::vector<std::size_t> order(texts.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    std::vector<std::size_t> picked;
    for (const std::size_t i : order) {
        if (picked.size() == most)
            break;
        const bool repeats = std::any_of(picked.begin(), picked.end(), [&](std::size_t other) {
            return likeness(texts[i], texts[other]) > kSameWords ||
                   (!vectors.empty() && cosine(vectors.row(i), vectors.row(other)) > kSameMeaning);
        });
        if (!repeats)
            picked.push_back(i);
    }
    return picked;
}

} // namespace rag
