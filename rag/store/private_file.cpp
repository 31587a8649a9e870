#include "rag/store/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

namespace rag {

namespace fs = std::filesystem;

namespace {

tl::unexpected<Error> failed(const char *what, const fs::path &file, int error)
{
    const char *why = error == ENOSPC ? "the disk is full" : std::strerror(error);
    return fail(ErrorCode::Storage, std::string(what) + " " + file.string() + ": " + why);
}

/// Closed when it dies.
class Descriptor
{
public:
    explicit Descriptor(int number)
        : m_number(number)
    {
    }

    ~Descriptor()
    {
        if (m_number >= 0)
            ::close(m_number);
    }

    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;

    int number() const { return m_number; }

private:
    int m_number;
};

Result<void> makePrivateFolders(const fs::path &folder)
{
    std::error_code error;
    if (folder.empty() || fs::is_directory(folder, error))
        return {};
    RETURN_IF_ERROR(makePrivateFolders(folder.parent_path()));
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return failed("cannot make the folder", folder, errno);
    return {};
}

bool writeAll(int descriptor, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

Result<void> syncFolder(const fs::path &folder)
{
    const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.number() < 0 || ::fsync(descriptor.number()) != 0)
        return failed("cannot sync", folder, errno);
    return {};
}

Result<void> writeTemporary(const fs::path &temporary, const std::function<void(const WriteBytes &)> &fill)
{
    const Descriptor descriptor(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (descriptor.number() < 0)
        return failed("cannot write", temporary, errno);
    int error = 0;
    fill([&](std::span<const std::byte> bytes) {
        if (error == 0 && !writeAll(descriptor.number(), bytes))
            error = errno;
        return error == 0;
    });
    if (error == 0 && ::fsync(descriptor.number()) != 0)
        error = errno;
    if (error != 0)
        return failed("cannot write", temporary, error);
    return {};
}

} // namespace

Result<void> makePrivateFile(const fs::path &file)
{
    RETURN_IF_ERROR(makePrivateFolders(file.parent_path()));
    const Descriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (descriptor.number() < 0)
        return failed("cannot open", file, errno);

    struct stat state
    {
    };

    if (::fstat(descriptor.number(), &state) == 0 && (state.st_mode & 077) != 0 &&
        state.st_uid == ::geteuid() && ::fchmod(descriptor.number(), 0600) != 0)
        return failed("cannot make private", file, errno);
    return {};
}

Result<void> replaceFile(const fs::path &file, const std::function<void(const WriteBytes &)> &fill)
{
    RETURN_IF_ERROR(makePrivateFolders(file.parent_path()));
    fs::path temporary = file;
    temporary += ".new";
    Result<void> result = writeTemporary(temporary, fill);
    if (result && ::rename(temporary.c_str(), file.c_str()) != 0)
        result = failed("cannot replace", file, errno);
    if (!result) {
        ::unlink(temporary.c_str());
        return result;
    }
    return syncFolder(file.has_parent_path() ? file.parent_path() : fs::path("."));
}

fs::path lockFile(const fs::path &library)
{
    fs::path file = library;
    file += "-lock";
    return file;
}

FileLock::FileLock(int descriptor)
    : m_descriptor(descriptor)
{
}

FileLock::~FileLock()
{
    ::close(m_descriptor); // lets go
}

Result<std::unique_ptr<FileLock>> FileLock::tryTake(const fs::path &file, std::int64_t number)
{
    RETURN_IF_ERROR(makePrivateFile(file));
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return failed("cannot open", file, errno);
    auto lock = std::unique_ptr<FileLock>(new FileLock(descriptor));

    // Of the open file, not of the process: two threads of one program keep each other out as well.
    struct flock range
    {
    };

    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = number;
    range.l_len = 1;
#ifdef F_OFD_SETLK
    const int status = ::fcntl(descriptor, F_OFD_SETLK, &range);
#else
    const int status = ::fcntl(descriptor, F_SETLK, &range);
#endif
    if (status == 0)
        return lock;
    if (errno == EAGAIN || errno == EACCES)
        return std::unique_ptr<FileLock>();
    return failed("cannot lock", file, errno);
}

Result<std::unique_ptr<FileLock>> FileLock::take(const fs::path &file, std::int64_t number,
                                                 const CancelToken &cancel)
{
    while (true) {
        ASSIGN_OR_RETURN(auto lock, tryTake(file, number));
        if (lock)
            return lock;
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "stopped while waiting for another program");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

} // namespace rag
