#include "rag/retrieve/engine_reranker.h"

#include "rag/retrieve/question_text.h"
#include "rag/text/language.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace rag {

namespace {

constexpr int kOneLanguage = 64'000; ///< entries; vocabularies of many languages are larger
constexpr std::size_t kMostKept = 4096;

/// Tables and listings have no words to tell a language by.
bool mayBeEnglish(std::string_view text)
{
    const std::string language = languageOfText(text);
    const auto plain =
        std::count_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return language == "en" || (language.empty() && std::size_t(plain) * 20 >= text.size() * 19);
}

} // namespace

EngineReranker::EngineReranker(std::shared_ptr<const engine::Model> model)
    : m_model(std::move(model))
{
}

Result<std::shared_ptr<const Reranker>> EngineReranker::open(std::shared_ptr<const engine::Model> model)
{
    if (model->info().kind == engine::ModelKind::Decoder)
        return fail(ErrorCode::Unsupported, model->info().name + " is no reranker");
    return std::shared_ptr<const Reranker>(new EngineReranker(std::move(model)));
}

double EngineReranker::weight() const
{
    return m_model->info().kind == engine::ModelKind::Reranker ? 2 : 1;
}

bool EngineReranker::reads(std::string_view text) const
{
    return m_model->info().vocabulary > kOneLanguage || mayBeEnglish(text);
}

Result<std::vector<float>> EngineReranker::score(std::string_view question,
                                                 std::span<const std::string_view> texts,
                                                 const CancelToken &cancel) const
{
    std::vector<float> scores(texts.size(), std::numeric_limits<float>::quiet_NaN());
    if (m_model->info().vocabulary <= kOneLanguage && questionLanguage(question) != "en")
        return scores;
    std::vector<std::string_view> read;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (!reads(texts[i]))
            continue;
        read.push_back(texts[i]);
        places.push_back(i);
    }
    if (read.empty())
        return scores;
    ASSIGN_OR_RETURN(const std::vector<float> found, m_model->info().kind == engine::ModelKind::Reranker
                                                         ? m_model->rerank(question, read, cancel)
                                                         : cosines(question, read, cancel));
    for (std::size_t i = 0; i < std::min(places.size(), found.size()); ++i)
        scores[places[i]] = found[i];
    return scores;
}

Result<std::vector<float>> EngineReranker::cosines(std::string_view question,
                                                   std::span<const std::string_view> texts,
                                                   const CancelToken &cancel) const
{
    ASSIGN_OR_RETURN(const engine::Matrix query,
                     m_model->embed(std::span(&question, 1), engine::TextKind::Query, cancel));
    ASSIGN_OR_RETURN(const std::vector<std::vector<float>> vectors, vectorsOf(texts, cancel));
    std::vector<float> scores;
    for (const std::vector<float> &vector : vectors)
        scores.push_back(std::inner_product(vector.begin(), vector.end(), query.row(0).begin(), 0.0F));
    return scores;
}

Result<std::vector<std::vector<float>>> EngineReranker::vectorsOf(std::span<const std::string_view> texts,
                                                                  const CancelToken &cancel) const
{
    std::vector<std::vector<float>> vectors(texts.size());
    std::vector<std::string_view> unknown;
    std::vector<std::size_t> places;
    {
        const std::lock_guard lock(m_mutex);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (const auto known = m_vectors.find(std::string(texts[i])); known != m_vectors.end()) {
                vectors[i] = known->second;
                continue;
            }
            unknown.push_back(texts[i]);
            places.push_back(i);
        }
    }
    if (unknown.empty())
        return vectors;
    ASSIGN_OR_RETURN(const engine::Matrix made, m_model->embed(unknown, engine::TextKind::Passage, cancel));
    const std::lock_guard lock(m_mutex);
    if (m_vectors.size() + unknown.size() > kMostKept)
        m_vectors.clear();
    for (std::size_t i = 0; i < unknown.size(); ++i) {
        const std::span<const float> row = made.row(int(i));
        vectors[places[i]].assign(row.begin(), row.end());
        m_vectors[std::string(unknown[i])] = vectors[places[i]];
    }
    return vectors;
}

} // namespace rag
