#pragma once

#include "rag/types.h"

#include <string>
#include <vector>

namespace rag {

/// A word that OCR read off a page's picture, in logical order.
struct RecognizedWord
{
    std::string text;
    Box box;
    float confidence = 0; ///< 0 .. 100, as the recogniser says it
    float fontSize = 0;   ///< points, from the height of its line
    bool endsLine = false;
    bool endsParagraph = false;
};

/// What OCR made of a page. Words come in reading order.
struct RecognizedPage
{
    float width = 0; ///< points
    float height = 0;
    std::string language; ///< the recogniser's name for it: "eng", "ara"; empty: the page is blank
    std::vector<RecognizedWord> words;
};

/// Mean confidence of the words, long ones counting more; 0 for none.
float confidenceOf(const RecognizedPage &page);

/// The display copy of a recognised page: lines that run on joined, hyphens at line ends removed, noise
/// dropped. Every character has a box: its share of the word's, in the direction it is read. A pure function.
PageContent contentOf(const RecognizedPage &page);

} // namespace rag
