#include "engine/backend/cuda/runtime.h"

#include <cuda_runtime_api.h>

#include <mutex>

namespace engine::cuda {

namespace {

Error errorOf(cudaError_t code, const std::string &what)
{
    const bool memory = code == cudaErrorMemoryAllocation;
    return {memory ? ErrorCode::OutOfMemory : ErrorCode::Device,
            what + ": " + cudaGetErrorString(code) + " (CUDA error " + std::to_string(int(code)) + ")"};
}

class CudaRuntime final : public Runtime
{
public:
    CudaRuntime(int device, const cudaDeviceProp &properties)
        : m_device(device)
        , m_name(properties.name)
    {
    }

    ~CudaRuntime() override
    {
        if (m_stream) {
            cudaStreamDestroy(m_stream);
        }
    }

    Result<void> start()
    {
        if (const cudaError_t code = cudaSetDevice(m_device); code != cudaSuccess) {
            return tl::unexpected(errorOf(code, m_name));
        }
        if (const cudaError_t code = cudaStreamCreateWithFlags(&m_stream, cudaStreamNonBlocking);
            code != cudaSuccess) {
            return tl::unexpected(errorOf(code, m_name));
        }
        return {};
    }

    std::string name() const override { return m_name; }

    std::size_t freeMemory() const override
    {
        std::size_t free = 0;
        std::size_t total = 0;
        cudaSetDevice(m_device);
        return cudaMemGetInfo(&free, &total) == cudaSuccess ? free : 0;
    }

    void *allocate(std::size_t bytes) override
    {
        void *memory = nullptr;
        cudaSetDevice(m_device); // the current card is the calling thread's
        if (cudaMalloc(&memory, bytes) != cudaSuccess) {
            cudaGetLastError(); // it is said by what is returned
            return nullptr;
        }
        return memory;
    }

    /// cudaFree waits for the card, so nothing that was asked for still uses the memory.
    void release(void *memory) override
    {
        cudaSetDevice(m_device);
        note(cudaFree(memory), "giving back memory");
    }

    void upload(void *to, const void *from, std::size_t bytes) override
    {
        // From pageable memory this returns once the bytes are staged (CUDA runtime API, "API synchronization
        // behavior"), so the caller may change them.
        move(to, from, bytes, cudaMemcpyHostToDevice);
    }

    void download(void *to, const void *from, std::size_t bytes) override
    {
        move(to, from, bytes, cudaMemcpyDeviceToHost);
        note(cudaStreamSynchronize(m_stream), "waiting for the card");
    }

    void copy(void *to, const void *from, std::size_t bytes) override
    {
        move(to, from, bytes, cudaMemcpyDeviceToDevice);
    }

    void clear(void *memory, std::size_t bytes) override
    {
        cudaSetDevice(m_device);
        note(cudaMemsetAsync(memory, 0, bytes, m_stream), "clearing memory");
    }

    void *stream() const override { return m_stream; }

    void noteLaunch() override { note(cudaGetLastError(), "starting a kernel"); }

    Result<void> status() override
    {
        note(cudaStreamSynchronize(m_stream), "waiting for the card");
        const std::lock_guard lock(m_mutex);
        const Error error = m_error;
        m_error = {};
        m_failed = m_failed && m_lost;
        if (error.detail.empty()) {
            return {};
        }
        return tl::unexpected(error);
    }

private:
    void move(void *to, const void *from, std::size_t bytes, cudaMemcpyKind kind)
    {
        cudaSetDevice(m_device);
        if (bytes > 0) {
            note(cudaMemcpyAsync(to, from, bytes, kind, m_stream), "copying");
        }
    }

    void note(cudaError_t code, const char *what)
    {
        if (code == cudaSuccess) {
            return;
        }
        const std::lock_guard lock(m_mutex);
        if (!m_failed) {
            m_failed = true;
            m_error = errorOf(code, m_name + ": " + what);
        }
        m_lost = code == cudaErrorIllegalAddress || code == cudaErrorLaunchFailure ||
                 code == cudaErrorECCUncorrectable;
    }

    const int m_device;
    const std::string m_name;
    cudaStream_t m_stream = nullptr;
    std::mutex m_mutex; ///< of what follows: pages are released on any thread
    Error m_error{};
    bool m_failed = false;
    bool m_lost = false; ///< the card's context is of no more use
};

} // namespace

Result<std::shared_ptr<Runtime>> Runtime::open(int device)
{
    int count = 0;
    if (const cudaError_t code = cudaGetDeviceCount(&count); code != cudaSuccess) {
        return tl::unexpected(errorOf(code, "no graphics card can be used"));
    }
    if (device < 0 || device >= count) {
        return fail(ErrorCode::Device, "there is no graphics card " + std::to_string(device) + " (of " +
                                           std::to_string(count) + ")");
    }
    cudaDeviceProp properties{};
    if (const cudaError_t code = cudaGetDeviceProperties(&properties, device); code != cudaSuccess) {
        return tl::unexpected(errorOf(code, "graphics card " + std::to_string(device)));
    }
    if (properties.major * 10 + properties.minor < 75) {
        return fail(ErrorCode::Device, std::string(properties.name) + ": too old, compute capability " +
                                           std::to_string(properties.major) + "." +
                                           std::to_string(properties.minor) + " (7.5 is needed)");
    }
    auto runtime = std::make_shared<CudaRuntime>(device, properties);
    RETURN_IF_ERROR(runtime->start());
    return std::shared_ptr<Runtime>(std::move(runtime));
}

} // namespace engine::cuda
