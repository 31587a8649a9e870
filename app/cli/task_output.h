#pragma once

#include "app/cli/context.h"
#include "app/cli/to_json.h"
#include "rag/tasks/task.h"

namespace app {

/// Runs a whole-document task with a bar on the terminal and prints its result, or with --json one object
/// with the keys of `ask` and those of the task beside. Exit code 3 where nothing was found.
/// Errors: as TaskRunner::run; Cancelled when it was stopped (says that the notes are kept).
engine::Result<void> runTask(CliContext &context, const rag::TaskRequest &request, double ingestSeconds);

} // namespace app
