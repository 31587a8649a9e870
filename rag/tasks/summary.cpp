#include "rag/tasks/model_notes.h"
#include "rag/tasks/task_wording.h"
#include "rag/tasks/task_work.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rag {

namespace {

constexpr std::size_t kNotesAPassage = 2;
constexpr std::size_t kNotesAShortOne = 4; ///< where the document has but a few passages
constexpr std::size_t kFewPassages = 12;
constexpr std::size_t kMeasured = 240; ///< sentences whose vectors are computed, of a document
constexpr std::size_t kMostParts = 40;
constexpr std::size_t kShort = 12; ///< pages: up to here a part may be as short as one
constexpr double kCentral = 0.6;   ///< weight of standing in a passage near the centre of its part
constexpr double kMeaning = 0.8;   ///< weight of being near the centre itself
constexpr double kOpening = 0.35;  ///< for sentences of the abstract, the introduction, the conclusion

/// Of one document: the notes that may be shown, with what they are chosen by.
struct Choice
{
    std::vector<PlacedNote> notes;
    std::vector<std::string> texts;
    Vectors vectors;               ///< of the texts; empty without an embedder
    std::vector<std::size_t> part; ///< of each
    std::vector<double> inPart;    ///< scores
    std::vector<double> inWhole;
};

bool opens(std::string_view section)
{
    static const std::vector<std::string> words = [] {
        std::vector<std::string> folded;
        for (const char *word : {"abstract", "summary", "introduction", "conclusion", "overview", "preface",
                                 "purpose", "scope", "résumé", "préface", "ملخص", "مقدمة", "تمهيد", "خاتمة",
                                 "الخلاصة", "نطاق", "چکیده", "پیشگفتار", "مقدمه"})
            folded.push_back(indexWords(word));
        return folded;
    }();
    const std::string padded = " " + indexWords(section) + " ";
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string &word) { return padded.find(" " + word + " ") != padded.npos; });
}

std::vector<double> centrality(const Vectors &passages, std::size_t first, std::size_t end)
{
    std::vector<double> values(end - first, 0);
    if (passages.empty())
        return values;
    const std::vector<float> centre = passages.centroid(first, end);
    for (std::size_t i = first; i < end; ++i)
        values[i - first] = cosine(passages.row(i), centre);
    spread(values);
    return values;
}

/// The notes of each part that are likeliest to be shown, their vectors, and scores.
Result<Choice> choiceOf(TaskWork &work, std::size_t d, const std::vector<Part> &parts)
{
    const std::vector<Passage> &passages = work.documents[d].passages;
    Vectors passageVectors;
    if (work.embedder) {
        ASSIGN_OR_RETURN(passageVectors, Vectors::ofPassages(work.store, *work.embedder, passages));
    }
    Choice choice;
    const std::size_t each = std::max<std::size_t>(kMeasured / std::max<std::size_t>(parts.size(), 1), 4);
    for (std::size_t k = 0; k < parts.size(); ++k) {
        const std::vector<double> central = centrality(passageVectors, parts[k].first, parts[k].end);
        std::vector<std::pair<double, const PlacedNote *>> ranked;
        for (const PlacedNote &note : work.notes[d])
            if (note.passage >= parts[k].first && note.passage < parts[k].end)
                ranked.push_back(
                    {note.note.score + kCentral * central[note.passage - parts[k].first], &note});
        std::stable_sort(ranked.begin(), ranked.end(),
                         [](const auto &a, const auto &b) { return a.first > b.first; });
        for (std::size_t i = 0; i < std::min(each, ranked.size()); ++i) {
            choice.notes.push_back(*ranked[i].second);
            choice.texts.push_back(work.shown(*ranked[i].second, d));
            choice.part.push_back(k);
            choice.inPart.push_back(ranked[i].first);
        }
    }
    ASSIGN_OR_RETURN(choice.vectors, work.vectorsOf(choice.notes, d));

    std::vector<double> whole = centrality(passageVectors, 0, passages.size());
    std::vector<double> nearWhole(choice.notes.size(), 0);
    std::vector<double> nearPart(choice.notes.size(), 0);
    if (!choice.vectors.empty()) {
        const std::vector<float> centre = passageVectors.centroid(0, passages.size());
        std::vector<float> partCentre;
        for (std::size_t i = 0; i < choice.notes.size(); ++i) {
            if (i == 0 || choice.part[i] != choice.part[i - 1])
                partCentre = passageVectors.centroid(parts[choice.part[i]].first, parts[choice.part[i]].end);
            nearWhole[i] = cosine(choice.vectors.row(i), centre);
            nearPart[i] = cosine(choice.vectors.row(i), partCentre);
        }
        spread(nearWhole);
        spread(nearPart);
    }
    for (std::size_t i = 0; i < choice.notes.size(); ++i) {
        const PlacedNote &note = choice.notes[i];
        const bool opening = opens(passages[note.passage].section) || note.passage * 50 < passages.size();
        // The head of a chapter says what it is about.
        const bool head = note.passage < parts[choice.part[i]].first + 2;
        choice.inPart[i] += kMeaning * nearPart[i] + (head && parts.size() > 1 ? kOpening : 0);
        choice.inWhole.push_back(note.note.score + kCentral * whole[note.passage] +
                                 1.5 * kMeaning * nearWhole[i] + (opening ? kOpening : 0));
    }
    return choice;
}

/// The picked notes in reading order.
std::vector<std::size_t> inOrder(std::vector<std::size_t> picked, const Choice &choice)
{
    std::sort(picked.begin(), picked.end(), [&](std::size_t a, std::size_t b) {
        const PlacedNote &x = choice.notes[a];
        const PlacedNote &y = choice.notes[b];
        return x.passage != y.passage ? x.passage < y.passage : x.note.begin < y.note.begin;
    });
    return picked;
}

/// A larger model makes few sentences of many notes; each stands on the note that supports it.
/// Empty without a model, or where nothing it wrote is supported.
Result<std::vector<PlacedNote>> reduced(TaskWork &work, std::size_t d, const Choice &choice,
                                        const std::vector<std::size_t> &from, const std::string &instruction)
{
    std::vector<PlacedNote> written;
    if (!work.model || from.size() < 2)
        return written;
    std::vector<Passage> notes;
    for (const std::size_t i : from) {
        Passage note;
        note.text = choice.texts[i];
        notes.push_back(std::move(note));
    }
    NoteMaker maker(*work.model, work.documents[d].document.language);
    const std::size_t fit = maker.thatFit(notes);
    ASSIGN_OR_RETURN(const std::vector<WrittenNote> made,
                     maker.write(std::span(notes).first(fit), instruction, work.cancel));
    if (work.cancel.isCancelled())
        return fail(ErrorCode::Cancelled, "stopped while writing");
    for (const WrittenNote &note : made) {
        PlacedNote placed = choice.notes[from[note.passage]];
        placed.note.text = note.text;
        placed.note.score = note.support;
        written.push_back(std::move(placed));
    }
    return written;
}

Result<void> writeLines(TaskWork &work, std::size_t d, const Choice &choice,
                        const std::vector<std::size_t> &picked, const std::vector<PlacedNote> &written,
                        std::string_view prefix)
{
    if (!written.empty()) {
        for (const PlacedNote &note : written)
            RETURN_IF_ERROR(work.write(prefix, note, d));
        return {};
    }
    for (const std::size_t i : inOrder(picked, choice))
        RETURN_IF_ERROR(work.write(prefix, choice.notes[i], d));
    return {};
}

std::string pagesOf(const TaskWork &work, std::size_t d, const Part &part)
{
    const std::vector<Passage> &passages = work.documents[d].passages;
    const int first = passages[part.first].page;
    const int last = std::max(first, passages[part.end - 1].lastPage);
    if (first == last)
        return say(TaskPhrase::Page, work.language, {std::to_string(first + 1)});
    return say(TaskPhrase::Pages, work.language,
               {std::to_string(first + 1) + "–" + std::to_string(last + 1)});
}

Result<void> summariseOne(TaskWork &work, std::size_t d)
{
    const ReadDocument &read = work.documents[d];
    if (d > 0)
        work.writer.text("\n");
    work.writer.text("## " + say(TaskPhrase::Summary, work.language, {read.document.name}) + "\n\n");
    if (work.notes[d].empty()) {
        work.writer.text(say(TaskPhrase::NothingToRead, work.language, {read.document.name}) + "\n");
        return {};
    }
    ASSIGN_OR_RETURN(const std::vector<Heading> headings,
                     readHeadings(work.store, read.document, work.cancel));
    const auto pages = std::size_t(std::max(read.document.pages, 0));
    const auto most =
        pages <= kShort ? std::max<std::size_t>(pages, 1) : std::clamp(pages / 2, kShort, kMostParts);
    const std::vector<Part> parts = partsOf(read.passages, headings, most);
    ASSIGN_OR_RETURN(const Choice choice, choiceOf(work, d, parts));

    const std::size_t brief = std::clamp<std::size_t>(3 + std::size_t(read.document.pages) / 40, 3, 6);
    const std::vector<std::size_t> best = pickDiverse(choice.texts, choice.inWhole, choice.vectors, brief);
    const std::vector<std::size_t> material =
        pickDiverse(choice.texts, choice.inWhole, choice.vectors, 4 * brief);
    ASSIGN_OR_RETURN(
        const std::vector<PlacedNote> whole,
        reduced(work, d, choice, inOrder(material, choice),
                "These are notes on a document, in its order. Write a summary of the whole document in "
                "three to five plain sentences."));
    if (parts.size() > 1)
        work.writer.text("### " + say(TaskPhrase::InBrief, work.language) + "\n\n");
    RETURN_IF_ERROR(writeLines(work, d, choice, best, whole, "- "));
    if (parts.size() <= 1)
        return {};

    work.writer.text("\n### " + say(TaskPhrase::PartByPart, work.language) + "\n");
    const std::size_t each = parts.size() > 12 ? 1 : 2;
    for (std::size_t k = 0; k < parts.size(); ++k) {
        std::vector<std::string> texts;
        std::vector<double> scores;
        std::vector<std::size_t> mine;
        for (std::size_t i = 0; i < choice.notes.size(); ++i)
            if (choice.part[i] == k) {
                mine.push_back(i);
                texts.push_back(choice.texts[i]);
                // What stands in the beginning already is said once only, if the part has more to say.
                scores.push_back(choice.inPart[i] -
                                 (std::find(best.begin(), best.end(), i) != best.end() ? 1.0 : 0.0));
            }
        if (mine.empty())
            continue; // contents, an index, code: read, but with no sentence to show
        std::vector<std::size_t> picked = pickDiverse(texts, scores, Vectors(), each);
        for (std::size_t &i : picked)
            i = mine[i];
        ASSIGN_OR_RETURN(
            const std::vector<PlacedNote> written,
            reduced(work, d, choice, inOrder(mine, choice),
                    "These are notes on one part of a document, in its order. Write what this part says "
                    "in one or two plain sentences."));
        const std::string pages = pagesOf(work, d, parts[k]);
        work.writer.text("\n**" + (parts[k].title.empty() ? pages : parts[k].title + "** (" + pages) +
                         (parts[k].title.empty() ? "**\n" : ")\n"));
        RETURN_IF_ERROR(writeLines(work, d, choice, picked, written, "- "));
    }
    return {};
}

} // namespace

Result<void> summarise(TaskWork &work)
{
    for (const ReadDocument &read : work.documents)
        work.salience.emplace_back(std::span(read.passages));
    const NotesOn notesOn = [&](std::size_t d, std::size_t p) {
        const std::size_t most =
            work.documents[d].passages.size() <= kFewPassages ? kNotesAShortOne : kNotesAPassage;
        std::vector<TaskNote> notes;
        for (const KeySentence &sentence : work.salience[d].keySentences(p, most))
            notes.push_back({0, sentence.begin, sentence.end, sentence.score, ""});
        return notes;
    };
    RETURN_IF_ERROR(takeNotes(work, "key sentences 2", notesOn,
                              "Write the main points of this text in at most three short sentences.", false));
    for (std::size_t d = 0; d < work.documents.size(); ++d)
        RETURN_IF_ERROR(summariseOne(work, d));
    work.result.answer.abstained = work.result.answer.citations.empty();
    return {};
}

} // namespace rag
