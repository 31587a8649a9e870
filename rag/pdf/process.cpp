#include "rag/pdf/process.h"

#include "rag/pdf/protocol.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

extern char **environ;

namespace rag::pdf {

namespace fs = std::filesystem;

namespace {

constexpr auto kCancelStep = std::chrono::milliseconds(30);

std::string reason(int error)
{
    return std::strerror(error);
}

/// Descriptors as the child sees them, and a clean slate of signals.
class SpawnPlan
{
public:
    SpawnPlan(int stream, int file)
    {
        posix_spawn_file_actions_init(&m_files);
        posix_spawnattr_init(&m_attributes);
        // dup2 in this order: the sources are moved out of the way of 0..3 by start().
        posix_spawn_file_actions_adddup2(&m_files, stream, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&m_files, stream, STDOUT_FILENO);
        posix_spawn_file_actions_addopen(&m_files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_adddup2(&m_files, file, kFileDescriptor);
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 34)
        posix_spawn_file_actions_addclosefrom_np(&m_files, kFileDescriptor + 1);
#endif
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&m_attributes, &none);
        posix_spawnattr_setsigdefault(&m_attributes, &all);
        posix_spawnattr_setflags(&m_attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }

    ~SpawnPlan()
    {
        posix_spawn_file_actions_destroy(&m_files);
        posix_spawnattr_destroy(&m_attributes);
    }

    SpawnPlan(const SpawnPlan &) = delete;
    SpawnPlan &operator=(const SpawnPlan &) = delete;

    int run(const fs::path &program, pid_t &pid) const
    {
        std::string name = program.string();
        std::array<char *, 2> arguments = {name.data(), nullptr};
        // OpenMP inside Tesseract: a second thread makes it slower, and the helper may not start any.
        std::string oneThread = "OMP_THREAD_LIMIT=1";
        std::vector<char *> environment;
        for (char **variable = environ; *variable != nullptr; ++variable)
            environment.push_back(*variable);
        environment.insert(environment.begin(), oneThread.data());
        environment.push_back(nullptr);
        return posix_spawn(&pid, name.c_str(), &m_files, &m_attributes, arguments.data(), environment.data());
    }

private:
    posix_spawn_file_actions_t m_files{};
    posix_spawnattr_t m_attributes{};
};

/// The child waits for its first question, so nothing of the document has been read when this takes hold.
void limitMemory(pid_t pid, std::uint64_t bytes)
{
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    if (bytes == 0)
        return;
    const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
    prlimit(pid, RLIMIT_AS, &limit, nullptr);
#else
    (void)pid;
    (void)bytes; // the helper limits itself
#endif
}

/// A descriptor above those the child's plan overwrites.
int movedUp(int descriptor)
{
    const int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 10);
    close(descriptor);
    return moved;
}

} // namespace

Result<OpenFile> OpenFile::open(const fs::path &path)
{
    // Looked at before it is opened: opening a pipe waits, opening a device can have effects.
    struct stat status
    {
    };

    if (stat(path.c_str(), &status) != 0) {
        const bool missing = errno == ENOENT || errno == ENOTDIR;
        return fail(missing ? ErrorCode::NotFound : ErrorCode::Unreadable,
                    path.string() + ": " + reason(errno));
    }
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::Unreadable, path.string() + ": not a plain file");
    const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (handle < 0)
        return fail(ErrorCode::Unreadable, path.string() + ": " + reason(errno));
    OpenFile file(movedUp(handle), 0);
    if (file.m_handle < 0 || fstat(file.m_handle, &status) != 0 || !S_ISREG(status.st_mode))
        return fail(ErrorCode::Unreadable, path.string() + ": not a plain file");
    file.m_size = static_cast<std::uint64_t>(status.st_size);
    return file;
}

OpenFile::OpenFile(int handle, std::uint64_t size)
    : m_handle(handle)
    , m_size(size)
{
}

OpenFile::OpenFile(OpenFile &&other) noexcept
    : m_handle(std::exchange(other.m_handle, -1))
    , m_size(other.m_size)
{
}

OpenFile &OpenFile::operator=(OpenFile &&other) noexcept
{
    std::swap(m_handle, other.m_handle);
    std::swap(m_size, other.m_size);
    return *this;
}

OpenFile::~OpenFile()
{
    if (m_handle >= 0)
        close(m_handle);
}

Result<ChildProcess> ChildProcess::start(const fs::path &program, const OpenFile &file,
                                         std::uint64_t memoryBytes)
{
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return fail(ErrorCode::Unsupported, "no stream to the PDF helper: " + reason(errno));
    const int ours = movedUp(ends[0]);
    const int theirs = movedUp(ends[1]);
    pid_t pid = -1;
    const int error = ours < 0 || theirs < 0 ? EMFILE : SpawnPlan(theirs, file.handle()).run(program, pid);
    if (theirs >= 0)
        close(theirs);
    if (error != 0) {
        if (ours >= 0)
            close(ours);
        return fail(ErrorCode::Unsupported,
                    "the PDF helper " + program.string() + " cannot be started: " + reason(error));
    }
    limitMemory(pid, memoryBytes);
    return ChildProcess(pid, ours);
}

ChildProcess::ChildProcess(int pid, int stream)
    : m_pid(pid)
    , m_stream(stream)
{
}

ChildProcess::ChildProcess(ChildProcess &&other) noexcept
    : m_pid(std::exchange(other.m_pid, -1))
    , m_stream(std::exchange(other.m_stream, -1))
{
}

ChildProcess &ChildProcess::operator=(ChildProcess &&other) noexcept
{
    std::swap(m_pid, other.m_pid);
    std::swap(m_stream, other.m_stream);
    return *this;
}

ChildProcess::~ChildProcess()
{
    kill();
}

Transfer ChildProcess::waitUntilReady(short events, Clock::time_point deadline,
                                      const CancelToken &cancel) const
{
    while (true) {
        if (cancel.isCancelled())
            return Transfer::Cancelled;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0)
            return Transfer::OutOfTime;
        pollfd wait{m_stream, events, 0};
        const int ready = poll(&wait, 1, static_cast<int>(std::min(left, kCancelStep).count()));
        if (ready > 0)
            return Transfer::Done;
        if (ready < 0 && errno != EINTR && errno != EAGAIN)
            return Transfer::Ended;
    }
}

Transfer ChildProcess::write(std::span<const std::byte> bytes, Clock::time_point deadline,
                             const CancelToken &cancel)
{
    while (!bytes.empty()) {
        const Transfer ready = waitUntilReady(POLLOUT, deadline, cancel);
        if (ready != Transfer::Done)
            return ready;
        const ssize_t n = send(m_stream, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return Transfer::Ended;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return Transfer::Done;
}

Transfer ChildProcess::read(std::span<std::byte> bytes, Clock::time_point deadline, const CancelToken &cancel)
{
    while (!bytes.empty()) {
        const Transfer ready = waitUntilReady(POLLIN, deadline, cancel);
        if (ready != Transfer::Done)
            return ready;
        const ssize_t n = recv(m_stream, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return Transfer::Ended;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return Transfer::Done;
}

std::string ChildProcess::howItEnded()
{
    if (m_pid <= 0)
        return "is not running";
    // The stream has ended, so the process is ending; should it linger all the same, it is killed.
    int status = 0;
    constexpr int kTries = 200;
    pid_t got = 0;
    for (int i = 0; i < kTries && got == 0; ++i) {
        got = waitpid(m_pid, &status, WNOHANG);
        if (got == 0)
            poll(nullptr, 0, 5);
    }
    if (got == 0) {
        kill();
        return "stopped talking";
    }
    m_pid = -1;
    if (got > 0 && WIFSIGNALED(status)) {
        const int signal = WTERMSIG(status);
        return signal == SIGXCPU ? std::string("out of processor time")
                                 : "crashed (signal " + std::to_string(signal) + ")";
    }
    return "ended with status " + std::to_string(got > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

void ChildProcess::kill()
{
    if (m_stream >= 0)
        close(std::exchange(m_stream, -1));
    if (m_pid <= 0)
        return;
    ::kill(m_pid, SIGKILL);
    while (waitpid(m_pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    m_pid = -1;
}

fs::path findHelper()
{
    constexpr const char *kName = "warraq-pdf";
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    std::vector<fs::path> folders;
    if (!error) {
        folders = {self.parent_path(), self.parent_path() / "../libexec/warraq",
                   self.parent_path() / "../lib/warraq"};
    }
    folders.insert(folders.end(), {"/usr/libexec/warraq", "/usr/lib/warraq"});
    for (const fs::path &folder : folders) {
        const fs::path program = folder / kName;
        if (access(program.c_str(), X_OK) == 0)
            return program;
    }
    return {};
}

} // namespace rag::pdf
