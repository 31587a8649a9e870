#include "engine/tokenizer/gguf_tokenizer.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

/// The first byte chooses the kind; then tokens (length, type, bytes) up to a zero length; then merges or a
/// character map of the rest's first half; the second half is the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    using namespace engine;
    std::string_view rest(reinterpret_cast<const char *>(data), size);
    const auto take = [&](std::size_t count) {
        const std::string_view taken = rest.substr(0, count);
        rest.remove_prefix(taken.size());
        return taken;
    };
    const auto byte = [&] {
        return rest.empty() ? 0U : static_cast<unsigned>(static_cast<unsigned char>(take(1)[0]));
    };

    constexpr const char *kModels[] = {"gpt2", "llama", "t5", "bert"};
    constexpr const char *kPres[] = {"smollm",       "gpt-2",          "llama-bpe",   "qwen2",
                                     "deepseek-llm", "deepseek-coder", "deepseek-v3", "default"};
    const unsigned choice = byte();
    std::vector<std::string> tokens;
    std::vector<std::int64_t> types;
    std::vector<double> scores;
    for (unsigned length = byte(); length > 0; length = byte()) {
        types.push_back(byte() % 8);
        tokens.emplace_back(take(length));
        scores.push_back(-static_cast<double>(tokens.size()));
    }
    const std::string_view middle = take(rest.size() / 2);
    std::vector<std::string> merges;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        merges.push_back(tokens[i] + " " + tokens[i + 1]);
    }

    Metadata metadata;
    metadata.source = "fuzz";
    metadata.insert("tokenizer.ggml.model", std::string(kModels[choice % 4]));
    metadata.insert("tokenizer.ggml.pre", std::string(kPres[choice / 4 % 8]));
    metadata.insert("tokenizer.ggml.tokens", tokens);
    metadata.insert("tokenizer.ggml.token_type", types);
    metadata.insert("tokenizer.ggml.scores", scores);
    metadata.insert("tokenizer.ggml.merges", merges);
    metadata.insert("tokenizer.ggml.unknown_token_id", std::uint64_t{0});
    metadata.insert("tokenizer.ggml.precompiled_charsmap",
                    std::vector<std::uint8_t>(middle.begin(), middle.end()));
    const auto tokenizer = loadGgufTokenizer(metadata);
    if (!tokenizer) {
        return 0;
    }
    const std::vector<TokenId> ids = (*tokenizer)->encode(rest, {});
    for (const TokenId id : ids) {
        if (id < 0 || id >= (*tokenizer)->size() || (*tokenizer)->kind(id) == TokenKind::Control) {
            std::abort();
        }
    }
    (*tokenizer)->decode((*tokenizer)->encode(rest, {.addSpecial = true, .parseSpecial = true}), true);
    return 0;
}
