#pragma once

#include <string_view>

namespace rag::order {

/// "Figure 3: ...", "Table 2.1. ...", "جدول ٢: ...": a label, a number, and a sign after it or nothing more.
/// A sentence that speaks of a figure ("Figure 3 shows that ...") is none.
bool beginsCaption(std::string_view text);

/// "Note", "Warning", "تنبيه": heads of boxes, not of sections.
bool isBoxTitle(std::string_view text);

/// "1 ", "* ", "† ", "[3] ": what stands before the text of a footnote.
bool beginsNote(std::string_view text);

} // namespace rag::order
