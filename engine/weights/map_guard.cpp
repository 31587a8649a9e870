#include "engine/weights/map_guard.h"

#ifdef _WIN32

namespace engine::map_guard {

int add(std::span<const std::byte>)
{
    return -1;
}

void remove(int) {}

bool wasCut(int)
{
    return false;
}

} // namespace engine::map_guard

#else

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <mutex>

namespace engine::map_guard {

namespace {

struct Slot
{
    std::atomic<std::uintptr_t> begin{0}; ///< 0: free, or not yet whole
    std::atomic<std::uintptr_t> end{0};
    std::atomic<bool> taken{false};
    std::atomic<bool> cut{false};
};

std::array<Slot, 4096> g_slots; // read by the signal handler: no lock, no allocation
std::uintptr_t g_pageSize = 4096;

struct sigaction g_before
{
};

/// Zeros from the page of `address` to the end of its mapping. @return false: not ours
bool patch(std::uintptr_t address)
{
    for (Slot &slot : g_slots) {
        const std::uintptr_t begin = slot.begin.load();
        if (begin == 0 || address < begin || address >= slot.end.load()) {
            continue;
        }
        const std::uintptr_t page = address - address % g_pageSize;
        slot.cut.store(true);
        return mmap(reinterpret_cast<void *>(page), slot.end.load() - page, PROT_READ,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
    }
    return false;
}

void onBusError(int signal, siginfo_t *info, void *)
{
    if (patch(reinterpret_cast<std::uintptr_t>(info->si_addr))) {
        return; // the read is tried again
    }
    // The earlier handler, with its own flags, gets it when the read is tried again.
    sigaction(signal, &g_before, nullptr);
    if (info->si_code <= 0) { // sent by a program: nothing is tried again
        raise(signal);
    }
}

void install()
{
    static std::once_flag once;
    std::call_once(once, [] {
        g_pageSize = std::uintptr_t(sysconf(_SC_PAGESIZE));
        struct sigaction action
        {
        };
        action.sa_sigaction = onBusError;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        sigaction(SIGBUS, &action, &g_before);
    });
}

} // namespace

int add(std::span<const std::byte> mapping)
{
    install();
    for (std::size_t i = 0; i < g_slots.size(); ++i) {
        Slot &slot = g_slots[i];
        if (!slot.taken.exchange(true)) {
            const auto begin = reinterpret_cast<std::uintptr_t>(mapping.data());
            slot.cut.store(false);
            slot.end.store(begin + mapping.size());
            slot.begin.store(begin);
            return int(i);
        }
    }
    return -1;
}

void remove(int guard)
{
    if (guard >= 0) {
        Slot &slot = g_slots[std::size_t(guard)];
        slot.begin.store(0);
        slot.taken.store(false);
    }
}

bool wasCut(int guard)
{
    return guard >= 0 && g_slots[std::size_t(guard)].cut.load();
}

} // namespace engine::map_guard

#endif
