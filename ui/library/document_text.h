#pragma once

#include "ui/library/document_model.h"

#include <QString>

namespace ui {

/// One translated line: what the document is or what is done to it.
QString statusText(const DocumentModel::Row &row);
/// 0 .. 1, or -1 when nothing is being done.
double progressOf(const DocumentModel::Row &row);

} // namespace ui
