#include "engine/run/penalties.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <vector>

namespace engine {
namespace {

constexpr double kGreatestPenalty = 1e6; ///< keeps a long repetition's power finite

bool inside(std::span<const float> logits, TokenId token)
{
    return token >= 0 && std::size_t(token) < logits.size();
}

/// The last `count` tokens; all for 0 or less.
std::span<const TokenId> latest(std::span<const TokenId> history, int count)
{
    return count > 0 ? history.last(std::min(history.size(), std::size_t(count))) : history;
}

/// How many tokens, counted back from each place, are those at the end of the text counted back: the Z
/// function (Gusfield 1997, 1.4) of the text read backwards. [0] is not set.
std::vector<std::size_t> repeatedLengths(std::span<const TokenId> text)
{
    const std::size_t n = text.size();
    const auto backwards = [&](std::size_t i) { return text[n - 1 - i]; };
    std::vector<std::size_t> length(n);
    std::size_t left = 0;
    std::size_t right = 0;
    for (std::size_t i = 1; i < n; ++i) {
        std::size_t z = i < right ? std::min(right - i, length[i - left]) : 0;
        while (i + z < n && backwards(z) == backwards(i + z)) {
            ++z;
        }
        if (i + z > right) {
            left = i;
            right = i + z;
        }
        length[i] = z;
    }
    return length;
}

} // namespace

void applyBias(std::span<float> logits, std::span<const TokenBias> bias)
{
    for (const TokenBias &entry : bias) {
        if (inside(logits, entry.token) && entry.bias < std::numeric_limits<float>::infinity()) {
            logits[std::size_t(entry.token)] += entry.bias;
        }
    }
}

void applyMask(std::span<float> logits, std::span<const std::uint8_t> allowed)
{
    for (std::size_t i = 0; i < std::min(logits.size(), allowed.size()); ++i) {
        if (allowed[i] == 0) {
            logits[i] = -std::numeric_limits<float>::infinity();
        }
    }
}

void applyPenalties(std::span<float> logits, std::span<const TokenId> history, const SamplingOptions &options)
{
    if (options.penaltyWindow <= 0) {
        return;
    }
    const std::span<const TokenId> window = latest(history, options.penaltyWindow);
    std::vector<TokenId> seen(window.begin(), window.end());
    std::ranges::sort(seen);
    const float repetition = options.repetitionPenalty > 0 ? options.repetitionPenalty : 1;
    for (auto first = seen.begin(); first != seen.end();) {
        const auto last = std::find_if(first, seen.end(), [&](TokenId token) { return token != *first; });
        if (inside(logits, *first)) {
            float &logit = logits[std::size_t(*first)];
            logit = logit > 0 ? logit / repetition : logit * repetition;
            logit -= options.frequencyPenalty * float(last - first) + options.presencePenalty;
        }
        first = last;
    }
}

void applyDry(std::span<float> logits, std::span<const TokenId> history, const DryOptions &options,
              const std::function<bool(TokenId)> &isBreaker)
{
    const std::span<const TokenId> text = latest(history, options.window);
    const auto breaks = [&](TokenId token) { return isBreaker && isBreaker(token); };
    std::size_t unbroken = 0; // tokens at the end that a repetition may consist of
    while (unbroken < text.size() && !breaks(text[text.size() - 1 - unbroken])) {
        ++unbroken;
    }
    if (unbroken == 0) {
        return;
    }
    const std::vector<std::size_t> lengths = repeatedLengths(text);
    std::unordered_map<TokenId, std::size_t> longest; // by the token that came after the repeated part
    for (std::size_t i = 1; i < lengths.size(); ++i) {
        const std::size_t length = std::min(lengths[i], unbroken);
        const TokenId next = text[text.size() - i];
        if (length > 0 && length >= std::size_t(std::max(options.allowedLength, 0))) {
            std::size_t &best = longest[next];
            best = std::max(best, length);
        }
    }
    for (const auto &[token, length] : longest) {
        if (inside(logits, token) && !breaks(token)) {
            const double power = std::pow(double(options.base), double(length) - options.allowedLength);
            logits[std::size_t(token)] -= float(std::min(options.multiplier * power, kGreatestPenalty));
        }
    }
}

} // namespace engine
