#pragma once

#include "rag/pdf/line_text.h"

namespace rag::order {

/// How a line goes on from the one before it.
enum class Joint {
    Space, ///< the same sentence runs on
    Break, ///< the line was ended on purpose (a list, a table row, code)
    NewBlock
};

struct MeasuredLine
{
    const Line *line = nullptr;
    LineText text;
};

/// Lines of one region, from top to bottom -> one joint a line; the first is NewBlock.
std::vector<Joint> findJoints(const std::vector<MeasuredLine> &lines);

} // namespace rag::order
