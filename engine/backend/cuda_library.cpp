#include "engine/backend/cuda_library.h"

#include <cstdlib>
#include <vector>

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#include <unistd.h>
#endif

namespace engine {

namespace {

using Version = std::uint32_t();
using Open = void(int, std::unique_ptr<Backend> &, Error &);

#if defined(_WIN32)

constexpr const char *kName = "warraq-cuda.dll";

std::filesystem::path programFolder()
{
    wchar_t path[MAX_PATH];
    const DWORD length = GetModuleFileNameW(nullptr, path, MAX_PATH);
    return std::filesystem::path(std::wstring(path, length)).parent_path();
}

void *loadLibrary(const std::filesystem::path &file, std::string &why)
{
    HMODULE library = LoadLibraryW(file.c_str());
    why = library ? "" : "Windows error " + std::to_string(GetLastError());
    return library;
}

void *symbolOf(void *library, const char *name)
{
    return reinterpret_cast<void *>(GetProcAddress(static_cast<HMODULE>(library), name));
}

#else

constexpr const char *kName = "libwarraq-cuda.so";

std::filesystem::path programFolder()
{
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

void *loadLibrary(const std::filesystem::path &file, std::string &why)
{
    void *library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    const char *message = library ? nullptr : dlerror();
    why = message ? message : "";
    return library;
}

void *symbolOf(void *library, const char *name)
{
    return dlsym(library, name);
}

#endif

std::vector<std::filesystem::path> places()
{
    if (const char *chosen = std::getenv("WARRAQ_CUDA_LIBRARY"); chosen && *chosen != '\0') {
        return {chosen};
    }
    const std::filesystem::path folder = programFolder();
    return {folder / kName, folder / ".." / "lib" / "warraq" / kName};
}

Result<void *> openLibrary()
{
    for (const std::filesystem::path &file : places()) {
        std::error_code error;
        if (!std::filesystem::exists(file, error)) {
            continue;
        }
        std::string why;
        if (void *library = loadLibrary(file, why)) {
            return library;
        }
        return fail(ErrorCode::Device, std::string(kName) + " can not be loaded: " + why);
    }
    return fail(ErrorCode::Device, "this program came without " + std::string(kName));
}

} // namespace

Result<std::unique_ptr<Backend>> makeCudaBackend(int device)
{
    ASSIGN_OR_RETURN(void *const library, openLibrary()); // never unloaded: the driver does not take it well
    const auto version = reinterpret_cast<Version *>(symbolOf(library, "warraqCudaVersion"));
    const auto open = reinterpret_cast<Open *>(symbolOf(library, "warraqCudaOpen"));
    if (!version || !open || version() != kCudaLibraryVersion) {
        return fail(ErrorCode::Device, std::string(kName) + " is of another version of Warraq");
    }
    std::unique_ptr<Backend> backend;
    Error error{ErrorCode::Device, "no graphics card"};
    open(device, backend, error);
    if (!backend) {
        return tl::unexpected(error);
    }
    return backend;
}

} // namespace engine
