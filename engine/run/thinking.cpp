#include "engine/run/thinking.h"

#include <algorithm>
#include <array>
#include <utility>

namespace engine {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kForms{{
    {"<think>", "</think>"},
    {"[THINK]", "[/THINK]"}, // Magistral
    {"<seed:think>", "</seed:think>"},
}};

/// Bytes at the end of `text` that begin `tag`, but are not all of it.
std::size_t beginningAtEnd(std::string_view text, std::string_view tag)
{
    for (std::size_t n = std::min(tag.size() - 1, text.size()); n > 0; --n) {
        if (text.ends_with(tag.substr(0, n))) {
            return n;
        }
    }
    return 0;
}

} // namespace

ThinkingTags thinkingTagsOf(const Tokenizer &tokenizer)
{
    for (const auto &[open, close] : kForms) {
        const auto openToken = tokenizer.find(open);
        const auto closeToken = tokenizer.find(close);
        if (openToken && closeToken) {
            return {std::string(open), std::string(close), openToken, closeToken};
        }
    }
    return {std::string(kForms.front().first), std::string(kForms.front().second), {}, {}};
}

bool endsInThoughts(const Tokenizer &tokenizer, const ThinkingTags &tags, std::span<const TokenId> prompt)
{
    constexpr std::size_t kLooked = 24; // tokens: a tag letter by letter, and blanks
    const auto last = prompt.last(std::min(prompt.size(), kLooked));
    if (!tags.openToken) {
        const std::string text = tokenizer.decode(last, true);
        return std::string_view(text).substr(0, text.find_last_not_of(kBlanks) + 1).ends_with(tags.open);
    }
    const auto isBlank = [&](TokenId token) {
        return tokenizer.decode(std::span(&token, 1), true).find_first_not_of(kBlanks) == std::string::npos;
    };
    const auto found = std::find_if_not(last.rbegin(), last.rend(), isBlank);
    return found != last.rend() && *found == *tags.openToken;
}

ThinkingSplit::ThinkingSplit(ThinkingTags tags, bool begun, Sink sink)
    : m_tags(std::move(tags))
    , m_sink(std::move(sink))
    , m_state(begun ? State::Thinking : State::Undecided)
    , m_skipBlanks(begun)
{
}

void ThinkingSplit::add(TokenId token, std::string_view bytes)
{
    if (token == m_tags.openToken) {
        open();
        return;
    }
    if (token == m_tags.closeToken) {
        close();
        return;
    }
    m_held += bytes;
    if (m_state == State::Undecided) {
        decide();
    }
    if (m_state == State::Thinking) {
        think();
    }
    if (m_state == State::Answer) {
        answer();
    }
}

void ThinkingSplit::finish()
{
    const std::size_t inked = m_held.find_last_not_of(kBlanks) + 1;
    give(isThinking() ? inked : m_held.size(), isThinking() ? TextPart::Thinking : TextPart::Answer);
    m_held.clear();
}

void ThinkingSplit::open()
{
    if (m_state == State::Thinking) {
        return; // the prompt opened them, and the model says it again
    }
    m_held.clear(); // only blanks were held
    m_state = State::Thinking;
    m_skipBlanks = true;
}

void ThinkingSplit::close()
{
    if (m_state == State::Thinking) {
        finish();
    }
    m_held.clear();
    m_state = State::Answer;
    m_skipBlanks = true;
}

void ThinkingSplit::decide()
{
    const std::size_t start = m_held.find_first_not_of(kBlanks);
    if (start == std::string::npos) {
        return;
    }
    const std::string_view begun = std::string_view(m_held).substr(start);
    if (m_tags.openToken || !(begun.starts_with(m_tags.open) || m_tags.open.starts_with(begun))) {
        m_state = State::Answer;
    } else if (begun.starts_with(m_tags.open)) {
        m_held.erase(0, start + m_tags.open.size());
        m_state = State::Thinking;
        m_skipBlanks = true;
    }
}

void ThinkingSplit::think()
{
    if (m_skipBlanks) {
        m_held.erase(0, std::min(m_held.find_first_not_of(kBlanks), m_held.size()));
        m_skipBlanks = m_held.empty();
    }
    std::size_t end = m_held.size();
    const std::size_t tag = m_tags.closeToken ? std::string::npos : m_held.find(m_tags.close);
    if (tag != std::string::npos) {
        const std::string rest = m_held.substr(tag + m_tags.close.size());
        m_held.resize(tag);
        close();
        m_held = rest;
        return;
    }
    if (!m_tags.closeToken) {
        end -= beginningAtEnd(m_held, m_tags.close);
    }
    give(std::string_view(m_held).substr(0, end).find_last_not_of(kBlanks) + 1, TextPart::Thinking);
}

void ThinkingSplit::answer()
{
    if (m_skipBlanks) {
        m_held.erase(0, std::min(m_held.find_first_not_of(kBlanks), m_held.size()));
        m_skipBlanks = m_held.empty();
    }
    give(m_held.size(), TextPart::Answer);
}

void ThinkingSplit::give(std::size_t bytes, TextPart part)
{
    if (bytes > 0) {
        m_sink(std::string_view(m_held).substr(0, bytes), part);
        m_held.erase(0, bytes);
    }
}

} // namespace engine
