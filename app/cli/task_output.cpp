#include "app/cli/task_output.h"

#include "app/cli/answer_printer.h"
#include "app/cli/terminal.h"

#include <cstdio>

namespace app {

using engine::Result;

namespace {

const char *nameOf(rag::TaskKind kind)
{
    switch (kind) {
    case rag::TaskKind::Summary:
        return "summary";
    case rag::TaskKind::Outline:
        return "outline";
    case rag::TaskKind::Comparison:
        return "comparison";
    case rag::TaskKind::ListEvery:
        return "list";
    }
    return "";
}

Json pagesFromOne(const std::vector<int> &pages)
{
    Json list = Json::array();
    for (const int page : pages)
        list.push_back(page + 1);
    return list;
}

Json taskJson(const rag::TaskResult &result, double ingestSeconds)
{
    Json json = answerJson(result.answer, ingestSeconds);
    int read = 0;
    int pages = 0;
    Json coverage = Json::array();
    for (const rag::Coverage &one : result.coverage) {
        read += one.pagesRead;
        pages += one.pages;
        coverage.push_back({{"document", one.name},
                            {"pages", one.pages},
                            {"pages_read", one.pagesRead},
                            {"without_text", pagesFromOne(one.withoutText)},
                            {"unread", pagesFromOne(one.unread)}});
    }
    json["task"] = {{"kind", nameOf(result.kind)},
                    {"stopped", result.answer.stopped},
                    {"pages_read", read},
                    {"pages", pages},
                    {"coverage", std::move(coverage)},
                    {"notes", result.notes},
                    {"resumed_notes", result.resumedNotes}};
    json["seconds"]["task"] = result.answer.seconds.retrieve;
    return json;
}

/// The answer, and under it where its numbers stand: the quotes are in the lines already.
void printTask(const rag::Answer &answer)
{
    std::printf("%s", plainText(answer.text).c_str());
    std::printf(answer.citations.empty() ? "" : "\n");
    const auto placeOf = [](const rag::Citation &citation) {
        return citation.documentName + ", page " + std::to_string(citation.page + 1);
    };
    for (std::size_t i = 0; i < answer.citations.size(); ++i) {
        const std::string place = placeOf(answer.citations[i]);
        std::printf("[%d] ", answer.citations[i].n);
        if (i + 1 == answer.citations.size() || placeOf(answer.citations[i + 1]) != place)
            std::printf("%s\n", plainText(place).c_str());
    }
    std::fflush(stdout);
}

} // namespace

Result<void> runTask(CliContext &context, const rag::TaskRequest &request, double ingestSeconds)
{
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto runner, services->makeTaskRunner());
    const auto run = [&] {
        ProgressBar bar(!context.quiet);
        return runner->run(
            request,
            [&](const rag::TaskProgress &progress) {
                if (progress.writing)
                    bar.show("writing", 1, 1);
                else
                    bar.show(progress.document + ": " + std::to_string(progress.notes) + " notes",
                             progress.pagesRead, progress.pages);
            },
            context.cancel);
    };
    ASSIGN_OR_RETURN(const rag::TaskResult result, run());
    if (result.answer.stopped)
        return engine::fail(engine::ErrorCode::Cancelled,
                            "stopped; the notes made so far are kept, the same command goes on from them");
    if (result.resumedNotes > 0)
        context.note("went on from " + std::to_string(result.resumedNotes) +
                     " notes of an earlier run (--afresh makes them again)");
    if (context.json)
        CliContext::print(taskJson(result, ingestSeconds));
    else
        printTask(result.answer);
    if (result.answer.abstained)
        context.exitCode = ExitCode::NothingFound;
    return {};
}

} // namespace app
