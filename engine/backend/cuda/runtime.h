#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <memory>
#include <string>

namespace engine::cuda {

struct Grid
{
    int x = 1;
    int y = 1;
    int z = 1;
};

/// One card, or the simulator: memory, copies and launches, which happen in the order they are asked for.
/// What goes wrong is kept until status() is asked; nothing aborts. One thread at a time, but release() on
/// any.
class Runtime
{
public:
    /// Errors: Device (no driver, no such card: says why).
    static Result<std::shared_ptr<Runtime>> open(int device);
    virtual ~Runtime() = default;

    virtual std::string name() const = 0; ///< "NVIDIA GeForce RTX 4090"
    virtual std::size_t freeMemory() const = 0;

    virtual void *allocate(std::size_t bytes) = 0; ///< null: there is not so much
    virtual void release(void *memory) = 0;
    virtual void upload(void *to, const void *from, std::size_t bytes) = 0; ///< `from` may change afterwards
    virtual void download(void *to, const void *from, std::size_t bytes) = 0; ///< waits
    virtual void copy(void *to, const void *from, std::size_t bytes) = 0;
    virtual void clear(void *memory, std::size_t bytes) = 0;
    virtual void *stream() const = 0; ///< for launch.h
    virtual void noteLaunch() = 0;    ///< keeps the error of the launch before, if there is one
    /// Waits. Errors: Device (the first since the last call, with the driver's words).
    virtual Result<void> status() = 0;
};

/// Memory of a card, given back with its last owner.
class DeviceMemory
{
public:
    DeviceMemory() = default;

    DeviceMemory(DeviceMemory &&other) noexcept { swap(other); }

    DeviceMemory &operator=(DeviceMemory &&other) noexcept
    {
        swap(other);
        return *this;
    }

    ~DeviceMemory()
    {
        if (m_memory) {
            m_runtime->release(m_memory);
        }
    }

    /// Errors: OutOfMemory.
    static Result<DeviceMemory> allocate(std::shared_ptr<Runtime> runtime, std::size_t bytes)
    {
        DeviceMemory memory;
        memory.m_memory = runtime->allocate(bytes);
        if (!memory.m_memory) {
            return fail(ErrorCode::OutOfMemory, "the graphics card has no room for " + std::to_string(bytes) +
                                                    " bytes more (" + std::to_string(runtime->freeMemory()) +
                                                    " are free)");
        }
        memory.m_runtime = std::move(runtime);
        memory.m_bytes = bytes;
        return memory;
    }

    std::size_t bytes() const { return m_bytes; }

    template <class T = std::byte>
    T *as(std::size_t offset = 0) const
    {
        return reinterpret_cast<T *>(static_cast<std::byte *>(m_memory) + offset);
    }

private:
    void swap(DeviceMemory &other)
    {
        std::swap(m_runtime, other.m_runtime);
        std::swap(m_memory, other.m_memory);
        std::swap(m_bytes, other.m_bytes);
    }

    std::shared_ptr<Runtime> m_runtime;
    void *m_memory = nullptr;
    std::size_t m_bytes = 0;
};

} // namespace engine::cuda
