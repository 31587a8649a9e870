#include "cuda_simulator/simulator.h"

#include "cuda_simulator/fiber.h"
#include "cuda_simulator/shared_bytes.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace simulator {

namespace {

constexpr std::size_t kSector = 32;
constexpr std::size_t kMostReports = 50;
constexpr int kSwitchOneIn = 24; ///< of the accesses to memory a thread gives way at

std::string placeOf(std::string_view file, int line)
{
    const std::size_t slash = file.find_last_of('/');
    return std::string(slash == file.npos ? file : file.substr(slash + 1)) + ":" + std::to_string(line);
}

enum class State { Ready, AtBarrier, InWarp, Done };

struct Thread
{
    Fiber fiber;
    State state = State::Done;
    std::string_view file; ///< where it waits
    int line = 0;
    int warpEpoch = 0; ///< warp-wide meetings it has been at
    std::unordered_map<std::uint64_t, std::uint32_t>
        visits; ///< of each place that loads or stores, when counting
};

/// Lanes that meet: one for each mask in use.
struct Meeting
{
    std::uint32_t mask = 0;
    std::uint32_t arrived = 0;
    int generation = 0;
    std::string_view file;
    int line = 0;
    std::array<Payload, kWarp> coming;
    std::array<Payload, kWarp> result;
};

/// The last thread that wrote a word of global memory in this launch.
struct GlobalMark
{
    int block = 0;
    int thread = 0;
    int epoch = 0;
    int warpEpoch = 0;
};

/// A warp's access: the sectors it touches, and which bytes of them.
struct WarpAccess
{
    std::map<std::uintptr_t, std::uint32_t> sectors;
};

} // namespace

struct Simulator::Block
{
    std::vector<std::unique_ptr<Thread>> threads;
    std::vector<int> ready;
    std::vector<std::vector<Meeting>> meetings; ///< by warp
    std::map<std::pair<std::string_view, int>, std::unique_ptr<SharedBytes>> shared;
    int current = -1;
    int number = 0; ///< of the block in its launch
    int epoch = 0;  ///< barriers the block has passed
    int waiting = 0;
    int done = 0;
    bool broken = false; ///< nothing more of it runs
    std::mt19937 random;
    std::map<std::uintptr_t, std::size_t> memory; ///< begin to length
    std::uintptr_t lastBegin = 0;
    std::size_t lastLength = 0;
    std::unordered_map<std::uintptr_t, GlobalMark> writes;                  ///< by word
    std::unordered_set<std::uintptr_t> sectors;                             ///< of this launch
    std::map<std::pair<std::uint64_t, std::uint32_t>, WarpAccess> accesses; ///< of this block
    std::map<std::pair<std::uint64_t, std::uint32_t>, std::set<std::uint32_t>> sharedWords;
};

Simulator &Simulator::instance()
{
    static Simulator simulator;
    return simulator;
}

Simulator::Simulator()
    : m_state(std::make_unique<Block>())
{
}

Simulator::~Simulator() = default;

void Simulator::reset(const Settings &settings)
{
    m_settings = settings;
    m_counters = {};
    m_reports.clear();
    m_state->random.seed(settings.seed);
}

void Simulator::report(const std::string &text)
{
    if (m_reports.size() < kMostReports &&
        std::find(m_reports.begin(), m_reports.end(), text) == m_reports.end()) {
        m_reports.push_back(text);
    }
}

void *Simulator::allocate(std::size_t bytes)
{
    if (bytes > m_memory - std::min(m_memory, m_used)) {
        return nullptr;
    }
    void *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    std::memset(memory, 0xff, bytes);
    m_state->memory[reinterpret_cast<std::uintptr_t>(memory)] = bytes;
    m_used += bytes;
    return memory;
}

void Simulator::release(void *memory)
{
    const auto found = m_state->memory.find(reinterpret_cast<std::uintptr_t>(memory));
    if (found == m_state->memory.end()) {
        return;
    }
    m_used -= found->second;
    m_state->memory.erase(found);
    m_state->lastLength = 0;
    std::free(memory);
}

void Simulator::launch(Dim grid, int threads, const std::function<void()> &kernel)
{
    ++m_counters.launches;
    if (threads < 1 || threads > 1024 || grid.x < 1 || grid.y < 1 || grid.z < 1 || grid.y > 65535 ||
        grid.z > 65535) {
        return report("a launch of impossible size");
    }
    m_grid = grid;
    m_threads = threads;
    m_state->writes.clear();
    m_state->sectors.clear();
    m_state->number = 0;
    while (int(m_state->threads.size()) < threads) {
        m_state->threads.push_back(std::make_unique<Thread>());
    }
    for (int z = 0; z < grid.z; ++z) {
        for (int y = 0; y < grid.y; ++y) {
            for (int x = 0; x < grid.x; ++x) {
                m_block = {x, y, z};
                runBlock(kernel);
                ++m_state->number;
            }
        }
    }
    m_counters.distinctBytes += m_state->sectors.size() * kSector;
}

void Simulator::runBlock(const std::function<void()> &kernel)
{
    Block &b = *m_state;
    b.shared.clear();
    b.epoch = 0;
    b.waiting = 0;
    b.done = 0;
    b.broken = false;
    b.meetings.assign(std::size_t((m_threads + kWarp - 1) / kWarp), {});
    b.ready.clear();
    for (int i = 0; i < m_threads; ++i) {
        Thread &thread = *b.threads[std::size_t(i)];
        thread.state = State::Ready;
        thread.warpEpoch = 0;
        thread.visits.clear();
        thread.fiber.start(kernel);
        b.ready.push_back(m_threads - 1 - i); // taken from the back
    }
    while (!b.ready.empty() && !b.broken) {
        std::size_t next = b.ready.size() - 1;
        if (m_settings.seed != 0) {
            next = b.random() % b.ready.size();
        }
        b.current = b.ready[next];
        b.ready.erase(b.ready.begin() + std::ptrdiff_t(next));
        Thread &thread = *b.threads[std::size_t(b.current)];
        if (!thread.fiber.resume()) {
            thread.state = State::Done;
            ++b.done;
        } else if (thread.state == State::Ready) {
            b.ready.push_back(b.current);
        }
    }
    b.current = -1;
    if (b.done < m_threads && !b.broken) {
        for (int i = 0; i < m_threads; ++i) {
            const Thread &thread = *b.threads[std::size_t(i)];
            if (thread.state == State::AtBarrier) {
                report("barrier at " + placeOf(thread.file, thread.line) + " that not all threads reach");
            } else if (thread.state == State::InWarp) {
                report("lanes wait at " + placeOf(thread.file, thread.line) + " for lanes that never come");
            }
        }
    }
    for (const auto &[key, access] : b.accesses) {
        for (const auto &[sector, bytes] : access.sectors) {
            m_counters.sectorBytes += kSector;
            m_counters.usedBytes += std::uint64_t(std::popcount(bytes));
        }
    }
    b.accesses.clear();
    for (const auto &[key, words] : b.sharedWords) {
        std::array<int, 32> banks{};
        for (const std::uint32_t word : words) {
            m_counters.worstBankConflict = std::max(m_counters.worstBankConflict, ++banks[word % 32]);
        }
    }
    b.sharedWords.clear();
}

int Simulator::thread() const
{
    return m_state->current;
}

void Simulator::pause(bool always)
{
    Block &b = *m_state;
    if (always || (m_settings.seed != 0 && m_settings.checks && b.random() % kSwitchOneIn == 0)) {
        b.threads[std::size_t(b.current)]->fiber.yield();
    }
}

void Simulator::syncBlock(std::string_view file, int line)
{
    Block &b = *m_state;
    Thread &self = *b.threads[std::size_t(b.current)];
    self.file = file;
    self.line = line;
    self.state = State::AtBarrier;
    if (++b.waiting < m_threads) {
        pause(true);
        return;
    }
    for (int i = 0; i < m_threads; ++i) {
        Thread &thread = *b.threads[std::size_t(i)];
        if (thread.line != line || thread.file != file) {
            report("threads of a block meet at different barriers: " + placeOf(file, line) + " and " +
                   placeOf(thread.file, thread.line));
        }
        thread.state = State::Ready;
        if (i != b.current) {
            b.ready.push_back(i);
        }
    }
    b.waiting = 0;
    ++b.epoch;
    pause(false);
}

const std::array<Payload, kWarp> &Simulator::exchange(std::uint32_t mask, const Payload &mine,
                                                      std::string_view file, int line)
{
    Block &b = *m_state;
    const int lane = b.current % kWarp;
    const int firstThread = b.current - lane;
    Thread &self = *b.threads[std::size_t(b.current)];
    if ((mask >> lane & 1) == 0) {
        report("lane " + std::to_string(lane) + " is not in its own mask at " + placeOf(file, line));
        mask |= 1u << lane;
    }
    std::vector<Meeting> &meetings = b.meetings[std::size_t(b.current / kWarp)];
    auto found =
        std::find_if(meetings.begin(), meetings.end(), [&](const Meeting &m) { return m.mask == mask; });
    if (found == meetings.end()) {
        meetings.reserve(64); // references stay
        meetings.push_back({});
        found = meetings.end() - 1;
        found->mask = mask;
    }
    Meeting &meeting = *found;
    if (meeting.arrived == 0) {
        meeting.file = file;
        meeting.line = line;
    } else if (meeting.line != line || meeting.file != file) {
        report("lanes of a warp meet at different places: " + placeOf(file, line) + " and " +
               placeOf(meeting.file, meeting.line));
    }
    meeting.coming[std::size_t(lane)] = mine;
    meeting.arrived |= 1u << lane;
    ++self.warpEpoch;
    if (meeting.arrived == mask) {
        meeting.result = meeting.coming;
        meeting.arrived = 0;
        ++meeting.generation;
        for (int i = 0; i < kWarp; ++i) {
            if ((mask >> i & 1) != 0 && i != lane) {
                b.threads[std::size_t(firstThread + i)]->state = State::Ready;
                b.ready.push_back(firstThread + i);
            }
        }
        self.state = State::Ready;
    } else {
        self.state = State::InWarp;
        self.file = file;
        self.line = line;
        pause(true);
    }
    return meeting.result;
}

bool Simulator::inMemory(std::uintptr_t address, std::size_t bytes)
{
    Block &b = *m_state;
    if (address - b.lastBegin < b.lastLength && address - b.lastBegin + bytes <= b.lastLength) {
        return true;
    }
    auto after = b.memory.upper_bound(address);
    if (after == b.memory.begin()) {
        return false;
    }
    const auto &[begin, length] = *--after;
    if (address - begin + bytes > length) {
        return false;
    }
    b.lastBegin = begin;
    b.lastLength = length;
    return true;
}

bool Simulator::globalAccess(const void *pointer, std::size_t bytes, bool writes, std::string_view file,
                             int line)
{
    const auto address = reinterpret_cast<std::uintptr_t>(pointer);
    if (m_settings.counts) {
        countGlobal(address, bytes, writes, file, line);
    }
    if (!m_settings.checks) {
        return true;
    }
    pause(false);
    Block &b = *m_state;
    const Thread &self = *b.threads[std::size_t(b.current)];
    if (!inMemory(address, bytes)) {
        report(std::string(writes ? "store" : "load") + " out of bounds at " + placeOf(file, line));
        return false;
    }
    if (address % std::min<std::size_t>(std::bit_floor(bytes), 16) != 0) {
        report("misaligned access at " + placeOf(file, line));
        return false;
    }
    for (std::uintptr_t word = address / 4; word <= (address + bytes - 1) / 4; ++word) {
        const GlobalMark mark{b.number, b.current, b.epoch, self.warpEpoch};
        const auto found = b.writes.find(word);
        if (found != b.writes.end()) {
            const GlobalMark &last = found->second;
            const bool sameWarp = last.block == mark.block && last.thread / kWarp == mark.thread / kWarp;
            const bool ordered = (last.block == mark.block && last.thread == mark.thread) ||
                                 (last.block == mark.block && last.epoch < mark.epoch) ||
                                 (sameWarp && last.warpEpoch < mark.warpEpoch);
            if (!ordered && bytes >= 4) { // neighbours may own the bytes of a word
                report("race on global memory at " + placeOf(file, line));
            }
        }
        if (writes) {
            b.writes[word] = mark;
        }
    }
    return true;
}

void Simulator::countGlobal(std::uintptr_t address, std::size_t bytes, bool writes, std::string_view file,
                            int line)
{
    Block &b = *m_state;
    if (writes) {
        m_counters.storedBytes += bytes;
        return;
    }
    m_counters.loadedBytes += bytes;
    Thread &self = *b.threads[std::size_t(b.current)];
    const std::uint64_t place =
        reinterpret_cast<std::uintptr_t>(file.data()) * 8192 + std::uint64_t(line) * 64;
    const std::uint64_t site = place + std::uint64_t(b.current / kWarp);
    WarpAccess &access = b.accesses[{site, self.visits[site]++}];
    for (std::uintptr_t byte = address; byte < address + bytes; ++byte) {
        access.sectors[byte / kSector] |= 1u << (byte % kSector);
        b.sectors.insert(byte / kSector);
    }
}

SharedBytes &Simulator::shared(std::size_t bytes, std::string_view file, int line)
{
    std::unique_ptr<SharedBytes> &array = m_state->shared[{file, line}];
    if (!array) {
        array = std::make_unique<SharedBytes>(bytes, placeOf(file, line));
    }
    return *array;
}

bool Simulator::sharedAccess(SharedBytes &array, std::size_t offset, std::size_t bytes, bool writes)
{
    Block &b = *m_state;
    Thread &self = *b.threads[std::size_t(b.current)];
    if (m_settings.counts) {
        const std::uint64_t site =
            reinterpret_cast<std::uintptr_t>(&array) * 64 + std::uint64_t(b.current / kWarp);
        std::set<std::uint32_t> &words = b.sharedWords[{site, self.visits[site]++}];
        for (std::size_t i = 0; i < bytes; i += 4) {
            words.insert(std::uint32_t((offset + i) / 4));
        }
    }
    if (offset + bytes > array.size()) {
        report("shared memory of " + array.place() + ": access out of bounds");
        return false;
    }
    if (!m_settings.checks) {
        return true;
    }
    pause(false);
    if (array.mark(offset, bytes, writes, {b.current, b.current / kWarp, b.epoch, self.warpEpoch})) {
        report("race on the shared memory of " + array.place());
    }
    return true;
}

} // namespace simulator
