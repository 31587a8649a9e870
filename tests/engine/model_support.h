#pragma once

#include "engine/model/decoder.h"
#include "engine/model/encoder.h"
#include "tests/engine/golden.h"

#include <optional>

// ../shared/golden/README.md, "Tolerances"
constexpr double kLogitError = 2e-3;          // float32 arithmetic, unquantised files
constexpr double kQuantisedDivergence = 1e-2; // mean a prompt, activations may be rounded to int8
constexpr double kQuantisedMargin = 0.5;      // greedy text may part below it
constexpr double kEmbeddingError = 1e-4;
constexpr double kScoreError = 1e-3;

/// A network and the file that its weights may view into.
template <class Network>
struct Loaded
{
    std::shared_ptr<const engine::ModelFile> file;
    std::unique_ptr<Network> network;

    const Network *operator->() const { return network.get(); }

    const Network &operator*() const { return *network; }
};

template <class Network>
engine::Result<Loaded<Network>> loadNetwork(const std::filesystem::path &path, int threads = 1)
{
    Loaded<Network> loaded;
    ASSIGN_OR_RETURN(loaded.file, engine::ModelFile::open(path));
    ASSIGN_OR_RETURN(const engine::ModelConfig config, engine::readConfig(*loaded.file));
    ASSIGN_OR_RETURN(loaded.network, Network::load(*loaded.file, config, engine::makeCpuBackend(threads)));
    return loaded;
}

inline auto loadDecoder(const std::filesystem::path &path, int threads = 1)
{
    return loadNetwork<engine::Decoder>(path, threads);
}

inline auto loadEncoder(const std::filesystem::path &path)
{
    return loadNetwork<engine::Encoder>(path);
}

/// All logits, the prompt given in chunks of `chunk` tokens; empty after an error.
inline std::vector<float> allLogits(const engine::Decoder &decoder, std::span<const engine::TokenId> tokens,
                                    std::size_t chunk)
{
    auto cache = decoder.makeCache(int(tokens.size()));
    std::vector<float> logits;
    const auto keep = [&](std::span<const float> rows) {
        logits.insert(logits.end(), rows.begin(), rows.end());
    };
    for (std::size_t at = 0; at < tokens.size(); at += chunk) {
        const auto part = tokens.subspan(at, std::min(chunk, tokens.size() - at));
        if (!decoder.run(*cache, part, engine::Decoder::LogitRows::All, keep, {})) {
            return {};
        }
    }
    return logits;
}

/// The likeliest tokens after a prompt, one by one.
inline std::vector<engine::TokenId> greedy(const engine::Decoder &decoder,
                                           std::span<const engine::TokenId> prompt, std::size_t count)
{
    auto cache = decoder.makeCache(int(prompt.size() + count));
    std::vector<engine::TokenId> tokens;
    const auto pick = [&](std::span<const float> logits) {
        tokens.push_back(engine::TokenId(std::ranges::max_element(logits) - logits.begin()));
    };
    (void)decoder.run(*cache, prompt, engine::Decoder::LogitRows::Last, pick, {});
    while (!tokens.empty() && tokens.size() < count) {
        const engine::TokenId last = tokens.back();
        if (!decoder.run(*cache, std::span(&last, 1), engine::Decoder::LogitRows::Last, pick, {})) {
            break;
        }
    }
    return tokens;
}

/// The last rows of `logits`, as many as the expectation has.
inline std::vector<float> comparable(const std::vector<float> &logits, const std::vector<float> &expected)
{
    return expected.size() >= logits.size()
               ? logits
               : std::vector<float>(logits.end() - std::ptrdiff_t(expected.size()), logits.end());
}

inline double meanDivergence(std::span<const float> expected, std::span<const float> logits,
                             std::size_t vocabulary)
{
    double sum = 0;
    for (std::size_t at = 0; at < expected.size(); at += vocabulary) {
        sum += divergence(expected.subspan(at, vocabulary), logits.subspan(at, vocabulary));
    }
    return sum / (double(expected.size()) / double(vocabulary));
}

/// A row for each file of a golden model that `wanted` takes: its GGUFs, and "hf", its folder. One row that
/// skips where the model is not there.
template <class Wanted>
void addFiles(const char *model, const Wanted &wanted)
{
    const auto folder = Golden::folderOf(model);
    std::vector<std::string> files;
    if (!folder.empty()) {
        const Golden golden(folder);
        for (const auto &gguf : golden.json().at("gguf")) {
            if (wanted(gguf)) {
                files.push_back(gguf.at("file").get<std::string>());
            }
        }
    }
    files.push_back("hf");
    for (const std::string &file : files) {
        QTest::addRow("%s/%s", model, file.c_str()) << std::string(model) << file;
    }
}

/// Unquantised ones: their numbers are those of the folder.
inline void addExactFiles(const char *model)
{
    addFiles(model, [](const nlohmann::json &gguf) { return !gguf.contains("cases"); });
}
