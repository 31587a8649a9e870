#include "engine/tokenizer/metaspace.h"

#include "engine/base/unicode.h"

namespace engine {
namespace {

void appendWords(std::string_view text, std::string_view prefix, std::string &out)
{
    bool inWord = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = nextCodePoint(text, at);
        if (isWhitespace(c)) {
            inWord = false;
            continue;
        }
        if (!inWord && !text.substr(start).starts_with(kMetaspace)) {
            out.append(prefix);
        }
        inWord = true;
        out.append(text.substr(start, at - start));
    }
}

} // namespace

std::string Metaspace::apply(std::string_view text, bool first) const
{
    std::string spaced;
    spaced.reserve(text.size() + text.size() / 2 + kMetaspace.size());
    const bool prefixed = prefix == Prefix::Always || (prefix == Prefix::First && first);
    if (splitWords) {
        appendWords(text, prefix == Prefix::Never ? std::string_view() : kMetaspace, spaced);
        return spaced;
    }
    if (prefixed && !text.empty() && text.front() != ' ' && !text.starts_with(kMetaspace)) {
        spaced.append(kMetaspace);
    }
    for (const char c : text) {
        if (c == ' ') {
            spaced.append(kMetaspace);
        } else {
            spaced.push_back(c);
        }
    }
    return spaced;
}

MetaspaceCuts::MetaspaceCuts(const Vocabulary &vocabulary)
{
    for (TokenId token = 0; token < vocabulary.size(); ++token) {
        const std::string_view text = vocabulary.text(token);
        if (!vocabulary.isPlain(token) || text.size() <= kMetaspace.size()) {
            continue;
        }
        for (std::size_t at = text.find(kMetaspace, 1); at < text.size();
             at = text.find(kMetaspace, at + 1)) {
            if (!text.substr(0, at).ends_with(kMetaspace)) {
                m_joined[static_cast<unsigned char>(text[at - 1])] = true;
            }
        }
    }
}

bool MetaspaceCuts::mayCut(std::string_view text, std::size_t at) const
{
    return !m_joined[static_cast<unsigned char>(text[at - 1])] && !text.substr(0, at).ends_with(kMetaspace);
}

ByteFallback::ByteFallback()
{
    m_tokens.fill(-1);
}

ByteFallback::ByteFallback(const Vocabulary &vocabulary)
    : ByteFallback()
{
    for (TokenId token = 0; token < vocabulary.size(); ++token) {
        const int byte = vocabulary.isPlain(token) ? byteOfToken(vocabulary.text(token)) : -1;
        if (byte >= 0 && m_tokens[static_cast<std::size_t>(byte)] < 0) {
            m_tokens[static_cast<std::size_t>(byte)] = token;
        }
    }
}

bool ByteFallback::append(std::string_view bytes, std::vector<TokenId> &out) const
{
    const std::size_t before = out.size();
    for (const char byte : bytes) {
        const TokenId token = m_tokens[static_cast<unsigned char>(byte)];
        if (token < 0) {
            out.resize(before);
            return false;
        }
        out.push_back(token);
    }
    return true;
}

void appendMetaspaceBytes(const Vocabulary &vocabulary, TokenId token, bool dropBlank, std::string &out)
{
    std::string_view text = vocabulary.text(token);
    const int byte = byteOfToken(text);
    if (byte >= 0 && vocabulary.kind(token) == TokenKind::Byte) {
        out.push_back(static_cast<char>(byte));
        return;
    }
    if (dropBlank && text.starts_with(kMetaspace)) {
        text.remove_prefix(kMetaspace.size());
    }
    while (!text.empty()) {
        const std::size_t at = std::min(text.find(kMetaspace), text.size());
        out.append(text.substr(0, at));
        if (at < text.size()) {
            out.push_back(' ');
        }
        text.remove_prefix(std::min(at + kMetaspace.size(), text.size()));
    }
}

} // namespace engine
