#pragma once

#include "engine/engine.h"
#include "engine/model/decoder.h"
#include "engine/run/prefix_cache.h"
#include "engine/tokenizer/tokenizer.h"

namespace engine {

class Writing;

/// Prompt to streamed text over one KV cache. Decoder, tokenizer and prefix cache must outlive it; one thread
/// at a time. A copy goes on from the same place.
class Generator
{
public:
    /// @param prefixes  of the decoder; null: sessions share nothing
    Generator(const Decoder &decoder, const Tokenizer &tokenizer, KvCache cache, PrefixCache *prefixes);

    int contextLength() const { return m_cache.capacity(); }

    /// See Session.
    Result<Generated> generate(std::span<const TokenId> prompt, const GenerateOptions &options,
                               const OnText &onText, const CancelToken &cancel);
    Result<Matrix> logits(std::span<const TokenId> tokens, const CancelToken &cancel);

private:
    /// @return tokens of the prompt that need not be read
    int reuse(std::span<const TokenId> prompt);
    /// Reads the prompt from there on.
    Result<void> prefill(std::span<const TokenId> rest, const CancelToken &cancel);
    void keepPrefix(bool save);
    /// Logits after `tokens`, which go behind what the cache holds.
    Result<void> advance(std::span<const TokenId> tokens, const CancelToken &cancel);
    Result<StopReason> decode(std::span<const TokenId> prompt, const GenerateOptions &options,
                              const OnText &onText, const CancelToken &cancel, Generated &generated);
    Result<StopReason> write(Writing &writing, const GenerateOptions &options, const CancelToken &cancel);

    const Decoder &m_decoder;
    const Tokenizer &m_tokenizer;
    KvCache m_cache;
    PrefixCache *m_prefixes;
    std::vector<float> m_logits; ///< of the last token
};

} // namespace engine
