#pragma once

namespace engine {

/// Real cores this process may use: affinity mask, siblings of one core counted once, cgroup v2 CPU quota
/// (rounded up). At least 1. Where the system does not say, what the standard library believes.
int usableCores();

} // namespace engine
