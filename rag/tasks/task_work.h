#pragma once

#include "rag/model/embedder.h"
#include "rag/model/language_model.h"
#include "rag/tasks/document_reader.h"
#include "rag/tasks/matches.h"
#include "rag/tasks/result_writer.h"
#include "rag/tasks/salience.h"
#include "rag/tasks/sentence_vectors.h"
#include "rag/tasks/task.h"

#include <deque>
#include <functional>
#include <string>
#include <vector>

/// What the steps of one run share. Inside of rag/tasks only.
namespace rag {

/// A note with the passage it is on.
struct PlacedNote
{
    std::size_t passage = 0; ///< index into the document's passages
    TaskNote note;
};

struct TaskWork
{
    LibraryStore &store;
    TaskStore &tasks;
    const Embedder *embedder;
    LanguageModel *model;
    const TaskRequest &request;
    const TaskRunner::OnProgress &onProgress;
    const CancelToken &cancel;
    TaskResult &result;
    ResultWriter writer;
    std::string language;                ///< of our own words
    std::vector<ReadDocument> documents; ///< all, whole
    std::deque<Salience> salience;       ///< one a document, where the kind of task needs it

    /// One list a document, in reading order, without those that only say "read".
    std::vector<std::vector<PlacedNote>> notes;

    std::string shown(const PlacedNote &note, std::size_t document) const
    {
        return note.note.text.empty() ? std::string(source(note, document)) : note.note.text;
    }

    std::string_view source(const PlacedNote &note, std::size_t document) const
    {
        const std::string_view text = documents[document].passages[note.passage].text;
        return text.substr(note.note.begin, note.note.end - note.note.begin);
    }

    /// A line of the result from a note: a quote, or a model's sentence with its evidence.
    Result<void> write(std::string_view prefix, const PlacedNote &note, std::size_t document)
    {
        const Passage &passage = documents[document].passages[note.passage];
        if (note.note.text.empty())
            return writer.quote(prefix, passage, note.note.begin, note.note.end);
        return writer.sentence(prefix, note.note.text, note.note.score, passage, note.note.begin,
                               note.note.end);
    }

    /// The vectors of the notes' own words. Empty without an embedder. Errors: Cancelled, Device.
    Result<Vectors> vectorsOf(const std::vector<PlacedNote> &some, std::size_t document) const;
};

/// Notes on one passage.
using NotesOn = std::function<std::vector<TaskNote>(std::size_t document, std::size_t passage)>;

/// The map step: every passage of every document that has no note yet, in order; stored as they are made.
/// @param instruction  what a model is asked to write about some passages; its notes come instead of those of
///     `notesOn` where it wrote any that is supported, or with `besides`, too
/// Errors: Cancelled (what was made is stored); those of store and model.
Result<void> takeNotes(TaskWork &work, const std::string &way, const NotesOn &notesOn,
                       const std::string &instruction, bool besides);

// The kinds of tasks. Each fills work.result.answer. Errors: as TaskRunner::run, and Cancelled.
Result<void> summarise(TaskWork &work);
Result<void> outline(TaskWork &work);
Result<void> compare(TaskWork &work);
Result<void> listEvery(TaskWork &work);

/// The best of the notes [0, n) by `score`, none like another that was taken. @return indices, the best first
std::vector<std::size_t> pickDiverse(const std::vector<std::string> &texts, const std::vector<double> &scores,
                                     const Vectors &vectors, std::size_t most);

} // namespace rag
