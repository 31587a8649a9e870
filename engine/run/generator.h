#pragma once

#include "engine/engine.h"
#include "engine/model/decoder.h"
#include "engine/tokenizer/tokenizer.h"

namespace engine {

class Writing;

/// Prompt to streamed text over one KV cache. Decoder and tokenizer must outlive it; one thread at a time.
class Generator
{
public:
    Generator(const Decoder &decoder, const Tokenizer &tokenizer, KvCache cache);

    int contextLength() const { return m_cache.capacity(); }

    /// See Session.
    Result<Generated> generate(std::span<const TokenId> prompt, const GenerateOptions &options,
                               const OnText &onText, const CancelToken &cancel);
    Result<Matrix> logits(std::span<const TokenId> tokens, const CancelToken &cancel);

private:
    /// Logits after `tokens`, which go behind what the cache holds.
    Result<void> advance(std::span<const TokenId> tokens, const CancelToken &cancel);
    Result<StopReason> decode(std::span<const TokenId> prompt, const GenerateOptions &options,
                              const OnText &onText, const CancelToken &cancel, Generated &generated);
    Result<StopReason> write(Writing &writing, const GenerateOptions &options, const CancelToken &cancel);

    const Decoder &m_decoder;
    const Tokenizer &m_tokenizer;
    KvCache m_cache;
    std::vector<float> m_logits; ///< of the last token
};

} // namespace engine
