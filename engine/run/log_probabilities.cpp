#include "engine/run/log_probabilities.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace engine {

LogProbabilities logProbabilitiesOf(std::span<const float> logits, TokenId chosen, int count)
{
    const double greatest = double(std::ranges::max(logits));
    double sum = 0;
    for (const float logit : logits) {
        sum += std::exp(double(logit) - greatest);
    }
    const double shift = greatest + std::log(sum);
    const auto of = [&](TokenId token) {
        return TokenLogProbability{token, float(double(logits[std::size_t(token)]) - shift)};
    };
    std::vector<TokenId> order(logits.size());
    std::iota(order.begin(), order.end(), 0);
    const auto kept = order.begin() + std::clamp<std::ptrdiff_t>(count, 0, std::ptrdiff_t(order.size()));
    std::partial_sort(order.begin(), kept, order.end(), [&](TokenId a, TokenId b) {
        const float left = logits[std::size_t(a)];
        const float right = logits[std::size_t(b)];
        return left != right ? left > right : a < b;
    });
    LogProbabilities result{of(chosen), {}};
    for (auto token = order.begin(); token != kept; ++token) {
        result.top.push_back(of(*token));
    }
    return result;
}

} // namespace engine
