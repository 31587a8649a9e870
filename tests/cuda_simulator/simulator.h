#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// A CUDA device made of fibers: each thread of a block is one, blocks run one after another. It runs the
/// very kernels that nvcc compiles and reports what a real device would get wrong without a word. One thread
/// at a time; sources: CUDA C++ Programming Guide 13.0, chapters 5 and 10.
namespace simulator {

constexpr int kWarp = 32;
constexpr std::uint32_t kAllLanes = 0xffffffffu;

struct Dim
{
    int x = 1;
    int y = 1;
    int z = 1;
};

struct Settings
{
    unsigned seed = 1;   ///< of the order in which threads run; 0: in order, each as far as it goes
    bool checks = true;  ///< bounds, alignment, races; about five times slower
    bool counts = false; ///< traffic and bank conflicts
};

/// Of all launches since reset().
struct Counters
{
    int launches = 0;
    std::uint64_t loadedBytes = 0; ///< asked for by all threads
    std::uint64_t distinctBytes =
        0;                         ///< in 32-byte sectors, each counted once a launch: what memory must send
    std::uint64_t sectorBytes = 0; ///< in sectors of each warp's access
    std::uint64_t usedBytes = 0;   ///< of these sectors
    std::uint64_t storedBytes = 0;
    int worstBankConflict = 1; ///< accesses to one bank that a warp's access takes

    double sectorUse() const { return sectorBytes ? double(usedBytes) / double(sectorBytes) : 1; }
};

/// What the lanes of a warp hand each other.
struct Payload
{
    std::array<std::uint32_t, 12> words{};
};

class SharedBytes;

class Simulator
{
public:
    static Simulator &instance();

    void reset(const Settings &settings = {}); ///< reports and counters too

    const Settings &settings() const { return m_settings; }

    const Counters &counters() const { return m_counters; }

    /// What went wrong since reset(), each kind of place once; at most 50.
    const std::vector<std::string> &reports() const { return m_reports; }

    // Memory of the device, filled with NaN.
    void *allocate(std::size_t bytes); ///< null: more than the device has, see setMemory()
    void release(void *memory);

    void setMemory(std::size_t bytes) { m_memory = bytes; }

    std::size_t memory() const { return m_memory; }

    std::size_t used() const { return m_used; }

    /// @param threads  of a block, at most 1,024. Errors go to reports().
    void launch(Dim grid, int threads, const std::function<void()> &kernel);

    // What a running thread asks; device_simulated.h gives it the names that kernels use.
    int thread() const;

    int threads() const { return m_threads; }

    Dim block() const { return m_block; }

    Dim grid() const { return m_grid; }

    void syncBlock(std::string_view file, int line);
    /// All lanes of `mask` hand each other what they have. @return by lane
    const std::array<Payload, kWarp> &exchange(std::uint32_t mask, const Payload &mine, std::string_view file,
                                               int line);
    /// Whether the access may be made; else it was reported.
    bool globalAccess(const void *address, std::size_t bytes, bool writes, std::string_view file, int line);
    /// The array that all threads of the block know by this place.
    SharedBytes &shared(std::size_t bytes, std::string_view file, int line);
    bool sharedAccess(SharedBytes &array, std::size_t offset, std::size_t bytes, bool writes);

private:
    Simulator();
    ~Simulator();
    struct Block;
    void report(const std::string &text);
    void runBlock(const std::function<void()> &kernel);
    void pause(bool always);
    bool inMemory(std::uintptr_t address, std::size_t bytes);
    void countGlobal(std::uintptr_t address, std::size_t bytes, bool writes, std::string_view file, int line);

    Settings m_settings;
    Counters m_counters;
    std::vector<std::string> m_reports;
    std::size_t m_memory = std::size_t{1} << 32;
    std::size_t m_used = 0;
    Dim m_grid;
    Dim m_block;
    int m_threads = 0;
    std::unique_ptr<Block> m_state;
};

} // namespace simulator
