#pragma once

#include "rag/ingest/page_source.h"

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>

/// A page of text as reading order would give it: paragraphs, with one box a character, 80 characters a line.
rag::PageContent makePage(int page, const std::vector<std::string> &paragraphs,
                          const std::set<std::size_t> &headings = {});

/// What FakePages does, set from outside while it runs.
struct FakePagesPlan
{
    std::map<int, rag::ErrorCode> errors; ///< by page
    std::set<int> empty;                  ///< pages without text
    std::set<int> ocr;                    ///< pages that were read from their picture
    std::map<int, std::string> extra;     ///< a paragraph more, by page
    std::chrono::milliseconds perPage{0};
    std::string password; ///< needed to open
    bool damaged = false; ///< can not be opened at all
    int pagesRead = 0;    ///< counted
    std::function<void(int page)> onPage;
};

/// Opens a small text file "PAGES SEED" as a document of so many pages of random words with headings: the
/// same file always has the same pages.
rag::OpenSource fakeSource(std::shared_ptr<FakePagesPlan> plan = std::make_shared<FakePagesPlan>());

/// The paragraphs of one of its pages.
std::vector<std::string> fakeParagraphs(unsigned seed, int page);
