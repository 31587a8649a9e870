#include "engine/weights/mapped_file.h"

#include "engine/weights/map_guard.h"
#include "engine/weights/names.h"

#include <system_error>
#include <utility>

#ifdef _WIN32
#define NOMINMAX
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace engine {

namespace {

tl::unexpected<Error> systemFailure(const std::filesystem::path &path, int code)
{
    const std::error_code error(code, std::system_category());
    const bool missing = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    return fail(missing ? ErrorCode::NotFound : ErrorCode::Unreadable,
                displayName(path) + ": " + error.message());
}

} // namespace

#ifdef _WIN32

Result<MappedFile> MappedFile::open(const std::filesystem::path &path)
{
    const HANDLE file = CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING,
                                    FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE) {
        return systemFailure(path, int(GetLastError()));
    }
    LARGE_INTEGER size{};
    if (GetFileType(file) != FILE_TYPE_DISK || !GetFileSizeEx(file, &size)) {
        CloseHandle(file);
        return fail(ErrorCode::Unreadable, displayName(path) + ": not a regular file");
    }
    if (size.QuadPart == 0) {
        CloseHandle(file);
        return MappedFile({});
    }
    const HANDLE mapping = CreateFileMappingW(file, nullptr, PAGE_READONLY, 0, 0, nullptr);
    const int mappingError = int(GetLastError());
    CloseHandle(file);
    if (!mapping) {
        return systemFailure(path, mappingError);
    }
    const void *view = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
    const int viewError = int(GetLastError());
    CloseHandle(mapping); // the view keeps it alive
    if (!view) {
        return systemFailure(path, viewError);
    }
    return MappedFile({static_cast<const std::byte *>(view), std::size_t(size.QuadPart)});
}

void MappedFile::unmap()
{
    if (!m_bytes.empty()) {
        UnmapViewOfFile(m_bytes.data());
    }
}

void MappedFile::releasePages() const {} // the system takes them when it needs them

#else

namespace {

/// Closes what it holds when the way out is taken.
struct Descriptor
{
    int number;

    ~Descriptor()
    {
        if (number >= 0) {
            ::close(number);
        }
    }
};

} // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path &path)
{
    // O_NONBLOCK: opening a named pipe must not wait for a writer.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number < 0) {
        return systemFailure(path, errno);
    }

    struct stat status
    {
    };

    if (::fstat(file.number, &status) != 0) {
        return systemFailure(path, errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::Unreadable, displayName(path) + ": not a regular file");
    }
    if (status.st_size == 0) {
        return MappedFile({});
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void *view = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number, 0);
    if (view == MAP_FAILED) {
        return systemFailure(path, errno);
    }
    return MappedFile({static_cast<const std::byte *>(view), size});
}

void MappedFile::unmap()
{
    if (!m_bytes.empty()) {
        ::munmap(const_cast<std::byte *>(m_bytes.data()), m_bytes.size());
    }
}

void MappedFile::releasePages() const
{
    if (!m_bytes.empty()) {
        ::madvise(const_cast<std::byte *>(m_bytes.data()), m_bytes.size(), MADV_DONTNEED);
    }
}

#endif

MappedFile::MappedFile(std::span<const std::byte> bytes)
    : m_bytes(bytes)
    , m_guard(bytes.empty() ? -1 : map_guard::add(bytes))
{
}

bool MappedFile::wasCut() const
{
    return map_guard::wasCut(m_guard);
}

MappedFile::MappedFile(MappedFile &&other) noexcept
    : m_bytes(std::exchange(other.m_bytes, {}))
    , m_guard(std::exchange(other.m_guard, -1))
{
}

MappedFile &MappedFile::operator=(MappedFile &&other) noexcept
{
    if (this != &other) {
        map_guard::remove(m_guard);
        unmap();
        m_bytes = std::exchange(other.m_bytes, {});
        m_guard = std::exchange(other.m_guard, -1);
    }
    return *this;
}

MappedFile::~MappedFile()
{
    map_guard::remove(m_guard);
    unmap();
}

} // namespace engine
