#include "engine/base/unicode.h"
#include "rag/eval/evaluation.h"
#include "rag/text/normalizer.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace rag {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<const EvalRow *>;

constexpr int kDepths[] = {1, 3, 5, 10};
constexpr int kNotFound = 1'000'000;

/// Folded as for the index; only letters, digits and what answers are made of ("/etc/fstab", "1.5%") stay.
/// Thousands separators go, the Arabic decimal separator becomes a point.
std::string comparable(std::string_view text)
{
    std::string prepared;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = engine::nextCodePoint(text, at);
        if (c == 0x066B)
            prepared += '.';
        else if (c != U',' && c != 0x066C)
            engine::appendUtf8(prepared, c);
    }
    const std::string folded = normalizeForIndex(prepared).text;
    std::string flat = " ";
    for (std::size_t at = 0; at < folded.size();) {
        const char32_t c = engine::nextCodePoint(folded, at);
        const bool kept = engine::isLetter(c) || engine::isNumber(c) || engine::isMark(c) ||
                          (c < 128 && std::string_view("._%/<>-").find(char(c)) != std::string_view::npos);
        if (kept)
            engine::appendUtf8(flat, c);
        else if (flat.back() != ' ')
            flat += ' ';
    }
    if (flat.back() != ' ')
        flat += ' ';
    return flat;
}

std::size_t characters(std::string_view text)
{
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count)
        engine::nextCodePoint(text, at);
    return count;
}

/// Of each gold page, from 1.
std::vector<int> ranksOf(const std::vector<GoldPage> &gold, const std::vector<FoundPage> &pages)
{
    std::vector<int> ranks;
    for (const GoldPage &page : gold) {
        const auto found = std::find(pages.begin(), pages.end(), FoundPage(page.pdf, page.page));
        ranks.push_back(found == pages.end() ? kNotFound : int(found - pages.begin()) + 1);
    }
    return ranks;
}

double recall(const EvalQuestion &question, const std::vector<int> &ranks, int depth)
{
    const auto within = std::count_if(ranks.begin(), ranks.end(), [&](int rank) { return rank <= depth; });
    if (question.allGold)
        return double(within) / double(ranks.size());
    return within > 0 ? 1 : 0;
}

Json retrievalFigures(const Rows &rows, bool document)
{
    double sums[std::size(kDepths)] = {};
    double reciprocal = 0;
    int count = 0;
    for (const EvalRow *row : rows) {
        const EvalQuestion &question = row->question;
        if (!question.answerable || question.gold.empty() || (document && !row->inDocument))
            continue;
        const std::vector<int> ranks =
            ranksOf(question.gold, document ? row->documentPages : row->libraryPages);
        for (std::size_t i = 0; i < std::size(kDepths); ++i)
            sums[i] += recall(question, ranks, kDepths[i]);
        const int best = *std::min_element(ranks.begin(), ranks.end());
        reciprocal += best <= 10 ? 1.0 / best : 0;
        ++count;
    }
    Json json{{"n", count}};
    for (std::size_t i = 0; i < std::size(kDepths); ++i)
        json["recall@" + std::to_string(kDepths[i])] = count ? sums[i] / count : 0;
    json["mrr@10"] = count ? reciprocal / count : 0;
    return json;
}

bool onGoldPage(const Citation &citation, const EvalQuestion &question)
{
    return std::any_of(question.gold.begin(), question.gold.end(), [&](const GoldPage &gold) {
        return gold.pdf == citation.documentName && gold.page == citation.page;
    });
}

double share(int part, int whole)
{
    return whole > 0 ? double(part) / whole : 0;
}

Json answerFigures(const Rows &rows)
{
    int asked = 0, abstained = 0, citations = 0, rightCitations = 0, cited = 0, shortOnes = 0, matched = 0,
        both = 0;
    for (const EvalRow *row : rows) {
        if (!row->answer || !row->question.answerable)
            continue;
        ++asked;
        abstained += row->answer->abstained ? 1 : 0;
        int right = 0;
        for (const Citation &citation : row->answer->citations)
            right += onGoldPage(citation, row->question) ? 1 : 0;
        citations += int(row->answer->citations.size());
        rightCitations += right;
        cited += right > 0 ? 1 : 0;
        if (!row->question.shortAnswer)
            continue;
        ++shortOnes;
        const bool match =
            !row->answer->abstained && containsAnswer(row->answer->text, row->question.answers);
        matched += match ? 1 : 0;
        both += match && right > 0 ? 1 : 0;
    }
    if (asked == 0)
        return Json::object();
    return {{"n", asked},
            {"citation_page_precision", share(rightCitations, citations)},
            {"cited_gold_page", share(cited, asked)},
            {"short_n", shortOnes},
            {"answer_match", share(matched, shortOnes)},
            {"answer_match_and_cited", share(both, shortOnes)},
            {"false_abstention", share(abstained, asked)}};
}

Json abstentionFigures(const Rows &rows)
{
    int unanswerable = 0, abstained = 0, right = 0;
    std::vector<double> answerableScores;
    std::vector<double> otherScores;
    for (const EvalRow *row : rows) {
        if (!row->answer)
            continue;
        const bool declined = row->answer->abstained && row->answer->citations.empty();
        abstained += declined ? 1 : 0;
        unanswerable += row->question.answerable ? 0 : 1;
        right += declined && !row->question.answerable ? 1 : 0;
        (row->question.answerable ? answerableScores : otherScores).push_back(row->confidence);
    }
    if (answerableScores.empty() && otherScores.empty())
        return Json::object();
    return {{"n", unanswerable},
            {"precision", share(right, abstained)},
            {"recall", share(right, unanswerable)},
            {"auroc", areaUnderCurve(answerableScores, otherScores)}};
}

Json grouped(std::span<const EvalRow> rows, const std::function<std::string(const EvalQuestion &)> &keyOf)
{
    std::map<std::string, Rows> groups;
    for (const EvalRow &row : rows)
        groups[keyOf(row.question)].push_back(&row);
    Json json = Json::object();
    for (const auto &[key, group] : groups)
        json[key] = {{"n", group.size()},
                     {"document", retrievalFigures(group, true)},
                     {"library", retrievalFigures(group, false)},
                     {"answers", answerFigures(group)},
                     {"abstention", abstentionFigures(group)}};
    return json;
}

Json pageList(const std::vector<FoundPage> &pages)
{
    constexpr std::size_t kListed = 10;
    Json list = Json::array();
    for (std::size_t i = 0; i < std::min(pages.size(), kListed); ++i)
        list.push_back({pages[i].first, pages[i].second + 1});
    return list;
}

} // namespace

Json figures(std::span<const EvalRow> rows, double ingestSeconds)
{
    Rows all;
    double retrieve = 0;
    double answer = 0;
    for (const EvalRow &row : rows) {
        all.push_back(&row);
        retrieve += row.retrieveSeconds;
        answer += row.answerSeconds;
    }
    const auto languages = [](const EvalQuestion &question) {
        return question.language + ">" + question.documentLanguage;
    };
    return {{"document", retrievalFigures(all, true)},
            {"library", retrievalFigures(all, false)},
            {"answers", answerFigures(all)},
            {"abstention", abstentionFigures(all)},
            {"by_language", grouped(rows, languages)},
            {"by_type", grouped(rows, [](const EvalQuestion &question) { return question.type; })},
            {"seconds",
             {{"ingest", ingestSeconds},
              {"retrieve", retrieve},
              {"answer", answer},
              {"retrieve_mean", rows.empty() ? 0 : retrieve / double(rows.size())},
              {"answer_mean", rows.empty() ? 0 : answer / double(rows.size())}}}};
}

Json rowObject(const EvalRow &row)
{
    Json json{{"id", row.question.id},
              {"type", row.question.type},
              {"answerable", row.question.answerable},
              {"document_ranks", ranksOf(row.question.gold, row.documentPages)},
              {"library_ranks", ranksOf(row.question.gold, row.libraryPages)},
              {"document_pages", pageList(row.documentPages)},
              {"library_pages", pageList(row.libraryPages)}};
    if (!row.answer)
        return json;
    json["answer"] = row.answer->text;
    json["abstained"] = row.answer->abstained;
    json["confidence"] = row.confidence;
    json["citations"] = Json::array();
    for (const Citation &citation : row.answer->citations)
        json["citations"].push_back({citation.documentName, citation.page + 1});
    json["match"] = containsAnswer(row.answer->text, row.question.answers);
    return json;
}

bool containsAnswer(std::string_view reply, std::span<const std::string> answers)
{
    constexpr std::size_t kWholeWord = 4;
    const std::string text = comparable(reply);
    return std::any_of(answers.begin(), answers.end(), [&](const std::string &answer) {
        std::string wanted = comparable(answer);
        if (characters(answer) > kWholeWord)
            wanted = wanted.substr(1, wanted.size() - 2);
        return wanted.size() > 0 && wanted != " " && text.find(wanted) != std::string::npos;
    });
}

double areaUnderCurve(std::span<const double> positives, std::span<const double> negatives)
{
    if (positives.empty() || negatives.empty())
        return 0;
    double wins = 0;
    for (const double positive : positives)
        for (const double negative : negatives)
            wins += positive > negative ? 1 : positive == negative ? 0.5 : 0;
    return wins / (double(positives.size()) * double(negatives.size()));
}

} // namespace rag
