#pragma once

#include "app/cli/context.h"
#include "rag/types.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace app {

/// What narrows a question: --password, --collection, --language, --pages.
struct ScopeOptions
{
    std::string password;
    std::string collection;
    std::string language; ///< "en", "ar", ...: only documents mostly in it
    std::string pages;    ///< "3-12", "7", "40-"; counted from 1
};

struct Scope
{
    std::vector<rag::DocumentId> documents; ///< empty: the whole library
    int firstPage = 0;
    int lastPage = -1;
    double ingestSeconds = 0;

    /// A question in this scope.
    rag::Question question(std::string text) const;
};

/// @param byPage  with --pages
void addScopeOptions(CLI::App &command, ScopeOptions &options, bool byPage);

/// Takes in what is new among the files; what is no file may be the number or the name of a document of the
/// library. Errors: NotFound (no such file or collection; nothing left in the scope); as documentsFor.
engine::Result<Scope> scopeOf(CliContext &context, const std::vector<std::string> &files,
                              const ScopeOptions &options);

/// Whether a word of the command line names a file or a document rather than being a question.
bool namesDocument(CliContext &context, const std::string &word);

} // namespace app
