#include "engine/run/sampler.h"

#include "engine/run/penalties.h"

#include <algorithm>
#include <bit>
#include <cmath>

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

struct Peak
{
    std::size_t index = 0; ///< of equals the first
    float value = 0;
    bool allFinite = false;
};

/// One pass in lanes that a compiler turns into vectors: this runs for every token over the whole vocabulary.
Peak findPeak(std::span<const float> logits)
{
    constexpr std::size_t kLanes = 16;
    std::array<float, kLanes> greatest;
    std::array<float, kLanes> notFinite{}; // x - x is 0, or NaN where x is not finite
    greatest.fill(logits.front());
    const std::size_t whole = logits.size() / kLanes * kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const float x = logits[i + lane];
            greatest[lane] = x > greatest[lane] ? x : greatest[lane];
            notFinite[lane] += x - x;
        }
    }
    for (std::size_t i = whole; i < logits.size(); ++i) {
        greatest[0] = std::max(greatest[0], logits[i]);
        notFinite[0] += logits[i] - logits[i];
    }
    Peak peak;
    peak.value = *std::ranges::max_element(greatest);
    peak.index = std::size_t(std::ranges::find(logits, peak.value) - logits.begin());
    peak.allFinite = std::ranges::all_of(notFinite, [](float lane) { return lane == 0; });
    return peak;
}

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

Sampler::Sampler(const SamplingOptions &options, std::function<bool(TokenId)> isBreaker)
    : m_options(options)
    , m_isBreaker(std::move(isBreaker))
    , m_random(options.seed)
    , m_maxSurprise(2 * double(options.mirostat.tau)) // where the paper lets it start
{
}

Result<TokenId> Sampler::pick(std::span<float> logits, std::span<const TokenId> history,
                              std::span<const std::uint8_t> allowed)
{
    Peak peak = logits.empty() ? Peak() : findPeak(logits);
    if (!peak.allFinite) {
        return fail(ErrorCode::Damaged, "the model's logits are not finite");
    }
    if (changesLogits() || !allowed.empty()) {
        applyBias(logits, m_options.bias);
        applyMask(logits, allowed);
        applyPenalties(logits, history, m_options);
        if (m_options.dry.multiplier > 0) {
            applyDry(logits, history, m_options.dry, m_isBreaker);
        }
        peak = findPeak(logits);
        if (!std::isfinite(peak.value)) {
            return fail(ErrorCode::Unsupported, "no token is allowed here");
        }
    }
    if (!(m_options.temperature > 0) || m_options.topK == 1) {
        return TokenId(peak.index);
    }
    gather(logits, peak.value);
    if (m_options.mirostat.tau > 0) {
        return drawMirostat();
    }
    cut();
    return draw();
}

bool Sampler::changesLogits() const
{
    return !m_options.bias.empty() || m_options.repetitionPenalty != 1 || m_options.frequencyPenalty != 0 ||
           m_options.presencePenalty != 0 || m_options.dry.multiplier > 0;
}

void Sampler::gather(std::span<const float> logits, float greatest)
{
    m_candidates.clear();
    const float least = greatest - kNegligible * m_options.temperature;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        if (logits[i] >= least && std::isfinite(logits[i])) {
            const double exponent = (double(logits[i]) - double(greatest)) / double(m_options.temperature);
            m_candidates.push_back({TokenId(i), logits[i], std::exp(exponent)});
        }
    }
    const auto likelier = [](const Candidate &a, const Candidate &b) {
        return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
    };
    const bool cutsFirst = m_options.topK > 0 && !(m_options.mirostat.tau > 0);
    if (cutsFirst && m_candidates.size() > std::size_t(m_options.topK)) {
        std::ranges::nth_element(m_candidates, m_candidates.begin() + m_options.topK, likelier);
        m_candidates.resize(std::size_t(m_options.topK));
    }
    std::ranges::sort(m_candidates, likelier);
}

double Sampler::totalWeight() const
{
    double total = 0;
    for (const Candidate &candidate : m_candidates) {
        total += candidate.weight;
    }
    return total;
}

void Sampler::cut()
{
    if (m_options.topP < 1) { // Holtzman et al. 2020: the fewest whose sum reaches p
        const double total = totalWeight();
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
    if (m_options.typicalP < 1) {
        cutTypical();
    }
}

/// Meister et al. 2022: the fewest whose sum reaches p, taken by how near their surprise is to the entropy.
void Sampler::cutTypical()
{
    const double total = totalWeight();
    double entropy = 0;
    for (const Candidate &candidate : m_candidates) {
        const double p = candidate.weight / total;
        entropy -= p > 0 ? p * std::log(p) : 0;
    }
    const auto distance = [&](const Candidate &candidate) {
        return std::abs(-std::log(candidate.weight / total) - entropy);
    };
    std::ranges::stable_sort(m_candidates, {}, distance);
    double sum = 0;
    std::size_t kept = 0;
    while (kept < m_candidates.size() && (kept == 0 || sum < double(m_options.typicalP) * total)) {
        sum += m_candidates[kept++].weight;
    }
    m_candidates.resize(kept);
}

TokenId Sampler::draw()
{
    double left = m_random.unit() * totalWeight();
    for (const Candidate &candidate : m_candidates) {
        left -= candidate.weight;
        if (left < 0) {
            return candidate.token;
        }
    }
    return m_candidates.back().token; // rounding
}

/// Basu et al. 2021, the second form: tokens of more surprise than mu are left out, and mu follows the
/// surprise of what was drawn. Surprise is that of the whole distribution, as in the paper.
TokenId Sampler::drawMirostat()
{
    const double total = totalWeight();
    const auto surprise = [&](const Candidate &candidate) { return std::log2(total / candidate.weight); };
    std::size_t kept = 1;
    while (kept < m_candidates.size() && surprise(m_candidates[kept]) <= m_maxSurprise) {
        ++kept;
    }
    m_candidates.resize(kept);
    const TokenId token = draw();
    const auto drawn = std::ranges::find(m_candidates, token, &Candidate::token);
    m_maxSurprise -= double(m_options.mirostat.rate) * (surprise(*drawn) - double(m_options.mirostat.tau));
    return token;
}

} // namespace engine
