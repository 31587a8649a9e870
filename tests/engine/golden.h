#pragma once

#include <QtTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

/// A folder of ../shared/golden/models, or its copy in tests/data/models: inputs and float32 expectations.
class Golden
{
public:
    /// Where model `name` lies, the whole set before the part kept with the tests; empty: neither is there.
    static std::filesystem::path folderOf(const std::string &name)
    {
        for (const char *root : {SHARED_DATA "/golden/models", TEST_DATA "/models"}) {
            const auto folder = std::filesystem::path(root) / name;
            if (std::filesystem::exists(folder / "golden.json")) {
                return folder;
            }
        }
        return {};
    }

    explicit Golden(const std::filesystem::path &folder)
        : m_json(nlohmann::json::parse(readFile(folder / "golden.json")))
        , m_bytes(readFile(folder / "golden.bin"))
    {
    }

    const nlohmann::json &json() const { return m_json; }

    /// The array that {"file", "offset", "shape"} refers to.
    std::vector<float> floats(const nlohmann::json &reference) const
    {
        std::size_t count = 1;
        for (const auto &size : reference.at("shape")) {
            count *= size.get<std::size_t>();
        }
        std::vector<float> values(count);
        const auto offset = reference.at("offset").get<std::size_t>();
        if (offset + count * sizeof(float) > m_bytes.size()) {
            qFatal("golden.bin is too short");
        }
        std::memcpy(values.data(), m_bytes.data() + offset, count * sizeof(float));
        return values;
    }

    /// Of case `index`: what is expected from `file` ("hf" or a name of a GGUF). Quantised files have their
    /// own.
    const nlohmann::json &expected(std::size_t index, const std::string &file) const
    {
        for (const auto &gguf : m_json.at("gguf")) {
            if (gguf.at("file") == file && gguf.contains("cases")) {
                return gguf.at("cases").at(index);
            }
        }
        const auto &entry = m_json.at("cases").at(index);
        return file != "hf" && entry.contains("expected_gguf") ? entry.at("expected_gguf")
                                                               : entry.at("expected");
    }

    static std::string readFile(const std::filesystem::path &path)
    {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

private:
    nlohmann::json m_json;
    std::string m_bytes;
};

inline double greatestDifference(std::span<const float> a, std::span<const float> b)
{
    double greatest = a.size() == b.size() ? 0 : 1e9;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        const double difference = std::abs(double(a[i]) - double(b[i]));
        greatest = difference <= greatest ? greatest : difference; // a NaN stays
    }
    return greatest;
}

inline double cosine(std::span<const float> a, std::span<const float> b)
{
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += double(a[i]) * double(b[i]);
        aa += double(a[i]) * double(a[i]);
        bb += double(b[i]) * double(b[i]);
    }
    return ab / std::sqrt(aa * bb);
}

/// log(softmax(logits))
inline std::vector<double> logProbabilities(std::span<const float> logits)
{
    double greatest = logits[0];
    for (const float logit : logits) {
        greatest = std::max(greatest, double(logit));
    }
    double sum = 0;
    for (const float logit : logits) {
        sum += std::exp(double(logit) - greatest);
    }
    std::vector<double> result(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i) {
        result[i] = double(logits[i]) - greatest - std::log(sum);
    }
    return result;
}

/// Kullback-Leibler divergence, nats, from `truth` to `guess`.
inline double divergence(std::span<const float> truth, std::span<const float> guess)
{
    const auto p = logProbabilities(truth);
    const auto q = logProbabilities(guess);
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
        sum += std::exp(p[i]) * (p[i] - q[i]);
    }
    return sum;
}
