#pragma once

#include "engine/engine.h"
#include "engine/model/decoder.h"
#include "tests/engine/golden.h"

#include <QTemporaryDir>

#include <filesystem>
#include <vector>

// What the tests of shared prompts ask and compare.
namespace engine {

namespace fs = std::filesystem;

inline std::shared_ptr<const Model> loadModel(const std::string &name, const std::string &file,
                                              const PrefixCacheSettings &settings = {})
{
    LoadOptions options;
    options.threads = 2;
    options.prefixCache = settings;
    auto model = Model::load(Golden::folderOf(name) / file, options);
    if (!model) {
        qWarning("%s", model.error().detail.c_str());
        return nullptr;
    }
    return *model;
}

/// Ids that repeat nothing for long; texts of another seed differ everywhere.
inline std::vector<TokenId> someTokens(int count, std::uint32_t seed)
{
    std::vector<TokenId> tokens;
    for (int i = 0; i < count; ++i) {
        seed = seed * 1664525u + 1013904223u; // Numerical Recipes
        tokens.push_back(TokenId(20 + (seed >> 8) % 550));
    }
    return tokens;
}

inline std::vector<TokenId> joined(std::vector<TokenId> first, const std::vector<TokenId> &second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// What a session says after a prompt, to the last bit.
struct Said
{
    std::vector<TokenId> tokens;
    std::vector<float> logProbabilities;
    int reused = -1;

    bool sameAs(const Said &other) const
    {
        return !tokens.empty() && tokens == other.tokens && logProbabilities == other.logProbabilities;
    }
};

inline Said say(Session &session, const std::vector<TokenId> &prompt, int count = 6)
{
    GenerateOptions options;
    options.maxTokens = count;
    options.ignoreEnd = true;
    options.logProbabilities = 50;
    const auto generated = session.generate(prompt, options, {});
    if (!generated) {
        qWarning("%s", generated.error().detail.c_str());
        return {};
    }
    Said said{generated->tokens, {}, generated->reusedTokens};
    for (const LogProbabilities &entry : generated->logProbabilities) {
        for (const TokenLogProbability &top : entry.top) {
            said.logProbabilities.push_back(top.value);
        }
    }
    return said;
}

inline Said sayIn(const std::shared_ptr<const Model> &model, const std::vector<TokenId> &prompt,
                  const SessionOptions &options = {})
{
    if (!model) {
        return {};
    }
    auto session = Session::open(model, options);
    return session ? say(*session, prompt) : Said();
}

inline SessionOptions alone(KvType type = KvType::F16)
{
    SessionOptions options;
    options.kv = type;
    options.reuse = false;
    return options;
}

inline std::vector<fs::path> filesIn(const QTemporaryDir &folder)
{
    std::vector<fs::path> files;
    for (const auto &entry : fs::directory_iterator(folder.path().toStdString())) {
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

inline PrefixCacheSettings onDisk(const QTemporaryDir &folder, std::uint64_t limit = 1u << 30)
{
    PrefixCacheSettings settings;
    settings.folder = folder.path().toStdString();
    settings.disk = limit;
    return settings;
}

/// A decoder below the door, for what a session does not show.
struct Parts
{
    std::shared_ptr<const ModelFile> file;
    std::unique_ptr<Decoder> decoder;
};

inline Parts partsOf(const std::string &name, const std::string &file)
{
    Parts parts;
    auto opened = ModelFile::open(Golden::folderOf(name) / file);
    if (!opened) {
        return parts;
    }
    parts.file = *opened;
    const auto config = readConfig(*parts.file);
    if (config) {
        auto decoder = Decoder::load(*parts.file, *config, makeCpuBackend(1));
        parts.decoder = decoder ? *std::move(decoder) : nullptr;
    }
    return parts;
}

/// Reads all of it.
inline KvCache cacheOf(const Decoder &decoder, const std::vector<TokenId> &tokens)
{
    KvCache cache = *decoder.makeCache(8192, KvType::F16);
    const auto read = decoder.run(cache, tokens, Decoder::LogitRows::Last, [](auto) {}, {});
    if (!read) {
        qFatal("%s", read.error().detail.c_str());
    }
    return cache;
}

/// The tests' two prompts: 200 and 230 tokens, 150 in common.
inline std::vector<TokenId> firstPrompt()
{
    return someTokens(200, 1);
}

inline std::vector<TokenId> secondPrompt()
{
    return joined(someTokens(150, 1), someTokens(80, 2));
}

} // namespace engine
