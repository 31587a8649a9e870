#pragma once

#include "rag/pdf/line_text.h"

#include <vector>

/// Brackets of right-to-left text, which some producers store as they look.
namespace rag::order {

/// Whether brackets in right-to-left runs are stored as they look (closing before opening), over all lines.
bool bracketsAreMirrored(const std::vector<LineText> &lines);
void mirrorBrackets(LineText &line);
/// Where only single pairs of a line stand back to front.
void mirrorTurnedPairs(LineText &line);

} // namespace rag::order
