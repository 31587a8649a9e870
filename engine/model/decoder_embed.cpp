#include "engine/model/decoder_scratch.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace engine {

Result<std::vector<float>> Decoder::embed(std::span<const EncoderInput> texts,
                                          const CancelToken &cancel) const
{
    std::size_t longest = 1;
    for (const EncoderInput &text : texts) {
        longest = std::max(longest, text.tokens.size());
        if (text.tokens.empty() || text.tokens.size() > std::size_t(m_config.context)) {
            return fail(ErrorCode::Unsupported, "a text of " + std::to_string(text.tokens.size()) +
                                                    " tokens for a model of " +
                                                    std::to_string(m_config.context));
        }
    }
    ASSIGN_OR_RETURN(KvCache cache, makeCache(int(longest)));
    std::vector<float> vectors;
    for (const EncoderInput &text : texts) {
        cache.truncate(0);
        RETURN_IF_ERROR(check(cache, text.tokens));
        RETURN_IF_ERROR(fitLongRope(cache, int(text.tokens.size()), cancel));
        std::vector<double> sum(std::size_t(m_config.hidden));
        bool isFirst = true;
        const auto pool = [&](int count, bool isLast) {
            switch (m_config.pooling) {
            case Backend::Pooling::Mean:
                addStates(0, count, sum);
                break;
            case Backend::Pooling::First:
                addStates(0, isFirst ? 1 : 0, sum);
                break;
            case Backend::Pooling::Last:
                addStates(count - 1, isLast ? 1 : 0, sum);
                break;
            }
            isFirst = false;
        };
        RETURN_IF_ERROR(runBlocks(cache, text.tokens, pool, cancel));
        const double length = std::sqrt(std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0));
        if (!std::isfinite(length) || length == 0) {
            return fail(ErrorCode::Damaged, m_config.name + ": the model's output is no direction");
        }
        std::ranges::transform(sum, std::back_inserter(vectors),
                               [length](double value) { return float(value / length); });
    }
    return vectors;
}

/// sum += the final states of these rows of the block
void Decoder::addStates(int firstRow, int count, std::span<double> sum) const
{
    if (count == 0) {
        return;
    }
    const Scratch &s = *m_scratch;
    const Rows state = Scratch::view(s.state, count, m_config.hidden, firstRow);
    const Rows normed = Scratch::view(s.normed, count, m_config.hidden);
    m_backend->norm(normed, state, m_weights.outputNorm.weights);
    std::vector<float> rows(std::size_t(count) * sum.size());
    m_backend->read(rows, normed.data);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        sum[i % sum.size()] += double(rows[i]);
    }
}

} // namespace engine
