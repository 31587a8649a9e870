#include "rag/retrieve/question_text.h"
#include "rag/tasks/task_wording.h"
#include "rag/tasks/task_work.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <set>

namespace rag {

namespace {

constexpr std::size_t kCompared = 70; ///< notes of each document
constexpr std::size_t kPairs = 5;
constexpr std::size_t kOwn = 4;
constexpr std::size_t kAboutAspect = 5;
constexpr std::size_t kWords = 10;

std::string joined(const std::vector<std::string> &words, std::string_view language)
{
    std::string text;
    for (const std::string &word : words)
        text += (text.empty() ? "" : language == "ar" || language == "fa" ? "، " : ", ") + word;
    return text;
}

/// The best notes of a document, spread over all of it, with their vectors.
struct Side
{
    std::vector<PlacedNote> notes;
    std::vector<std::string> texts;
    std::vector<double> scores; ///< 0..1
    Vectors vectors;
};

Result<Side> sideOf(TaskWork &work, std::size_t d)
{
    Side side;
    // Tenths of the document get a share each, so that a long chapter does not speak for all.
    constexpr std::size_t kShares = 10;
    const std::size_t passages = std::max<std::size_t>(work.documents[d].passages.size(), 1);
    std::vector<std::vector<const PlacedNote *>> shares(kShares);
    for (const PlacedNote &note : work.notes[d])
        shares[std::min(note.passage * kShares / passages, kShares - 1)].push_back(&note);
    for (auto &share : shares) {
        std::stable_sort(share.begin(), share.end(), [](const PlacedNote *a, const PlacedNote *b) {
            return a->note.score > b->note.score;
        });
        for (std::size_t i = 0; i < std::min(share.size(), kCompared / kShares); ++i) {
            side.notes.push_back(*share[i]);
            side.texts.push_back(work.shown(*share[i], d));
            side.scores.push_back(share[i]->note.score);
        }
    }
    spread(side.scores);
    ASSIGN_OR_RETURN(side.vectors, work.vectorsOf(side.notes, d));
    return side;
}

double closeness(const Side &a, std::size_t i, const Side &b, std::size_t j)
{
    if (!a.vectors.empty() && !b.vectors.empty())
        return cosine(a.vectors.row(i), b.vectors.row(j));
    return likeness(a.texts[i], b.texts[j]);
}

struct Pair
{
    std::size_t a = 0;
    std::size_t b = 0;
    double score = 0;
};

/// Notes that are each other's nearest.
std::vector<Pair> pairsOf(const Side &a, const Side &b)
{
    std::vector<std::size_t> nearestB(a.notes.size(), 0);
    std::vector<std::size_t> nearestA(b.notes.size(), 0);
    std::vector<double> bestB(a.notes.size(), -1);
    std::vector<double> bestA(b.notes.size(), -1);
    for (std::size_t i = 0; i < a.notes.size(); ++i)
        for (std::size_t j = 0; j < b.notes.size(); ++j) {
            const double close = closeness(a, i, b, j);
            if (close > bestB[i]) {
                bestB[i] = close;
                nearestB[i] = j;
            }
            if (close > bestA[j]) {
                bestA[j] = close;
                nearestA[j] = i;
            }
        }
    std::vector<double> close = bestB;
    spread(close);
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < a.notes.size(); ++i)
        if (!b.notes.empty() && nearestA[nearestB[i]] == i)
            pairs.push_back({i, nearestB[i], close[i] + 0.25 * std::min(a.scores[i], b.scores[nearestB[i]])});
    std::sort(pairs.begin(), pairs.end(), [](const Pair &x, const Pair &y) { return x.score > y.score; });
    return pairs;
}

/// The nearest two notes may still speak of different things: they must share words, or both be in languages
/// that share none.
bool sameMatter(const Side &a, const Side &b, const Pair &pair, bool sameLanguage)
{
    constexpr double kSomeWords = 0.15;
    return !sameLanguage || likeness(a.texts[pair.a], b.texts[pair.b]) >= kSomeWords;
}

Result<void> writeShared(TaskWork &work, const std::vector<Side> &sides, std::size_t x, std::size_t y)
{
    const bool sameLanguage = work.documents[x].document.language == work.documents[y].document.language;
    std::vector<Pair> pairs = pairsOf(sides[x], sides[y]);
    std::erase_if(pairs,
                  [&](const Pair &pair) { return !sameMatter(sides[x], sides[y], pair, sameLanguage); });
    std::vector<std::string> texts;
    std::vector<double> scores;
    for (const Pair &pair : pairs) {
        texts.push_back(sides[x].texts[pair.a]);
        scores.push_back(pair.score);
    }
    const std::vector<std::size_t> picked = pickDiverse(texts, scores, Vectors(), kPairs);
    const std::vector<std::string> words =
        sameLanguage ? work.salience[x].shared(work.salience[y], kWords) : std::vector<std::string>();
    if (picked.empty() && words.empty())
        return {};
    work.writer.text("\n### " + say(TaskPhrase::InBoth, work.language));
    if (work.documents.size() > 2)
        work.writer.text(": " + work.documents[x].document.name + " — " + work.documents[y].document.name);
    work.writer.text("\n\n");
    if (!words.empty())
        work.writer.text(say(TaskPhrase::SharedWords, work.language, {joined(words, work.language)}) +
                         "\n\n");
    for (const std::size_t i : picked) {
        RETURN_IF_ERROR(
            work.write("- **" + work.documents[x].document.name + "**: ", sides[x].notes[pairs[i].a], x));
        RETURN_IF_ERROR(
            work.write("  **" + work.documents[y].document.name + "**: ", sides[y].notes[pairs[i].b], y));
    }
    return {};
}

Result<void> writeOwn(TaskWork &work, const std::vector<Side> &sides, std::size_t x)
{
    work.writer.text("\n### " + say(TaskPhrase::OnlyIn, work.language, {work.documents[x].document.name}) +
                     "\n\n");
    std::vector<double> near(sides[x].notes.size(), 0);
    std::set<std::string> words;
    std::vector<std::string> own;
    for (std::size_t y = 0; y < sides.size(); ++y) {
        if (y == x)
            continue;
        for (std::size_t i = 0; i < sides[x].notes.size(); ++i)
            for (std::size_t j = 0; j < sides[y].notes.size(); ++j)
                near[i] = std::max(near[i], closeness(sides[x], i, sides[y], j));
        if (own.empty())
            own = work.salience[x].telling(work.salience[y], kWords);
    }
    if (!own.empty())
        work.writer.text(say(TaskPhrase::OwnWords, work.language, {joined(own, work.language)}) + "\n\n");
    spread(near);
    std::vector<double> scores;
    for (std::size_t i = 0; i < near.size(); ++i)
        scores.push_back(sides[x].scores[i] - near[i]);
    std::vector<std::size_t> picked = pickDiverse(sides[x].texts, scores, sides[x].vectors, kOwn);
    std::sort(picked.begin(), picked.end(), [&](std::size_t a, std::size_t b) {
        return sides[x].notes[a].passage < sides[x].notes[b].passage;
    });
    for (const std::size_t i : picked)
        RETURN_IF_ERROR(work.write("- ", sides[x].notes[i], x));
    return {};
}

Result<void> compareAll(TaskWork &work)
{
    std::vector<Side> sides;
    for (std::size_t d = 0; d < work.documents.size(); ++d) {
        ASSIGN_OR_RETURN(Side side, sideOf(work, d));
        sides.push_back(std::move(side));
    }
    for (std::size_t x = 0; x < sides.size(); ++x)
        for (std::size_t y = x + 1; y < sides.size(); ++y)
            RETURN_IF_ERROR(writeShared(work, sides, x, y));
    for (std::size_t x = 0; x < sides.size(); ++x)
        RETURN_IF_ERROR(writeOwn(work, sides, x));
    return {};
}

// ---- in one respect
// -------------------------------------------------------------------------------------------

/// Sentences of a document on the aspect.
struct Told
{
    std::vector<PlacedNote> notes; ///< score: 0..2
    double nearest = 0;            ///< largest cosine
    bool words = false;            ///< some hold most of its words
};

Result<Told> toldOf(TaskWork &work, std::size_t d)
{
    constexpr std::size_t kPassages = 20;
    constexpr std::size_t kUnits = 160;
    constexpr double kMostWords = 0.5;
    const std::vector<Passage> &passages = work.documents[d].passages;
    const std::string_view aspect = work.request.question;
    const std::vector<std::string> stems = keyTerms(aspect);
    Told told;

    std::vector<double> rank(passages.size(), 0);
    Vectors query;
    if (work.embedder && !passages.empty()) {
        ASSIGN_OR_RETURN(
            query, Vectors::ofTexts(*work.embedder, std::span(&aspect, 1), TextKind::Query, work.cancel));
        ASSIGN_OR_RETURN(const Vectors rows, Vectors::ofPassages(work.store, *work.embedder, passages));
        for (std::size_t p = 0; p < passages.size(); ++p)
            rank[p] = cosine(query.row(0), rows.row(p));
        spread(rank);
    }
    const auto share = [&](std::string_view text) {
        std::set<std::string> here;
        for (IndexWord &word : splitWords(text))
            here.insert(std::move(word.stem));
        const auto hits = std::count_if(stems.begin(), stems.end(),
                                        [&](const std::string &stem) { return here.contains(stem); });
        return stems.empty() ? 0.0 : double(hits) / double(stems.size());
    };
    std::vector<std::size_t> order(passages.size());
    for (std::size_t p = 0; p < passages.size(); ++p) {
        order[p] = p;
        rank[p] += share(passages[p].text) + 0.5 * share(passages[p].section);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rank[a] > rank[b]; });
    order.resize(std::min(order.size(), kPassages));
    for (const std::size_t p : order)
        for (const Match &unit : ListedThing::units(passages[p])) {
            const std::string_view text =
                std::string_view(passages[p].text).substr(unit.begin, unit.end - unit.begin);
            if (told.notes.size() >= kUnits || splitWords(text).size() < 3)
                continue;
            const double words = share(text);
            told.words = told.words || words >= kMostWords;
            told.notes.push_back({p, {passages[p].chunk, unit.begin, unit.end, words, ""}});
        }
    ASSIGN_OR_RETURN(const Vectors units, work.vectorsOf(told.notes, d));
    std::vector<double> near(told.notes.size(), 0);
    for (std::size_t i = 0; i < near.size() && !units.empty(); ++i) {
        near[i] = cosine(query.row(0), units.row(i));
        told.nearest = std::max(told.nearest, near[i]);
    }
    spread(near);
    for (std::size_t i = 0; i < near.size(); ++i)
        told.notes[i].note.score += near[i];
    return told;
}

Result<void> compareIn(TaskWork &work)
{
    constexpr double kWithinOfBest = 0.04; ///< cosine: further than that from the best document is not on it
    std::vector<Told> all;
    double nearest = 0;
    for (std::size_t d = 0; d < work.documents.size(); ++d) {
        ASSIGN_OR_RETURN(Told told, toldOf(work, d));
        nearest = std::max(nearest, told.nearest);
        all.push_back(std::move(told));
    }
    for (std::size_t d = 0; d < all.size(); ++d) {
        const std::string &name = work.documents[d].document.name;
        work.writer.text("\n### " + name + "\n\n");
        const bool says = all[d].words || (nearest > 0 && all[d].nearest >= nearest - kWithinOfBest);
        if (!says || all[d].notes.empty()) {
            work.writer.text(say(TaskPhrase::NothingAbout, work.language, {work.request.question, name}) +
                             "\n");
            continue;
        }
        std::vector<std::string> texts;
        std::vector<double> scores;
        for (const PlacedNote &note : all[d].notes) {
            texts.push_back(work.shown(note, d));
            scores.push_back(note.note.score + 0.3 * standsAlone(texts.back()));
        }
        std::vector<std::size_t> picked = pickDiverse(texts, scores, Vectors(), kAboutAspect);
        std::erase_if(picked, [&](std::size_t i) { return scores[i] < 0.6 * scores[picked.front()]; });
        std::sort(picked.begin(), picked.end(), [&](std::size_t a, std::size_t b) {
            return all[d].notes[a].passage < all[d].notes[b].passage;
        });
        for (const std::size_t i : picked)
            RETURN_IF_ERROR(work.write("- ", all[d].notes[i], d));
        work.result.notes += int(picked.size());
    }
    return {};
}

} // namespace

Result<void> compare(TaskWork &work)
{
    std::vector<std::string> names;
    for (const ReadDocument &read : work.documents)
        names.push_back(read.document.name);
    work.writer.text("## " + say(TaskPhrase::Comparison, work.language, {joined(names, work.language)}) +
                     "\n");
    if (!work.request.question.empty()) {
        RETURN_IF_ERROR(compareIn(work));
    } else {
        for (const ReadDocument &read : work.documents)
            work.salience.emplace_back(std::span(read.passages));
        const NotesOn notesOn = [&](std::size_t d, std::size_t p) {
            std::vector<TaskNote> notes;
            for (const KeySentence &sentence : work.salience[d].keySentences(p, 2))
                notes.push_back({0, sentence.begin, sentence.end, sentence.score, ""});
            return notes;
        };
        RETURN_IF_ERROR(takeNotes(work, "key sentences 2", notesOn,
                                  "Write the main points of this text in at most three short sentences.",
                                  false));
        RETURN_IF_ERROR(compareAll(work));
    }
    work.result.answer.abstained = work.result.answer.citations.empty();
    return {};
}

} // namespace rag
