#pragma once

#include "engine/tokenizer/gguf_tokenizer.h"
#include "engine/tokenizer/tokenizer_metadata.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#ifdef _WIN32
#include <process.h>
#define getpid _getpid
#else
#include <unistd.h>
#endif

/// A model folder of this process with one file in it, which is written anew for each input.
inline std::shared_ptr<const engine::ModelFile> folderWith(const char *name, std::string_view content)
{
    static const std::filesystem::path folder = [] {
        const auto path =
            std::filesystem::temp_directory_path() / ("warraq-fuzz-" + std::to_string(getpid()));
        std::filesystem::create_directories(path);
        std::atexit([] {
            std::error_code ignored;
            std::filesystem::remove_all(std::filesystem::temp_directory_path() /
                                            ("warraq-fuzz-" + std::to_string(getpid())),
                                        ignored);
        });
        return path;
    }();
    std::ofstream(folder / name, std::ios::binary | std::ios::trunc) << content;
    return engine::ModelFile::openMetadata(folder).value_or(nullptr);
}

/// What must hold of every tokenizer: ids of the vocabulary, and no control token from text.
inline void exercise(const engine::Tokenizer &tokenizer)
{
    constexpr std::string_view kTexts[] = {"",
                                           " ",
                                           "the cat <s></s><|im_end|> sat  on\n\nthe mat 1234",
                                           "\xff\xfe\xc0 e\xcc\x81 \xd9\x85\xd8\xb1",
                                           "aaaaaaaaaaaa<<<<<<",
                                           "\xe2\x96\x81x"};
    for (const std::string_view text : kTexts) {
        for (const engine::TokenId id : tokenizer.encode(text, {})) {
            if (id < 0 || id >= tokenizer.size() || tokenizer.kind(id) == engine::TokenKind::Control) {
                std::abort();
            }
        }
        tokenizer.decode(tokenizer.encode(text, {.addSpecial = true, .parseSpecial = true}), true);
        std::vector<int> segments;
        if (tokenizer.encodePair(text, "the", segments).size() != segments.size()) {
            std::abort();
        }
    }
}
