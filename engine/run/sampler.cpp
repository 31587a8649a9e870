#include "engine/run/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

namespace engine {
namespace {

std::uint64_t splitMix(std::uint64_t &state)
{
    std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/// A token e^-30 times as likely as the best is never drawn from 53 random bits; leaving such out early makes
/// a vocabulary of 256,000 cheap to sort.
constexpr float kNegligible = 30;

} // namespace

Random::Random(std::uint64_t seed)
{
    for (std::uint64_t &word : m_state) {
        word = splitMix(seed);
    }
}

std::uint64_t Random::next()
{
    auto &s = m_state;
    const std::uint64_t result = std::rotl(s[1] * 5, 7) * 9;
    const std::uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = std::rotl(s[3], 45);
    return result;
}

double Random::unit()
{
    return double(next() >> 11) * 0x1.0p-53;
}

Sampler::Sampler(const SamplingOptions &options)
    : m_options(options)
    , m_random(options.seed)
{
}

Result<TokenId> Sampler::pick(std::span<float> logits, std::span<const TokenId> history)
{
    if (logits.empty() || !std::ranges::all_of(logits, [](float logit) { return std::isfinite(logit); })) {
        return fail(ErrorCode::Damaged, "the model's logits are not finite");
    }
    penalise(logits, history);
    const auto best = std::ranges::max_element(logits); // of equals the first
    if (!(m_options.temperature > 0) || m_options.topK == 1) {
        return TokenId(best - logits.begin());
    }
    gather(logits, *best);
    cut();
    return draw();
}

/// Keskar et al. 2019: a repeated token's logit is divided where positive and multiplied where negative.
void Sampler::penalise(std::span<float> logits, std::span<const TokenId> history) const
{
    const float penalty = m_options.repetitionPenalty;
    if (!(penalty > 0) || penalty == 1 || m_options.penaltyWindow <= 0) {
        return;
    }
    const std::size_t count = std::min(history.size(), std::size_t(m_options.penaltyWindow));
    std::vector<TokenId> seen(history.end() - std::ptrdiff_t(count), history.end());
    std::ranges::sort(seen);
    seen.erase(std::ranges::unique(seen).begin(), seen.end());
    for (const TokenId token : seen) {
        if (token >= 0 && std::size_t(token) < logits.size()) {
            float &logit = logits[std::size_t(token)];
            logit = logit > 0 ? logit / penalty : logit * penalty;
        }
    }
}

void Sampler::gather(std::span<const float> logits, float greatest)
{
    m_candidates.clear();
    const float least = greatest - kNegligible * m_options.temperature;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        if (logits[i] >= least) {
            const double exponent = (double(logits[i]) - double(greatest)) / double(m_options.temperature);
            m_candidates.push_back({TokenId(i), logits[i], std::exp(exponent)});
        }
    }
    std::ranges::sort(m_candidates, [](const Candidate &a, const Candidate &b) {
        return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
    });
}

void Sampler::cut()
{
    if (m_options.topK > 0 && m_candidates.size() > std::size_t(m_options.topK)) {
        m_candidates.resize(std::size_t(m_options.topK));
    }
    if (m_options.topP < 1) { // Holtzman et al. 2020: the fewest whose sum reaches p
        double total = 0;
        for (const Candidate &candidate : m_candidates) {
            total += candidate.weight;
        }
        double sum = 0;
        std::size_t kept = 0;
        while (kept < m_candidates.size() && (kept == 0 || sum < double(m_options.topP) * total)) {
            sum += m_candidates[kept++].weight;
        }
        m_candidates.resize(kept);
    }
    if (m_options.minP > 0) { // the best has weight 1
        std::size_t kept = 1;
        while (kept < m_candidates.size() && m_candidates[kept].weight >= double(m_options.minP)) {
            ++kept;
        }
        m_candidates.resize(kept);
    }
}

TokenId Sampler::draw()
{
    double total = 0;
    for (const Candidate &candidate : m_candidates) {
        total += candidate.weight;
    }
    double left = m_random.unit() * total;
    for (const Candidate &candidate : m_candidates) {
        left -= candidate.weight;
        if (left < 0) {
            return candidate.token;
        }
    }
    return m_candidates.back().token; // rounding
}

} // namespace engine
