#pragma once

#include <cstddef>
#include <span>

namespace engine::map_guard {

/// A mapped file that another program cuts short ends the process with SIGBUS when its lost pages are read.
/// Under guard they read as zeros instead, and wasCut() says so. The handler is installed by the first guard
/// and passes on what is not its own. Nothing of this is needed on Windows, where a mapped file cannot be
/// cut.
/// @return a number for the other two; -1: too many mappings, this one is not guarded. Safe from any thread.
int add(std::span<const std::byte> mapping);
void remove(int guard);
bool wasCut(int guard);

} // namespace engine::map_guard
