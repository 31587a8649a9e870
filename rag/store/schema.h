#pragma once

#include "rag/types.h"

#include <filesystem>
#include <span>

namespace rag {

class Database;

/// One step of the schema: what turns a file of version - 1 into one of this version.
struct Migration
{
    int version = 0;
    const char *sql = nullptr;
};

/// "WRRQ", the mark in the file's header that it is ours.
inline constexpr std::int64_t kApplicationId = 0x57525251;

/// All steps, ascending from 1 without a gap. A released step is never changed: a new one follows it.
std::span<const Migration> migrations();

/// Runs the steps that the file lacks, each in one transaction. Before the first of them a file that holds
/// something is copied to "NAME.vVERSION.bak". Errors: Unsupported (newer than the last step, or of another
/// program), Storage, Damaged.
Result<void> migrate(Database &database, std::span<const Migration> steps = migrations());

/// Looks at the header of a file without opening it as a database, so that it stays untouched.
/// Errors: Unsupported as above, Damaged (no database). A missing or empty file is fine.
Result<void> refuseForeignFile(const std::filesystem::path &file);

} // namespace rag
