#pragma once

#include "rag/types.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

/// The part of talking to the helper that depends on the system. Here POSIX; another system brings its own
/// .cpp.
namespace rag::pdf {

/// A file opened for reading; closed at the end. Movable, not copyable.
class OpenFile
{
public:
    /// Errors: NotFound; Unreadable (no permission, not a plain file).
    static Result<OpenFile> open(const std::filesystem::path &path);

    ~OpenFile();
    OpenFile(OpenFile &&other) noexcept;
    OpenFile &operator=(OpenFile &&other) noexcept;

    int handle() const { return m_handle; }

    std::uint64_t size() const { return m_size; }

private:
    OpenFile(int handle, std::uint64_t size);
    int m_handle = -1;
    std::uint64_t m_size = 0;
};

enum class Transfer { Done, OutOfTime, Cancelled, Ended };

/// A running helper and the stream to and from it. The destructor kills it and waits for it, so that nothing
/// is left behind. Movable, not copyable; one thread at a time.
class ChildProcess
{
public:
    using Clock = std::chrono::steady_clock;

    /// The child has `file` as descriptor 3, the stream as standard input and output, nothing as standard
    /// error, and no other descriptor of ours.
    /// @param memoryBytes  most address space it may use; 0: no limit
    /// Errors: Unsupported (the program cannot be started).
    static Result<ChildProcess> start(const std::filesystem::path &program, const OpenFile &file,
                                      std::uint64_t memoryBytes);

    ~ChildProcess();
    ChildProcess(ChildProcess &&other) noexcept;
    ChildProcess &operator=(ChildProcess &&other) noexcept;

    Transfer write(std::span<const std::byte> bytes, Clock::time_point deadline, const CancelToken &cancel);
    Transfer read(std::span<std::byte> bytes, Clock::time_point deadline, const CancelToken &cancel);

    /// Waits for a child whose stream has ended. @return how it ended: "crashed (signal 11)", "ended with
    /// status 1"
    std::string howItEnded();

    void kill();

private:
    ChildProcess(int pid, int stream);
    Transfer waitUntilReady(short events, Clock::time_point deadline, const CancelToken &cancel) const;
    int m_pid = -1;
    int m_stream = -1;
};

/// Where warraq-pdf lies: beside the running program, else in the folders an installation uses; empty:
/// nowhere.
std::filesystem::path findHelper();

} // namespace rag::pdf
