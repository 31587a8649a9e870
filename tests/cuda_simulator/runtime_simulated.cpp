#include "engine/backend/cuda/runtime.h"

#include "cuda_simulator/simulator.h"

#include <algorithm>
#include <cstring>

namespace engine::cuda {

namespace {

using simulator::Simulator;

class SimulatedRuntime final : public Runtime
{
public:
    std::string name() const override { return "simulator"; }

    std::size_t freeMemory() const override
    {
        const Simulator &device = Simulator::instance();
        return device.memory() - std::min(device.memory(), device.used());
    }

    void *allocate(std::size_t bytes) override { return Simulator::instance().allocate(bytes); }

    void release(void *memory) override { Simulator::instance().release(memory); }

    void upload(void *to, const void *from, std::size_t bytes) override
    {
        if (bytes > 0) {
            std::memcpy(to, from, bytes);
        }
    }

    void download(void *to, const void *from, std::size_t bytes) override { upload(to, from, bytes); }

    void copy(void *to, const void *from, std::size_t bytes) override { upload(to, from, bytes); }

    void clear(void *memory, std::size_t bytes) override { std::memset(memory, 0, bytes); }

    void *stream() const override { return nullptr; }

    void noteLaunch() override {}

    /// What the simulator reports is an error of the device.
    Result<void> status() override
    {
        const auto &reports = Simulator::instance().reports();
        if (reports.empty()) {
            return {};
        }
        return fail(ErrorCode::Device, reports.front());
    }
};

} // namespace

Result<std::shared_ptr<Runtime>> Runtime::open(int device)
{
    if (device != 0) {
        return fail(ErrorCode::Device, "there is one simulated card");
    }
    return std::shared_ptr<Runtime>(std::make_shared<SimulatedRuntime>());
}

} // namespace engine::cuda
