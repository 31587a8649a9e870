#pragma once

#include "rag/types.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

namespace rag {

/// Makes an empty file with rights 0600 where none is, and the folders that lead to it with 0700; an existing
/// file of ours gets 0600. Errors: Storage.
Result<void> makePrivateFile(const std::filesystem::path &file);

/// Writes bytes one after another; false after the first failure.
using WriteBytes = std::function<bool(std::span<const std::byte>)>;

/// Replaces `file` whole or not at all: a temporary file beside it (0600), fsync, rename, fsync of the
/// folder.
/// @param fill  calls the writer it is given. Errors: Storage.
Result<void> replaceFile(const std::filesystem::path &file,
                         const std::function<void(const WriteBytes &)> &fill);

/// The locks of a library, all in one file beside it.
std::filesystem::path lockFile(const std::filesystem::path &library);
inline constexpr std::int64_t kSchemaLock = 0;
inline constexpr std::int64_t kIndexLock = 1;
inline constexpr std::int64_t kDocumentLocks = 16;                  ///< plus the document's id: who reads it
inline constexpr std::int64_t kAnswerLocks = std::int64_t{1} << 40; ///< plus the message's id: who writes it

/// Held between programs and between threads, as long as it lives; a dead program holds nothing.
class FileLock
{
public:
    /// @param number  locks with different numbers do not meet, though they share the file
    /// @return null while somebody else holds it. Errors: Storage.
    static Result<std::unique_ptr<FileLock>> tryTake(const std::filesystem::path &file, std::int64_t number);
    /// Waits. Errors: Storage, Cancelled.
    static Result<std::unique_ptr<FileLock>> take(const std::filesystem::path &file, std::int64_t number,
                                                  const CancelToken &cancel = {});
    ~FileLock();
    FileLock(const FileLock &) = delete;
    FileLock &operator=(const FileLock &) = delete;

private:
    explicit FileLock(int descriptor);
    int m_descriptor;
};

} // namespace rag
