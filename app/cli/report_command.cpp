#include "app/cli/context.h"
#include "app/cli/scope.h"
#include "app/cli/terminal.h"
#include "app/cli/to_json.h"
#include "rag/store/library_store.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace app {

using engine::Result;

namespace {

struct ReportOptions
{
    std::vector<std::string> words;
    ScopeOptions scope;
    bool all = false; ///< pages without anything to say too
};

const char *nameOf(rag::PageGrade grade)
{
    switch (grade) {
    case rag::PageGrade::Green:
        return "green";
    case rag::PageGrade::Amber:
        return "amber";
    case rag::PageGrade::Red:
        return "red";
    }
    return "";
}

const char *keyOf(rag::PageReason reason)
{
    switch (reason) {
    case rag::PageReason::Skipped:
        return "skipped";
    case rag::PageReason::NoText:
        return "no_text";
    case rag::PageReason::Blank:
        return "blank";
    case rag::PageReason::Ocr:
        return "ocr";
    case rag::PageReason::DoubtfulOcr:
        return "doubtful_ocr";
    case rag::PageReason::Garbled:
        return "garbled";
    case rag::PageReason::HiddenText:
        return "hidden_text";
    case rag::PageReason::Repaired:
        return "repaired";
    case rag::PageReason::Table:
        return "table";
    case rag::PageReason::Caption:
        return "caption";
    }
    return "";
}

std::string sentenceOf(rag::PageReason reason, const rag::PageReport &page)
{
    constexpr float kPercent = 100;
    const std::string sure = std::to_string(int(page.ocrConfidence * kPercent + 0.5F)) + "% sure";
    switch (reason) {
    case rag::PageReason::Skipped:
        return "skipped" + (page.note.empty() ? "" : ": " + page.note);
    case rag::PageReason::NoText:
        return "no text, not read by OCR";
    case rag::PageReason::Blank:
        return "nothing on it";
    case rag::PageReason::Ocr:
        return "read by OCR, " + sure;
    case rag::PageReason::DoubtfulOcr:
        return "read by OCR, doubtful: " + sure;
    case rag::PageReason::Garbled:
        return "its text layer makes no sense";
    case rag::PageReason::HiddenText:
        return "hidden text left out";
    case rag::PageReason::Repaired:
        return "repaired" + (page.note.empty() ? "" : ": " + page.note);
    case rag::PageReason::Table:
        return std::to_string(page.tables) + (page.tables == 1 ? " table" : " tables");
    case rag::PageReason::Caption:
        return std::to_string(page.captions) + (page.captions == 1 ? " caption" : " captions");
    }
    return "";
}

Json reportJson(const rag::Document &document, const std::vector<rag::PageReport> &pages)
{
    const rag::ReportCounts counts = rag::countReports(pages);
    Json json = toJson(document);
    json["green"] = counts.green;
    json["amber"] = counts.amber;
    json["red"] = counts.red;
    json["ocr_pages"] = counts.ocrPages;
    json["ocr_confidence"] = counts.ocrConfidence;
    json["garbled_pages"] = counts.garbledPages;
    json["hidden_text_pages"] = counts.hiddenTextPages;
    json["blank_pages"] = counts.blankPages;
    json["tables"] = counts.tables;
    json["captions"] = counts.captions;
    json["report"] = Json::array();
    for (const rag::PageReport &page : pages) {
        Json reasons = Json::array();
        for (const rag::PageReason reason : page.reasons)
            reasons.push_back(keyOf(reason));
        json["report"].push_back({{"page", page.page + 1},
                                  {"page_label", page.label},
                                  {"grade", nameOf(page.grade)},
                                  {"reasons", reasons},
                                  {"ocr_confidence", page.ocrConfidence},
                                  {"note", page.note}});
    }
    return json;
}

/// The grade is a word besides its colour, so that it is told without colours too.
void printPage(const rag::PageReport &page, bool colour)
{
    const char *paint = !colour                               ? ""
                        : page.grade == rag::PageGrade::Green ? "\033[32m"
                        : page.grade == rag::PageGrade::Amber ? "\033[33m"
                                                              : "\033[31m";
    std::string reasons;
    for (const rag::PageReason reason : page.reasons)
        reasons += (reasons.empty() ? "" : "; ") + sentenceOf(reason, page);
    std::printf("  page %-5d %s%-6s%s %s\n", page.page + 1, paint, nameOf(page.grade),
                colour ? "\033[0m" : "", plainText(reasons).c_str());
}

void printReport(const rag::Document &document, const std::vector<rag::PageReport> &pages, bool all,
                 bool colour)
{
    const rag::ReportCounts counts = rag::countReports(pages);
    std::printf("%s: %d pages, %d green, %d amber, %d red", plainText(document.name).c_str(), document.pages,
                counts.green, counts.amber, counts.red);
    if (counts.ocrPages > 0)
        std::printf("; %d read by OCR", counts.ocrPages);
    if (counts.tables > 0)
        std::printf("; %d tables", counts.tables);
    if (int(pages.size()) < document.pages)
        std::printf("; %d not read yet", document.pages - int(pages.size()));
    std::printf("\n");
    for (const rag::PageReport &page : pages)
        if (all || page.grade != rag::PageGrade::Green)
            printPage(page, colour);
}

Result<void> report(CliContext &context, const ReportOptions &options)
{
    ASSIGN_OR_RETURN(const Scope scope, scopeOf(context, options.words, options.scope));
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    rag::LibraryStore store(*database);
    ASSIGN_OR_RETURN(const std::vector<rag::Document> documents, store.documents());
    const char *noColour = std::getenv("NO_COLOR");
    const bool colour = outputIsTerminal() && !(noColour && *noColour);
    Json json{{"documents", Json::array()}};
    for (const rag::Document &document : documents) {
        const bool asked =
            scope.documents.empty() ||
            std::find(scope.documents.begin(), scope.documents.end(), document.id) != scope.documents.end();
        if (!asked)
            continue;
        ASSIGN_OR_RETURN(const std::vector<rag::PageReport> pages, store.pageReports(document.id));
        if (context.json)
            json["documents"].push_back(reportJson(document, pages));
        else
            printReport(document, pages, options.all, colour);
    }
    if (context.json)
        CliContext::print(json);
    return {};
}

} // namespace

void addReportCommand(CLI::App &app, CliContext &context)
{
    auto options = std::make_shared<ReportOptions>();
    CLI::App *command = app.add_subcommand("report", "How each page was read: green, amber or red, and why");
    command->add_option("PDF", options->words, "Files, or numbers as `list` shows them; none: all");
    command->add_flag("--all", options->all, "Show green pages too");
    addScopeOptions(*command, options->scope, false);
    onRun(*command, context, [&context, options] { return report(context, *options); });
}

} // namespace app
