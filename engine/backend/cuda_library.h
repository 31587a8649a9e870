#pragma once

#include "engine/backend/backend.h"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace engine {

/// Counts up with every change of Backend, Error, or what they are made of: program and library are built
/// together.
constexpr std::uint32_t kCudaLibraryVersion = 1;

/// The backend of a graphics card, from libwarraq-cuda.so, which alone knows CUDA. The library stays loaded.
/// Looked for in $WARRAQ_CUDA_LIBRARY, beside the program, in ../lib/warraq from there.
/// @param device  0 is the first card
/// Errors: Device: no library, another version of it, no driver, no card; says which.
Result<std::unique_ptr<Backend>> makeCudaBackend(int device = 0);

} // namespace engine
