#pragma once

#include "engine/tokenizer/special_matcher.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/tokenizer/vocabulary.h"

#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// One place of the pattern that special tokens make round a text or a pair of texts.
struct TemplatePart
{
    enum class Kind { Token, First, Second };
    Kind kind = Kind::First;
    TokenId token = -1;
    int segment = 0;
};

/// What every kind of tokenizer has.
struct TokenizerParts
{
    Vocabulary vocabulary;
    SpecialTokens special;
    SpecialMatcher matcher;
    std::vector<TemplatePart> single; ///< what addSpecial makes of a text
    std::vector<TemplatePart> pair;
};

/// Fills special.endOfText: eos, and every control or user-defined token whose text is known to end an
/// answer.
void findEndOfText(TokenizerParts &parts);
/// What the matcher looks for: all control, unknown and user-defined tokens, with no stripping.
std::vector<SpecialEntry> specialEntries(const Vocabulary &vocabulary);

} // namespace engine
