#include "rag/store/page_report.h"

#include <algorithm>

namespace rag {

namespace {

/// Below it a word in four or more is wrong; measured on scans of 100 to 300 dpi.
constexpr float kDoubtful = 0.7F;

PageGrade gradeOf(PageReason reason)
{
    switch (reason) {
    case PageReason::Skipped:
    case PageReason::NoText:
    case PageReason::DoubtfulOcr:
        return PageGrade::Red;
    case PageReason::Ocr:
    case PageReason::Garbled:
    case PageReason::HiddenText:
    case PageReason::Repaired:
        return PageGrade::Amber;
    case PageReason::Blank:
    case PageReason::Table:
    case PageReason::Caption:
        break;
    }
    return PageGrade::Green;
}

bool says(const PageReport &page, PageReason reason)
{
    return std::find(page.reasons.begin(), page.reasons.end(), reason) != page.reasons.end();
}

} // namespace

PageReport reportOf(const PageContent &page)
{
    const PageFindings &found = page.findings;
    PageReport report;
    report.page = page.page;
    report.label = page.label;
    report.ocrConfidence = found.ocrConfidence;
    report.tables = found.tables;
    report.captions = found.captions;
    report.note = page.note;
    const auto add = [&](bool is, PageReason reason) {
        if (!is)
            return;
        report.reasons.push_back(reason);
        report.grade = std::max(report.grade, gradeOf(reason));
    };
    const bool read = page.state == PageState::Read;
    const bool noText = page.state == PageState::NoText;
    const bool blank = noText && found.ocr && found.ocrConfidence <= 0 && !found.garbled;
    const bool doubtful = found.ocr && !blank && (noText || found.ocrConfidence < kDoubtful);
    add(page.state == PageState::Skipped, PageReason::Skipped);
    add(noText && !blank && !doubtful, PageReason::NoText);
    add(doubtful, PageReason::DoubtfulOcr);
    add(found.garbled, PageReason::Garbled);
    add(found.hiddenText, PageReason::HiddenText);
    add(found.ocr && !blank && !doubtful, PageReason::Ocr);
    add(read && !page.note.empty() && !found.ocr && !found.garbled && !found.hiddenText,
        PageReason::Repaired);
    add(blank, PageReason::Blank);
    add(found.tables > 0, PageReason::Table);
    add(found.captions > 0, PageReason::Caption);
    return report;
}

ReportCounts countReports(std::span<const PageReport> pages)
{
    ReportCounts counts;
    for (const PageReport &page : pages) {
        counts.green += page.grade == PageGrade::Green;
        counts.amber += page.grade == PageGrade::Amber;
        counts.red += page.grade == PageGrade::Red;
        counts.garbledPages += says(page, PageReason::Garbled);
        counts.hiddenTextPages += says(page, PageReason::HiddenText);
        counts.blankPages += says(page, PageReason::Blank);
        counts.tables += page.tables;
        counts.captions += page.captions;
        if (says(page, PageReason::Ocr) || says(page, PageReason::DoubtfulOcr)) {
            ++counts.ocrPages;
            counts.ocrConfidence += page.ocrConfidence;
        }
    }
    if (counts.ocrPages > 0)
        counts.ocrConfidence /= static_cast<float>(counts.ocrPages);
    return counts;
}

} // namespace rag
