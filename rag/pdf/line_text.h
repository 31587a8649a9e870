#pragma once

#include "rag/pdf/page_layout.h"

namespace rag::order {

/// A character, or a few that are drawn in one place, in logical order.
struct Token
{
    std::string text;
    Box pageBox;
    GlyphKind kind = GlyphKind::Neutral;
    bool spaceBefore = false;
    bool inRightToLeft = false; ///< stands in a right-to-left run: a bracket may be stored as it looks
};

struct LineText
{
    std::vector<Token> tokens;
    bool rightToLeft = false;
    float firstWordWidth = 0;
    float boldShare = 0;
    float evenShare = 0;     ///< in a font of one width
    bool hasWideGap = false; ///< more than one cell or column
};

/// Puts a line's glyphs from the order they are seen in into the order they are read in: the reverse of the
/// bidirectional algorithm (UAX #9) as far as letters, numbers and brackets go. Marks go to the letter they
/// stand on; a space is where the boxes leave room for one.
LineText writeLine(const Line &line, const PageGlyphs &page, bool regionRightToLeft);

} // namespace rag::order
