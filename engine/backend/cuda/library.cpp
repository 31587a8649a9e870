#include "engine/backend/cuda/cuda_backend.h"
#include "engine/backend/cuda_library.h"

// What the program finds when it loads the library.

extern "C" __attribute__((visibility("default"))) std::uint32_t warraqCudaVersion()
{
    return engine::kCudaLibraryVersion;
}

/// Fills in a backend, or says why there is none.
extern "C" __attribute__((visibility("default"))) void
warraqCudaOpen(int device, std::unique_ptr<engine::Backend> &backend, engine::Error &error)
{
    auto runtime = engine::cuda::Runtime::open(device);
    if (!runtime) {
        error = runtime.error();
        return;
    }
    backend = std::make_unique<engine::cuda::CudaBackend>(*std::move(runtime));
}
