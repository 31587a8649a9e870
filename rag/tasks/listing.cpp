#include "rag/tasks/task_wording.h"
#include "rag/tasks/task_work.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <map>
#include <set>

namespace rag {

namespace {

constexpr std::size_t kMostShown = 400;   ///< of a document
constexpr std::size_t kNearPassages = 24; ///< whose sentences are compared by meaning
constexpr std::size_t kNearUnits = 160;
constexpr std::size_t kMostByMeaning = 10; ///< where the words are not in there at all
constexpr std::size_t kMostBesides = 6;
constexpr double kWithinOfBest = 0.03; ///< cosine

/// Its words alone: rows and sentences that only differ in spacing are the same.
std::string keyOf(std::string_view text)
{
    return indexWords(text);
}

/// What stands in several passages (they overlap) or on several pages word for word is listed once.
std::vector<PlacedNote> distinct(const TaskWork &work, std::size_t d)
{
    std::vector<PlacedNote> notes;
    std::map<std::string, std::size_t> seen;
    for (const PlacedNote &note : work.notes[d]) {
        const auto [known, isNew] = seen.emplace(keyOf(work.shown(note, d)), notes.size());
        if (isNew)
            notes.push_back(note);
        else if (notes[known->second].note.text.empty() == false && note.note.text.empty())
            notes[known->second] = note; // the document's own words before a model's
    }
    return notes;
}

/// Sentences close to the thing by meaning, the best first, that were not listed.
Result<std::vector<PlacedNote>> byMeaning(TaskWork &work, std::size_t d, const std::set<std::string> &listed)
{
    const std::vector<Passage> &passages = work.documents[d].passages;
    std::vector<PlacedNote> found;
    if (!work.embedder || passages.empty())
        return found;
    const std::string_view what = work.request.question;
    ASSIGN_OR_RETURN(const Vectors query,
                     Vectors::ofTexts(*work.embedder, std::span(&what, 1), TextKind::Query, work.cancel));
    ASSIGN_OR_RETURN(const Vectors rows, Vectors::ofPassages(work.store, *work.embedder, passages));
    std::vector<std::pair<double, std::size_t>> ranked;
    for (std::size_t p = 0; p < passages.size(); ++p)
        ranked.push_back({cosine(query.row(0), rows.row(p)), p});
    std::sort(ranked.rbegin(), ranked.rend());
    for (std::size_t i = 0; i < std::min(kNearPassages, ranked.size()); ++i)
        for (const Match &unit : ListedThing::units(passages[ranked[i].second])) {
            const Passage &passage = passages[ranked[i].second];
            const std::string_view text =
                std::string_view(passage.text).substr(unit.begin, unit.end - unit.begin);
            if (found.size() < kNearUnits && !listed.contains(keyOf(text)) && standsAlone(text) > 0)
                found.push_back({ranked[i].second, {passage.chunk, unit.begin, unit.end, 0, ""}});
        }
    ASSIGN_OR_RETURN(const Vectors units, work.vectorsOf(found, d));
    for (std::size_t i = 0; i < found.size(); ++i)
        found[i].note.score = cosine(query.row(0), units.row(i));
    std::stable_sort(found.begin(), found.end(),
                     [](const PlacedNote &a, const PlacedNote &b) { return a.note.score > b.note.score; });
    return found;
}

void sortByPlace(std::vector<PlacedNote> &notes)
{
    std::sort(notes.begin(), notes.end(), [](const PlacedNote &a, const PlacedNote &b) {
        return a.passage != b.passage ? a.passage < b.passage : a.note.begin < b.note.begin;
    });
}

/// How near what was listed stands: what else is to be shown must be as near as most of it.
Result<double> usualNearness(TaskWork &work, std::size_t d, const std::vector<PlacedNote> &listed)
{
    constexpr std::size_t kSample = 24;
    std::vector<PlacedNote> sample;
    for (std::size_t i = 0; i < listed.size() && sample.size() < kSample;
         i += std::max<std::size_t>(1, listed.size() / kSample))
        sample.push_back(listed[i]);
    const std::string_view what = work.request.question;
    ASSIGN_OR_RETURN(const Vectors query,
                     Vectors::ofTexts(*work.embedder, std::span(&what, 1), TextKind::Query, work.cancel));
    ASSIGN_OR_RETURN(const Vectors rows, work.vectorsOf(sample, d));
    std::vector<double> near;
    for (std::size_t i = 0; i < sample.size(); ++i)
        near.push_back(cosine(query.row(0), rows.row(i)));
    std::sort(near.begin(), near.end());
    return near[near.size() * 3 / 4];
}

Result<void> writeNear(TaskWork &work, std::size_t d, std::vector<PlacedNote> near, std::size_t most,
                       TaskPhrase phrase)
{
    std::vector<std::string> texts;
    std::vector<double> scores;
    for (const PlacedNote &note : near) {
        texts.push_back(work.shown(note, d));
        scores.push_back(note.note.score);
    }
    std::vector<PlacedNote> picked;
    for (const std::size_t i : pickDiverse(texts, scores, Vectors(), most))
        picked.push_back(near[i]);
    if (picked.empty())
        return {};
    sortByPlace(picked);
    work.writer.text("\n" + say(phrase, work.language) + "\n\n");
    for (const PlacedNote &note : picked)
        RETURN_IF_ERROR(work.write("- ", note, d));
    return {};
}

Result<void> listOne(TaskWork &work, std::size_t d, bool patterned)
{
    const std::vector<PlacedNote> notes = distinct(work, d);
    if (work.documents.size() > 1)
        work.writer.text("\n## " + work.documents[d].document.name + "\n");
    if (!notes.empty())
        work.writer.text(
            "\n" +
            say(TaskPhrase::ListOf, work.language, {work.request.question, std::to_string(notes.size())}) +
            "\n\n");
    std::set<std::string> listed;
    for (std::size_t i = 0; i < notes.size(); ++i) {
        listed.insert(keyOf(work.shown(notes[i], d)));
        if (i < kMostShown)
            RETURN_IF_ERROR(work.write("- ", notes[i], d));
    }
    if (notes.size() > kMostShown)
        work.writer.text(
            "\n" + say(TaskPhrase::MorePlaces, work.language, {std::to_string(notes.size() - kMostShown)}) +
            "\n");

    if (patterned || !work.embedder) {
        if (notes.empty())
            work.writer.text("\n" + say(TaskPhrase::NothingListed, work.language, {work.request.question}) +
                             "\n");
        return {};
    }
    ASSIGN_OR_RETURN(std::vector<PlacedNote> near, byMeaning(work, d, listed));
    if (near.empty())
        return {};
    double least = near.front().note.score - kWithinOfBest;
    if (!notes.empty()) {
        ASSIGN_OR_RETURN(least, usualNearness(work, d, notes));
    }
    std::erase_if(near, [&](const PlacedNote &note) { return note.note.score < least; });
    return writeNear(work, d, std::move(near), notes.empty() ? kMostByMeaning : kMostBesides,
                     notes.empty() ? TaskPhrase::ByMeaning : TaskPhrase::Nearby);
}

} // namespace

Result<void> listEvery(TaskWork &work)
{
    const ListedThing thing(work.request.question);
    const NotesOn notesOn = [&](std::size_t d, std::size_t p) {
        const Passage &passage = work.documents[d].passages[p];
        std::vector<TaskNote> notes;
        for (const Match &match : thing.matches(passage))
            notes.push_back({passage.chunk, match.begin, match.end, match.score, ""});
        return notes;
    };
    RETURN_IF_ERROR(
        takeNotes(work, "matches 2", notesOn,
                  "List every " + work.request.question +
                      " that the text names, one a line, as a short sentence. If it names none, write: "
                      "None.",
                  true));
    for (std::size_t d = 0; d < work.documents.size(); ++d)
        RETURN_IF_ERROR(listOne(work, d, thing.hasPattern()));
    work.result.answer.abstained = work.result.answer.citations.empty();
    return {};
}

} // namespace rag
