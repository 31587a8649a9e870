#include "app/cli/scope.h"

#include "app/cli/ingest_files.h"
#include "rag/store/collection_store.h"
#include "rag/store/library_store.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

namespace app {

namespace fs = std::filesystem;
using engine::ErrorCode;
using engine::Result;

namespace {

std::optional<int> wholeNumber(std::string_view text)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

struct Pages
{
    int first = 0;
    int last = -1;
};

/// "3-12", "7", "40-", "-9"; from 1. Nothing where it is none of these.
std::optional<Pages> parsePages(std::string_view text)
{
    const std::size_t dash = text.find('-');
    const std::string_view from = text.substr(0, dash);
    const std::string_view to = dash == text.npos ? from : text.substr(dash + 1);
    if (from.empty() && to.empty())
        return std::nullopt;
    const std::optional<int> first = from.empty() ? std::optional(1) : wholeNumber(from);
    const std::optional<int> last = to.empty() ? std::optional(0) : wholeNumber(to);
    if (!first || !last || *first < 1 || (!to.empty() && *last < *first))
        return std::nullopt;
    return Pages{*first - 1, *last - 1};
}

const rag::Document *inLibrary(const std::vector<rag::Document> &documents, const std::string &word)
{
    const std::optional<int> id = wholeNumber(word);
    const auto found = std::find_if(documents.rbegin(), documents.rend(), [&](const rag::Document &document) {
        return (id && document.id == *id) || document.name == word;
    });
    return found == documents.rend() ? nullptr : &*found;
}

bool isThere(const std::string &path)
{
    std::error_code error;
    return fs::exists(path, error);
}

Result<std::vector<rag::Document>> allDocuments(CliContext &context)
{
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    return rag::LibraryStore(*database).documents();
}

Result<std::vector<rag::DocumentId>> named(CliContext &context, const std::vector<std::string> &words,
                                           const std::string &password, double &seconds)
{
    ASSIGN_OR_RETURN(const std::vector<rag::Document> documents, allDocuments(context));
    std::vector<std::string> files;
    std::vector<rag::DocumentId> ids;
    for (const std::string &word : words) {
        const rag::Document *document = isThere(word) ? nullptr : inLibrary(documents, word);
        if (document)
            ids.push_back(document->id);
        else
            files.push_back(word);
    }
    ASSIGN_OR_RETURN(const std::vector<rag::DocumentId> taken,
                     documentsFor(context, files, password, seconds));
    ids.insert(ids.end(), taken.begin(), taken.end());
    return ids;
}

/// Keeps of the scope what is in `others`; an empty scope is everything.
void narrow(std::vector<rag::DocumentId> &scope, std::vector<rag::DocumentId> others)
{
    if (scope.empty()) {
        scope = std::move(others);
        return;
    }
    std::erase_if(scope, [&](rag::DocumentId id) {
        return std::find(others.begin(), others.end(), id) == others.end();
    });
}

} // namespace

rag::Question Scope::question(std::string text) const
{
    rag::Question question;
    question.text = std::move(text);
    question.documents = documents;
    question.firstPage = firstPage;
    question.lastPage = lastPage;
    return question;
}

void addScopeOptions(CLI::App &command, ScopeOptions &options, bool byPage)
{
    command.add_option("--password", options.password, "Password of the files that need one");
    command.add_option("--collection", options.collection, "Only documents of this collection");
    command.add_option("--language", options.language, "Only documents in this language: en, ar, ...");
    if (byPage)
        command.add_option("--pages", options.pages, "Only these pages, counted from 1: 3-12, 7, 40-")
            ->check(CLI::Validator(
                [](const std::string &given) {
                    return parsePages(given) ? std::string() : "want pages like 3-12, 7 or 40-, not " + given;
                },
                "A-B"));
}

Result<Scope> scopeOf(CliContext &context, const std::vector<std::string> &files, const ScopeOptions &options)
{
    Scope scope;
    ASSIGN_OR_RETURN(scope.documents, named(context, files, options.password, scope.ingestSeconds));
    if (const std::optional<Pages> pages = parsePages(options.pages)) {
        scope.firstPage = pages->first;
        scope.lastPage = pages->last;
    }
    const auto nothingLeft = [&](const std::string &why) { return engine::fail(ErrorCode::NotFound, why); };
    if (!options.collection.empty()) {
        ASSIGN_OR_RETURN(Services * services, context.services());
        ASSIGN_OR_RETURN(const auto database, services->connect());
        rag::CollectionStore collections(*database);
        ASSIGN_OR_RETURN(const auto collection, collections.named(options.collection));
        if (!collection)
            return nothingLeft("there is no collection " + options.collection);
        ASSIGN_OR_RETURN(std::vector<rag::DocumentId> inside, collections.documents(collection->id));
        if (inside.empty())
            return nothingLeft("the collection " + options.collection + " is empty");
        narrow(scope.documents, std::move(inside));
        if (scope.documents.empty())
            return nothingLeft("none of the files is in the collection " + options.collection);
    }
    if (!options.language.empty()) {
        ASSIGN_OR_RETURN(const std::vector<rag::Document> documents, allDocuments(context));
        std::vector<rag::DocumentId> spoken;
        for (const rag::Document &document : documents)
            if (document.language == options.language)
                spoken.push_back(document.id);
        if (spoken.empty())
            return nothingLeft("no document is in the language " + options.language);
        narrow(scope.documents, std::move(spoken));
        if (scope.documents.empty())
            return nothingLeft("none of these documents is in the language " + options.language);
    }
    return scope;
}

bool namesDocument(CliContext &context, const std::string &word)
{
    if (isThere(word) || word.ends_with(".pdf") || word.ends_with(".PDF"))
        return true;
    const auto documents = allDocuments(context);
    return documents && inLibrary(*documents, word);
}

} // namespace app
