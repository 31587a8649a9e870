#include "rag/pdf/hidden_text.h"

#include "engine/base/unicode.h"

#include <algorithm>
#include <cmath>

namespace rag {

namespace {

constexpr float kTiny = 2;         ///< points
constexpr int kLeastContrast = 14; ///< of 255, in any colour; print in light grey has 40

bool hasLetters(const PageWord &word)
{
    std::size_t at = 0;
    int signs = 0;
    while (at < word.text.size()) {
        const char32_t c = engine::nextCodePoint(word.text, at);
        signs += engine::isLetter(c) || engine::isNumber(c);
    }
    return signs >= 2;
}

/// By what the file says: both ways of measuring must agree, for the size of a font may be scaled.
bool isTiny(const PageWord &word)
{
    const float across = word.rotation % 180 == 0 ? word.box.height : word.box.width;
    return word.fontSize > 0 && word.fontSize < kTiny && across < kTiny;
}

bool isOutside(const Box &box, const PageText &page)
{
    return box.right() <= 0 || box.bottom() <= 0 || box.x >= page.width || box.y >= page.height;
}

/// Whether anything is drawn where the word stands: the pixels are not all of one colour.
bool leavesTrace(const Box &box, const PageImage &picture)
{
    const float scale = 1 / picture.pointsPerPixel;
    const int left = std::clamp(static_cast<int>(std::floor(box.x * scale)), 0, picture.width - 1);
    const int right = std::clamp(static_cast<int>(std::ceil(box.right() * scale)), left + 1, picture.width);
    const int top = std::clamp(static_cast<int>(std::floor(box.y * scale)), 0, picture.height - 1);
    const int bottom = std::clamp(static_cast<int>(std::ceil(box.bottom() * scale)), top + 1, picture.height);
    std::uint8_t least[3] = {255, 255, 255};
    std::uint8_t most[3] = {0, 0, 0};
    for (int y = top; y < bottom; ++y) {
        for (int x = left; x < right; ++x) {
            const std::uint8_t *pixel =
                &picture.pixels[(static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
                                 static_cast<std::size_t>(x)) *
                                4];
            for (int c = 0; c < 3; ++c) {
                least[c] = std::min(least[c], pixel[c]);
                most[c] = std::max(most[c], pixel[c]);
                if (most[c] - least[c] >= kLeastContrast)
                    return true;
            }
        }
    }
    return false;
}

} // namespace

std::size_t dropHiddenText(PageText &page, const PageImage *picture)
{
    std::vector<bool> hidden(page.words.size(), false);
    std::vector<bool> untraced(page.words.size(), false);
    bool anySeen = false;
    for (std::size_t i = 0; i < page.words.size(); ++i) {
        const PageWord &word = page.words[i];
        hidden[i] = isTiny(word) || isOutside(word.box, page);
        if (hidden[i] || !picture || !hasLetters(word))
            continue;
        untraced[i] = !leavesTrace(word.box, *picture);
        anySeen = anySeen || !untraced[i];
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < page.words.size(); ++i) {
        if (hidden[i] || (anySeen && untraced[i]))
            continue;
        if (kept != i)
            page.words[kept] = std::move(page.words[i]);
        ++kept;
    }
    const std::size_t dropped = page.words.size() - kept;
    page.words.resize(kept);
    return dropped;
}

} // namespace rag
