#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <filesystem>
#include <span>

namespace engine {

/// A file mapped read-only for its whole life: pages come from disk when touched and leave under memory
/// pressure. Movable; the bytes stay where they are. Safe to read from any thread.
class MappedFile
{
public:
    /// Errors: NotFound; Unreadable (no permission, not a regular file, the system's reason).
    static Result<MappedFile> open(const std::filesystem::path &path);

    MappedFile(MappedFile &&other) noexcept;
    MappedFile &operator=(MappedFile &&other) noexcept;
    MappedFile(const MappedFile &) = delete;
    MappedFile &operator=(const MappedFile &) = delete;
    ~MappedFile();

    std::span<const std::byte> bytes() const { return m_bytes; }

    /// What was read so far need not stay in memory; it comes from disk again when it is touched.
    void releasePages() const;

    /// Another program has cut the file since, and the lost part was read: as zeros.
    bool wasCut() const;

private:
    explicit MappedFile(std::span<const std::byte> bytes);

    void unmap();

    std::span<const std::byte> m_bytes;
    int m_guard = -1;
};

} // namespace engine
