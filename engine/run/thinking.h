#pragma once

#include "engine/engine.h"
#include "engine/tokenizer/tokenizer.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace engine {

/// The marks that a model puts round its thoughts: tokens where the vocabulary has them, else text.
struct ThinkingTags
{
    std::string open;
    std::string close;
    std::optional<TokenId> openToken;
    std::optional<TokenId> closeToken;
};

/// "<think>" (DeepSeek-R1, QwQ, Qwen3, SmolLM3), or another form whose tokens the vocabulary has.
ThinkingTags thinkingTagsOf(const Tokenizer &tokenizer);

/// Whether a prompt ends with the opening tag: some templates write it themselves, and the model goes on
/// without it.
bool endsInThoughts(const Tokenizer &tokenizer, const ThinkingTags &tags, std::span<const TokenId> prompt);

/// Tokens as they come to thoughts and answer. Thoughts are what a text begins with between the tags (tags
/// that are tokens open thoughts anywhere). Tags, blanks inside them at the ends, and blanks after them are
/// left out.
class ThinkingSplit
{
public:
    /// Bytes, not always whole characters. @param part  never changes inside a character
    using Sink = std::function<void(std::string_view bytes, TextPart part)>;

    /// @param begun  the prompt has opened the thoughts
    ThinkingSplit(ThinkingTags tags, bool begun, Sink sink);

    void add(TokenId token, std::string_view bytes);
    /// Gives out what may still have become a tag.
    void finish();

    bool isThinking() const { return m_state == State::Thinking; }

private:
    enum class State { Undecided, Thinking, Answer };

    void open();
    void close();
    void decide();
    void think();
    void answer();
    void give(std::size_t bytes, TextPart part);

    ThinkingTags m_tags;
    Sink m_sink;
    State m_state;
    bool m_skipBlanks; ///< right after a tag
    std::string m_held;
};

} // namespace engine
