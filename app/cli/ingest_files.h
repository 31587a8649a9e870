#pragma once

#include "app/cli/context.h"
#include "rag/ingest/ingestor.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace app {

struct FileOutcome
{
    std::filesystem::path path;
    rag::Ingested ingested;
    std::optional<engine::Error> error;
};

/// Takes files, and every PDF in the folders among them, into the library, with a bar on the terminal.
/// @param passwordOf  for a file; where it is missing or wrong the user is asked, if there is a terminal
/// @return one for each file; a file that fails does not hold up the others. Errors: Cancelled; those of the
/// library itself.
engine::Result<std::vector<FileOutcome>>
ingestFiles(CliContext &context, const std::vector<std::string> &paths,
            const std::function<std::string(const std::filesystem::path &)> &passwordOf);

/// What `ask`, `search` and `chat` do with the files they are given: all must be there. @param seconds  taken
engine::Result<std::vector<rag::DocumentId>> documentsFor(CliContext &context,
                                                          const std::vector<std::string> &pdfs,
                                                          const std::string &password, double &seconds);

} // namespace app
