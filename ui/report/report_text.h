#pragma once

#include "rag/store/page_report.h"

#include <QString>

#include <vector>

namespace ui {

/// "Page 12": as it is counted, and as it is printed where that differs.
QString pageTitle(const rag::PageReport &page);
/// Why the page has its grade, the gravest first; empty where there is nothing to say.
QString reasonsText(const rag::PageReport &page);
/// The whole document in a few sentences.
QString summaryText(const std::vector<rag::PageReport> &pages);

} // namespace ui
