#pragma once

#include "rag/types.h"

#include <span>
#include <string>
#include <vector>

/// The first step of reading order: a page's words as clean characters that know where they stand.
namespace rag::order {

enum class GlyphKind { Left, Right, Digit, Neutral, Mark };

/// What is drawn in one place: usually one character, after NFKC.
struct Glyph
{
    std::string text;
    Box box;     ///< turned so that its text runs from left to right
    Box pageBox; ///< as on the page
    float size = 0;
    int font = -1;
    GlyphKind kind = GlyphKind::Neutral;
    bool afterDropped = false; ///< a control character stood before it
};

/// Glyphs that belong together, in visual order from left to right: what the file has as one word.
struct Piece
{
    std::size_t begin = 0; ///< into PageGlyphs::glyphs
    std::size_t end = 0;
    Box box;
    float size = 0;
    bool rightToLeft = false;
    bool spaceAfter = false; ///< before the next piece of the list
};

struct PageGlyphs
{
    std::vector<Glyph> glyphs;
    std::vector<Piece> pieces;
    std::vector<bool> boldFonts; ///< by font index
    std::vector<bool> evenFonts; ///< all letters of one width: code, terminals
    int blanksRepaired = 0;      ///< U+064B that were blanks
    int unmapped = 0;            ///< characters without a meaning: private use, U+FFFD
};

/// The words of one rotation (0, 90, 180, 270). Controls are dropped; compatibility forms folded; one font's
/// blank that is mapped to U+064B taken for the blank it is; a lam-alef that stands back to front in its
/// glyph turned.
PageGlyphs readGlyphs(const PageText &page, int rotation);

} // namespace rag::order
