#include "engine/base/cores.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#ifdef __linux__
#include <sched.h>
#endif

namespace engine {

#ifdef __linux__

namespace {

std::string firstLine(const std::string &path)
{
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

/// The list of hardware threads that share a core names that core.
int coresOf(const cpu_set_t &allowed)
{
    std::set<std::string> cores;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &allowed)) {
            const std::string id = std::to_string(cpu);
            const std::string siblings =
                firstLine("/sys/devices/system/cpu/cpu" + id + "/topology/thread_siblings_list");
            cores.insert(siblings.empty() ? id : siblings);
        }
    }
    return static_cast<int>(cores.size());
}

/// "max 100000" or "150000 100000": microseconds of CPU in each period. 0: no limit.
int coresOfQuota()
{
    const std::string line = firstLine("/sys/fs/cgroup/cpu.max");
    char *end = nullptr;
    const double quota = std::strtod(line.c_str(), &end);
    const double period = end != line.c_str() ? std::strtod(end, nullptr) : 0;
    return period > 0 && quota > 0 ? static_cast<int>(std::ceil(std::min(quota / period, 4096.0))) : 0;
}

} // namespace

int usableCores()
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    int cores = sched_getaffinity(0, sizeof allowed, &allowed) == 0
                    ? coresOf(allowed)
                    : static_cast<int>(std::thread::hardware_concurrency());
    if (const int quota = coresOfQuota(); quota > 0) {
        cores = std::min(cores, quota);
    }
    return std::max(cores, 1);
}

#else

int usableCores()
{
    return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
}

#endif

} // namespace engine
