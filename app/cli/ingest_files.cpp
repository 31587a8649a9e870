#include "app/cli/ingest_files.h"

#include "app/cli/terminal.h"

#include <algorithm>
#include <chrono>
#include <system_error>

namespace app {

namespace fs = std::filesystem;
using engine::ErrorCode;
using engine::Result;

namespace {

bool isPdf(const fs::path &path)
{
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return extension == ".pdf";
}

/// Folders become the PDFs in them, by name.
std::vector<fs::path> expanded(const std::vector<std::string> &paths)
{
    std::vector<fs::path> files;
    for (const std::string &path : paths) {
        std::error_code error;
        if (!fs::is_directory(path, error)) {
            files.emplace_back(path);
            continue;
        }
        std::vector<fs::path> inside;
        const auto options = fs::directory_options::skip_permission_denied;
        for (auto entry = fs::recursive_directory_iterator(path, options, error);
             !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
            std::error_code ignored;
            if (entry->is_regular_file(ignored) && isPdf(entry->path()))
                inside.push_back(entry->path());
        }
        std::sort(inside.begin(), inside.end());
        files.insert(files.end(), inside.begin(), inside.end());
    }
    return files;
}

Result<rag::Ingested> ingestOne(CliContext &context, rag::Ingestor &ingestor, const fs::path &file,
                                std::string password)
{
    constexpr int kAttempts = 3;
    for (int attempt = 0;; ++attempt) {
        Result<rag::Ingested> ingested = [&] {
            ProgressBar bar(!context.quiet);
            return ingestor.ingest(
                file, password, [&](const rag::IngestProgress &progress) { showProgress(bar, progress); },
                context.cancel);
        }();
        if (ingested || ingested.error().code != ErrorCode::Locked || attempt == kAttempts)
            return ingested;
        const std::optional<std::string> typed = askPassword(file.filename().string());
        if (!typed)
            return ingested;
        password = *typed;
    }
}

} // namespace

Result<std::vector<FileOutcome>> ingestFiles(CliContext &context, const std::vector<std::string> &paths,
                                             const std::function<std::string(const fs::path &)> &passwordOf)
{
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const std::unique_ptr<rag::Ingestor> ingestor, services->makeIngestor());
    std::vector<FileOutcome> outcomes;
    for (const fs::path &file : expanded(paths)) {
        Result<rag::Ingested> ingested = ingestOne(context, *ingestor, file, passwordOf(file));
        if (!ingested && ingested.error().code == ErrorCode::Cancelled)
            return tl::unexpected(ingested.error());
        FileOutcome outcome{file, {}, std::nullopt};
        if (ingested)
            outcome.ingested = *ingested;
        else
            outcome.error = ingested.error();
        outcomes.push_back(std::move(outcome));
    }
    return outcomes;
}

Result<std::vector<rag::DocumentId>> documentsFor(CliContext &context, const std::vector<std::string> &pdfs,
                                                  const std::string &password, double &seconds)
{
    std::vector<rag::DocumentId> documents;
    if (pdfs.empty())
        return documents;
    const auto start = std::chrono::steady_clock::now();
    ASSIGN_OR_RETURN(const std::vector<FileOutcome> outcomes,
                     ingestFiles(context, pdfs, [&](const fs::path &) { return password; }));
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (const FileOutcome &outcome : outcomes) {
        if (outcome.error)
            return engine::fail(outcome.error->code, outcome.path.string() + ": " + outcome.error->detail);
        documents.push_back(outcome.ingested.document);
    }
    if (documents.empty())
        return engine::fail(ErrorCode::NotFound, "no PDF in what was named");
    return documents;
}

} // namespace app
