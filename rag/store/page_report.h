#pragma once

#include "rag/types.h"

#include <span>
#include <string>
#include <vector>

namespace rag {

/// Green: read as it stands. Amber: read, but worth a look (OCR, something left out). Red: its text is
/// missing or not to be relied on.
enum class PageGrade { Green, Amber, Red };

/// What a report says of a page; the sentences for people are made above this room.
enum class PageReason {
    Skipped,     ///< could not be read at all; the note says why
    NoText,      ///< a picture of text, or drawings, and not read by OCR
    Blank,       ///< OCR looked and found nothing on it
    Ocr,         ///< read from its picture; PageReport::ocrConfidence
    DoubtfulOcr, ///< the same, and much of it may be wrong
    Garbled,     ///< its text layer made no sense
    HiddenText,  ///< text that a reader does not see was left out
    Repaired,    ///< what its fonts say was put right, or text was left out; the note says what
    Table,       ///< PageReport::tables of them were found
    Caption
};

struct PageReport
{
    int page = 0;
    std::string label; ///< as printed; empty: none
    PageGrade grade = PageGrade::Green;
    std::vector<PageReason> reasons; ///< the gravest first; empty: nothing to say
    float ocrConfidence = 0;         ///< 0..1
    int tables = 0;
    int captions = 0;
    std::string note; ///< English, for the log and the curious
};

/// Of a whole document.
struct ReportCounts
{
    int green = 0;
    int amber = 0;
    int red = 0;
    int ocrPages = 0;
    float ocrConfidence = 0; ///< mean over them
    int garbledPages = 0;
    int hiddenTextPages = 0;
    int blankPages = 0;
    int tables = 0;
    int captions = 0;
};

/// A pure function of what was stored; the page's text is not looked at.
PageReport reportOf(const PageContent &page);

ReportCounts countReports(std::span<const PageReport> pages);

} // namespace rag
