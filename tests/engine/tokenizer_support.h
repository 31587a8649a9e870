#pragma once

#include "engine/tokenizer/tokenizer.h"

#include <QDir>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

using Ids = std::vector<engine::TokenId>;
using TokenizerPtr = std::unique_ptr<const engine::Tokenizer>;

inline const QString kSharedTokenizers = QStringLiteral(SHARED_DATA "/golden/tokenizers/");

/// Published vocabularies; they are not ours to carry, so tests with them need ../shared.
inline const char *const kVocabularies[] = {
    "bert-bge", "deepseek-coder", "deepseek-llm", "deepseek-r1-qwen", "gemma-3",
    "gpt-2",    "gpt-neox",       "llama-bpe",    "llama-spm",        "phi-3",
    "qwen2",    "smollm2",        "xlm-roberta"};

/// The tokenizer of a file or folder; null, with a warning, where there is none.
inline TokenizerPtr loadTokenizer(const QString &path)
{
    const auto file = engine::ModelFile::open(path.toStdString());
    if (!file) {
        qWarning("%s", file.error().detail.c_str());
        return nullptr;
    }
    auto tokenizer = engine::Tokenizer::load(**file);
    if (!tokenizer) {
        qWarning("%s", tokenizer.error().detail.c_str());
        return nullptr;
    }
    return *std::move(tokenizer);
}

/// One of kVocabularies, unpacked into `folder`.
inline TokenizerPtr loadVocabulary(const QTemporaryDir &folder, const QString &name)
{
    QProcess unpack;
    unpack.setWorkingDirectory(folder.path());
    unpack.start(QStringLiteral("cmake"), {QStringLiteral("-E"), QStringLiteral("tar"), QStringLiteral("xf"),
                                           kSharedTokenizers + name + QStringLiteral(".gguf.tar.xz")});
    return unpack.waitForFinished() ? loadTokenizer(folder.filePath(name + QStringLiteral(".gguf")))
                                    : nullptr;
}

/// A Hugging Face folder with these text files, and weights that need no more.
inline engine::Result<TokenizerPtr> loadFolder(const std::map<std::string, std::string> &files)
{
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    const std::string header = R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    std::string weights(8, '\0');
    weights[0] = static_cast<char>(header.size());
    weights += header + std::string(4, '\0');
    std::ofstream(path / "model.safetensors", std::ios::binary) << weights;
    std::ofstream(path / "config.json") << "{}";
    for (const auto &[name, text] : files) {
        std::ofstream(path / name, std::ios::binary) << text;
    }
    const auto file = engine::ModelFile::open(path);
    if (!file) {
        return tl::unexpected(file.error());
    }
    return engine::Tokenizer::load(**file);
}
