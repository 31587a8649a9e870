#pragma once

#include "engine/base/log.h"

#include <filesystem>
#include <string>

namespace app {

/// Sends the rooms' log lines to LIBRARY/logs/PROGRAM.log (rotating, three files of 1 MiB) and, if asked, to
/// stderr. Every line is handed to the system at once: a program that is killed loses none; one that crashes
/// adds a last line that names the signal. A log that can not be written is no error: the program goes on
/// without. Call it once, before threads start.
/// @param least  lines below it are left out
void startLogging(const std::filesystem::path &library, const std::string &program, engine::LogLevel least,
                  bool alsoOnStderr);

} // namespace app
