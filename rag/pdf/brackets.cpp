#include "rag/pdf/brackets.h"

#include <algorithm>
#include <array>
#include <utility>

namespace rag::order {

namespace {

const char *mirrored(const std::string &text)
{
    constexpr std::array<std::array<const char *, 2>, 5> kPairs = {
        {{"(", ")"}, {"[", "]"}, {"{", "}"}, {"«", "»"}, {"<", ">"}}};
    for (const auto &pair : kPairs) {
        if (text == pair[0])
            return pair[1];
        if (text == pair[1])
            return pair[0];
    }
    return nullptr;
}

bool opens(const Token &token)
{
    return token.text == "(" || token.text == "[" || token.text == "{" || token.text == "«";
}

bool isRightToLeftBracket(const Token &token)
{
    return token.inRightToLeft && token.text != "<" && token.text != ">" && mirrored(token.text) != nullptr;
}

} // namespace

bool bracketsAreMirrored(const std::vector<LineText> &lines)
{
    int asMeant = 0;
    int asSeen = 0;
    for (const LineText &line : lines) {
        const Token *before = nullptr;
        for (const Token &token : line.tokens) {
            if (!isRightToLeftBracket(token))
                continue;
            if (before && mirrored(before->text) == token.text) {
                (opens(token) ? asSeen : asMeant) += 1;
                before = nullptr;
            } else {
                before = &token;
            }
        }
    }
    return asSeen > asMeant;
}

void mirrorBrackets(LineText &line)
{
    for (Token &token : line.tokens) {
        if (isRightToLeftBracket(token))
            token.text = mirrored(token.text);
    }
}

void mirrorTurnedPairs(LineText &line)
{
    Token *before = nullptr;
    int open = 0;
    for (Token &token : line.tokens) {
        if (!isRightToLeftBracket(token))
            continue;
        if (before && opens(token) && mirrored(before->text) == token.text) {
            std::swap(before->text, token.text);
            before = nullptr;
            continue;
        }
        open += opens(token) ? 1 : -1;
        before = open < 0 ? &token : nullptr;
        open = std::max(open, 0);
    }
    // "1(" at the head of a line: a numbered item.
    std::size_t i = 0;
    while (line.rightToLeft && i < line.tokens.size() && line.tokens[i].kind == GlyphKind::Digit)
        ++i;
    if (i > 0 && i + 1 < line.tokens.size() && line.tokens[i].text == "(" && line.tokens[i + 1].spaceBefore)
        line.tokens[i].text = ")";
}

} // namespace rag::order
