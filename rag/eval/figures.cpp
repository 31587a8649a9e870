#include "rag/eval/evaluation.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace rag {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<const EvalRow *>;

constexpr int kDepths[] = {1, 3, 5, 10};
constexpr int kNotFound = 1'000'000;

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

/// Whether a sentence that is held to be supported stands on it.
bool isSure(const Citation &citation, const Answer &answer)
{
    return std::any_of(answer.sentences.begin(), answer.sentences.end(), [&](const AnswerSentence &sentence) {
        return sentence.verdict == Verdict::Supported &&
               std::find(sentence.citations.begin(), sentence.citations.end(), citation.n) !=
                   sentence.citations.end();
    });
}

double share(int part, int whole)
{
    return whole > 0 ? double(part) / whole : 0;
}

Json answerFigures(const Rows &rows)
{
    int asked = 0, abstained = 0, citations = 0, rightCitations = 0, cited = 0, shortOnes = 0, matched = 0,
        both = 0, byExtract = 0, generated = 0, byGenerated = 0, sentences = 0, supported = 0, weak = 0,
        boxed = 0, boxesHit = 0, sureCitations = 0, rightSure = 0;
    double boxUnion = 0;
    double boxCovered = 0;
    for (const EvalRow *row : rows) {
        if (!row->answer || !row->question.answerable)
            continue;
        ++asked;
        abstained += row->answer->abstained ? 1 : 0;
        int right = 0;
        for (const Citation &citation : row->answer->citations)
            right += onGoldPage(citation, row->question) ? 1 : 0;
        for (const Citation &citation : row->answer->citations)
            if (isSure(citation, *row->answer)) {
                ++sureCitations;
                rightSure += onGoldPage(citation, row->question) ? 1 : 0;
            }
        citations += int(row->answer->citations.size());
        rightCitations += right;
        cited += right > 0 ? 1 : 0;
        for (const AnswerSentence &sentence : row->answer->sentences) {
            ++sentences;
            supported += sentence.verdict == Verdict::Supported ? 1 : 0;
            weak += sentence.verdict == Verdict::Weak ? 1 : 0;
        }
        if (!row->boxFits.empty()) { // of several citations on gold pages the one that fits best
            const auto best = std::max_element(
                row->boxFits.begin(), row->boxFits.end(),
                [](const BoxFit &a, const BoxFit &b) { return a.unionShare < b.unionShare; });
            ++boxed;
            boxesHit += best->unionShare > 0 ? 1 : 0;
            boxUnion += best->unionShare;
            boxCovered += best->covered;
        }
        if (!row->question.shortAnswer)
            continue;
        ++shortOnes;
        byExtract +=
            !row->answer->abstained && containsAnswer(row->answer->extract, row->question.answers) ? 1 : 0;
        generated += row->answer->generated.empty() ? 0 : 1;
        byGenerated += containsAnswer(row->answer->generated, row->question.answers) ? 1 : 0;
        const bool match =
            !row->answer->abstained && containsAnswer(row->answer->text, row->question.answers);
        matched += match ? 1 : 0;
        both += match && right > 0 ? 1 : 0;
    }
    if (asked == 0)
        return Json::object();
    return {{"n", asked},
            {"citation_page_precision", share(rightCitations, citations)},
            {"sure_citations", sureCitations},
            {"sure_page_precision", share(rightSure, sureCitations)},
            {"cited_gold_page", share(cited, asked)},
            {"short_n", shortOnes},
            {"answer_match", share(matched, shortOnes)},
            {"answer_match_and_cited", share(both, shortOnes)},
            {"false_abstention", share(abstained, asked)},
            {"extract_match", share(byExtract, shortOnes)},
            {"generated_n", generated},
            {"generated_match", share(byGenerated, shortOnes)},
            {"sentences", sentences},
            {"sentences_supported", share(supported, sentences)},
            {"sentences_weak", share(weak, sentences)},
            {"box_n", boxed},
            {"box_iou", boxed > 0 ? boxUnion / boxed : 0},
            {"box_covers_gold", boxed > 0 ? boxCovered / boxed : 0},
            {"box_touches_gold", share(boxesHit, boxed)}};
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

double quantile(std::vector<double> values, double share)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(std::size_t(share * double(values.size())), values.size() - 1)];
}

/// Times of questions in seconds, those of answers only where there are some.
Json timeFigures(const Rows &rows)
{
    std::vector<double> retrieve;
    std::vector<double> answer;
    for (const EvalRow *row : rows) {
        retrieve.push_back(row->retrieveSeconds);
        if (row->answer)
            answer.push_back(row->answerSeconds);
    }
    return {{"retrieve_median", quantile(retrieve, 0.5)},
            {"retrieve_p95", quantile(retrieve, 0.95)},
            {"answer_median", quantile(answer, 0.5)},
            {"answer_p95", quantile(answer, 0.95)}};
}

/// Each gold quote once, however many questions share it.
Json quoteFigures(const std::vector<const QuoteReading *> &quotes)
{
    int found = 0;
    int there = 0;
    int inOrder = 0;
    double error = 0;
    constexpr double kContiguous = 0.1; // of the characters may differ
    for (const QuoteReading *quote : quotes) {
        found += quote->found ? 1 : 0;
        there += quote->wordsThere ? 1 : 0;
        inOrder += quote->wordsThere && quote->characterError <= kContiguous ? 1 : 0;
        error += quote->characterError;
    }
    const int count = int(quotes.size());
    return {{"quotes", count},
            {"quotes_found", share(found, count)},
            {"character_error", count > 0 ? error / count : 0},
            {"words_there", share(there, count)},
            {"reading_order", share(inOrder, there)}};
}

Json extractionFigures(std::span<const EvalRow> rows, std::span<const PageReading> pages)
{
    std::map<std::string, std::vector<const QuoteReading *>> byFile;
    std::map<std::string, std::vector<const QuoteReading *>> byLanguage;
    std::vector<const QuoteReading *> all;
    for (const EvalRow &row : rows)
        for (const QuoteReading &quote : row.quotes) {
            all.push_back(&quote);
            byFile[quote.pdf].push_back(&quote);
            byLanguage[row.question.documentLanguage].push_back(&quote);
        }
    if (all.empty() && pages.empty())
        return Json::object();
    Json json = quoteFigures(all);
    if (!pages.empty()) {
        std::map<std::string, std::vector<const PageReading *>> known;
        for (const PageReading &page : pages)
            known[page.pdf].push_back(&page);
        double words = 0;
        double recalled = 0;
        double error = 0;
        Json texts = Json::object();
        for (const auto &[pdf, readings] : known) {
            double fileWords = 0;
            double fileRecalled = 0;
            double fileError = 0;
            for (const PageReading *page : readings) {
                fileWords += page->words;
                fileRecalled += page->wordRecall * page->words;
                fileError += page->characterError * page->words;
            }
            words += fileWords;
            recalled += fileRecalled;
            error += fileError;
            texts[pdf] = {{"pages", readings.size()},
                          {"word_recall", fileWords > 0 ? fileRecalled / fileWords : 0},
                          {"text_error", fileWords > 0 ? fileError / fileWords : 0}};
        }
        json["known_pages"] = pages.size();
        json["word_recall"] = words > 0 ? recalled / words : 0;
        json["text_error"] = words > 0 ? error / words : 0;
        json["known_texts"] = std::move(texts);
    }
    for (const auto &[name, groups] : {std::pair("by_file", byFile), std::pair("by_language", byLanguage)}) {
        json[name] = Json::object();
        for (const auto &[key, quotes] : groups)
            json[name][key] = quoteFigures(quotes);
    }
    return json;
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
                     {"abstention", abstentionFigures(group)},
                     {"seconds", timeFigures(group)}};
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

Json figures(std::span<const EvalRow> rows, double ingestSeconds, std::span<const PageReading> pages)
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
    Json json{{"document", retrievalFigures(all, true)},
              {"library", retrievalFigures(all, false)},
              {"answers", answerFigures(all)},
              {"abstention", abstentionFigures(all)},
              {"extraction", extractionFigures(rows, pages)},
              {"by_language", grouped(rows, languages)},
              {"by_type", grouped(rows, [](const EvalQuestion &question) { return question.type; })},
              {"seconds",
               {{"ingest", ingestSeconds},
                {"retrieve", retrieve},
                {"answer", answer},
                {"retrieve_mean", rows.empty() ? 0 : retrieve / double(rows.size())},
                {"answer_mean", rows.empty() ? 0 : answer / double(rows.size())}}}};
    json["seconds"].update(timeFigures(all));
    return json;
}

bool wentRight(const EvalRow &row)
{
    constexpr int kDepth = 5;
    if (!row.answer) {
        const std::vector<int> ranks =
            ranksOf(row.question.gold, row.inDocument ? row.documentPages : row.libraryPages);
        return !ranks.empty() && *std::min_element(ranks.begin(), ranks.end()) <= kDepth;
    }
    if (!row.question.answerable)
        return row.answer->abstained && row.answer->citations.empty();
    if (row.answer->abstained)
        return false;
    if (row.question.shortAnswer)
        return containsAnswer(row.answer->text, row.question.answers);
    return std::any_of(row.answer->citations.begin(), row.answer->citations.end(),
                       [&](const Citation &citation) { return onGoldPage(citation, row.question); });
}

Json rowObject(const EvalRow &row)
{
    Json json{{"id", row.question.id},
              {"type", row.question.type},
              {"answerable", row.question.answerable},
              {"document_ranks", ranksOf(row.question.gold, row.documentPages)},
              {"library_ranks", ranksOf(row.question.gold, row.libraryPages)},
              {"document_pages", pageList(row.documentPages)},
              {"library_pages", pageList(row.libraryPages)},
              {"right", wentRight(row)}};
    if (!row.quotes.empty()) {
        json["quotes"] = Json::array();
        for (const QuoteReading &quote : row.quotes)
            json["quotes"].push_back({{"page", quote.page + 1},
                                      {"found", quote.found},
                                      {"words_there", quote.wordsThere},
                                      {"character_error", quote.characterError}});
    }
    if (!row.answer)
        return json;
    json["answer"] = row.answer->text;
    json["abstained"] = row.answer->abstained;
    json["confidence"] = row.confidence;
    json["citations"] = Json::array();
    for (const Citation &citation : row.answer->citations)
        json["citations"].push_back({citation.documentName, citation.page + 1});
    json["match"] = containsAnswer(row.answer->text, row.question.answers);
    json["extract"] = row.answer->extract;
    json["extract_match"] = containsAnswer(row.answer->extract, row.question.answers);
    json["generated"] = row.answer->generated;
    json["generated_match"] = containsAnswer(row.answer->generated, row.question.answers);
    json["searched_for"] = row.answer->searchedFor;
    json["sentences"] = Json::array();
    for (const AnswerSentence &sentence : row.answer->sentences)
        json["sentences"].push_back({{"verdict", int(sentence.verdict)}, {"support", sentence.support}});
    json["box_iou"] = Json::array();
    for (const BoxFit &fit : row.boxFits)
        json["box_iou"].push_back(fit.unionShare);
    json["seconds"] = {{"retrieve", row.retrieveSeconds}, {"answer", row.answerSeconds}};
    return json;
}

} // namespace rag
