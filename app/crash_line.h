#pragma once

#include <filesystem>

namespace app {

/// A fatal signal (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT) adds one line with its number to `file` and then
/// ends the program as if nobody had caught it. Only what is safe in a signal handler is done; a stack of its
/// own lets a stack overflow be told. Nothing where a sanitizer has its own handlers. Call it once.
void writeLineOnCrash(const std::filesystem::path &file);

} // namespace app
