#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cuda/runtime.h"

#include <vector>

namespace engine::cuda {

/// Consecutive outputs of a matrix, or of each member of a stack, that share a packing.
struct DeviceSegment
{
    cpu::Packing packing = cpu::Packing::F16;
    int firstOutput = 0;
    int outputs = 0;
    std::int64_t stripBytes = 0;
    std::vector<DeviceMemory> strips; ///< of each member
    DeviceMemory table;               ///< [members] where these are
    DeviceMemory ids;                 ///< [members] their numbers in the stack; empty: all of it
    int members = 1;
};

/// Weights in strips on the card, as many bytes as in the file. Types without a packing become halves.
class DeviceMatrix final : public WeightMatrix
{
public:
    /// Errors: OutOfMemory; Unsupported, Damaged (as Backend::upload).
    static Result<std::unique_ptr<DeviceMatrix>> upload(std::span<const Tensor *const> stacked,
                                                        const std::shared_ptr<Runtime> &runtime);

    std::vector<DeviceSegment> segments;
};

class DeviceStack final : public WeightStack
{
public:
    /// Errors: as Backend::uploadStack.
    static Result<std::unique_ptr<DeviceStack>> upload(std::span<const std::vector<Tensor>> members,
                                                       bool transposed,
                                                       const std::shared_ptr<Runtime> &runtime);

    std::vector<DeviceSegment> segments; ///< members of different types are in different ones
};

} // namespace engine::cuda
