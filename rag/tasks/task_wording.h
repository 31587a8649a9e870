#pragma once

#include "rag/tasks/task.h"

#include <span>
#include <string>
#include <string_view>

/// The few sentences that a task's result says itself, in English, Arabic, French or Persian; else English.
namespace rag {

enum class TaskPhrase {
    Summary,       ///< "Summary of {}"
    Outline,       ///< "Outline of {}"
    Comparison,    ///< "{} compared"
    ListOf,        ///< "“{}” stands in {} places:"
    InBrief,       ///< heading over the sentences of the whole
    PartByPart,    ///< heading over the parts
    InBoth,        ///< "In both"
    OnlyIn,        ///< "Only in {}"
    SharedWords,   ///< "Words that both use: {}"
    OwnWords,      ///< "Words of its own: {}"
    NothingAbout,  ///< "Nothing about “{}” was found in {}."
    NothingToRead, ///< "There is nothing to read in {}."
    NothingListed, ///< "“{}” was not found."
    ByMeaning,     ///< "The words themselves are not in there. Closest by meaning:"
    Nearby,        ///< "Perhaps also, by meaning:"
    MorePlaces,    ///< "… and {} more."
    Pages,         ///< "pages {}"
    Page,          ///< "page {}"
    ReadOf,        ///< "Read {} of {} pages."
    WithoutText,   ///< "Nothing to read on: {}."
    Unread,        ///< "Not read: {}."
    NoHeadings     ///< "It has no headings; its parts begin so:"
};

/// Each "{}" of the phrase gives way to the next of `values`.
std::string say(TaskPhrase phrase, std::string_view language, std::initializer_list<std::string> values = {});

/// "3, 7–9"; pages from 0 are shown from 1.
std::string pageList(std::span<const int> pages, std::string_view language);

} // namespace rag
