#include "engine/run/prefix_store.h"

#include "engine/base/log.h"
#include "engine/run/crc32.h"
#include "engine/weights/names.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstring>
#include <fstream>
#include <random>

namespace engine {
namespace {

namespace fs = std::filesystem;

constexpr std::array<char, 8> kMagic{'W', 'A', 'R', 'R', 'Q', 'K', 'V', '1'};
constexpr std::uint64_t kGreatestFile = std::uint64_t{1} << 32; ///< a page of the largest models is 100 MB
constexpr auto kForgotten = std::chrono::hours(1); ///< a temporary file this old has lost its writer

static_assert(std::endian::native == std::endian::little, "the files are little-endian");

struct Header
{
    std::array<char, 8> magic = kMagic;
    std::uint64_t owner = 0;
    std::uint64_t hash = 0;
    std::uint32_t tokens = 0;
    std::uint32_t groups = 0;
};

static_assert(sizeof(Header) == 32, "no gaps");

std::string hex(std::uint64_t value)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) {
        text += kDigits[(value >> shift) & 15];
    }
    return text;
}

/// Takes parts from the front of a file's bytes, never past their end.
class Parts
{
public:
    explicit Parts(std::span<const std::byte> bytes)
        : m_left(bytes)
    {
    }

    /// False when there is not so much left.
    bool take(void *to, std::size_t bytes)
    {
        if (bytes > m_left.size()) {
            return false;
        }
        if (bytes > 0) {
            std::memcpy(to, m_left.data(), bytes);
        }
        m_left = m_left.subspan(bytes);
        return true;
    }

    std::size_t left() const { return m_left.size(); }

private:
    std::span<const std::byte> m_left;
};

std::optional<std::vector<std::byte>> readAll(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    const auto size = file ? std::int64_t(file.tellg()) : -1;
    if (size < 0 || std::uint64_t(size) > kGreatestFile) {
        return std::nullopt;
    }
    std::vector<std::byte> bytes;
    bytes.resize(std::size_t(size));
    file.seekg(0);
    file.read(reinterpret_cast<char *>(bytes.data()), std::streamsize(size));
    return file ? std::optional(std::move(bytes)) : std::nullopt;
}

/// @return empty: not a whole file of ours
std::optional<PrefixStore::Page> parse(std::span<const std::byte> bytes, std::uint64_t owner)
{
    std::uint32_t sum = 0;
    if (bytes.size() < sizeof(Header) + sizeof sum) {
        return std::nullopt;
    }
    const auto summed = bytes.first(bytes.size() - sizeof sum);
    std::memcpy(&sum, bytes.data() + summed.size(), sizeof sum);
    Header header;
    Parts parts(summed);
    parts.take(&header, sizeof header);
    if (header.magic != kMagic || header.owner != owner || crc32(summed) != sum ||
        header.tokens > parts.left() / sizeof(TokenId)) {
        return std::nullopt;
    }
    PrefixStore::Page page;
    page.hash = header.hash;
    page.tokens.resize(header.tokens);
    parts.take(page.tokens.data(), page.tokens.size() * sizeof(TokenId));
    for (std::uint32_t i = 0; i < header.groups; ++i) {
        std::uint64_t size = 0;
        if (!parts.take(&size, sizeof size) || size > parts.left()) {
            return std::nullopt;
        }
        page.groups.emplace_back(std::size_t(size));
        parts.take(page.groups.back().data(), page.groups.back().size());
    }
    return parts.left() == 0 ? std::optional(std::move(page)) : std::nullopt;
}

std::uint64_t fileBytes(const PrefixStore::Page &page)
{
    std::uint64_t bytes = sizeof(Header) + page.tokens.size() * sizeof(TokenId) + sizeof(std::uint32_t);
    for (const std::vector<std::byte> &group : page.groups) {
        bytes += sizeof(std::uint64_t) + group.size();
    }
    return bytes;
}

/// A file as it is written: the sum grows with it.
class SummedFile
{
public:
    explicit SummedFile(const fs::path &path)
        : m_file(path, std::ios::binary | std::ios::trunc)
    {
    }

    void write(const void *data, std::size_t bytes)
    {
        m_sum = crc32({static_cast<const std::byte *>(data), bytes}, m_sum);
        m_file.write(static_cast<const char *>(data), std::streamsize(bytes));
    }

    /// Writes the sum. False: something could not be written.
    bool close()
    {
        const std::uint32_t sum = m_sum;
        m_file.write(reinterpret_cast<const char *>(&sum), sizeof sum);
        m_file.close();
        return bool(m_file);
    }

private:
    std::ofstream m_file;
    std::uint32_t m_sum = 0;
};

struct StoredFile
{
    fs::path path;
    fs::file_time_type used;
    std::uint64_t bytes = 0;
};

/// Files with this ending in the folder; those that go away meanwhile are left out.
std::vector<StoredFile> filesIn(const fs::path &folder, std::string_view ending)
{
    std::vector<StoredFile> files;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code missing;
        StoredFile file{entry->path(), entry->last_write_time(missing), 0};
        if (!missing && file.path.extension() == ending && entry->is_regular_file(missing)) {
            file.bytes = entry->file_size(missing);
            if (!missing) {
                files.push_back(std::move(file));
            }
        }
    }
    return files;
}

} // namespace

PrefixStore::PrefixStore(fs::path folder, std::uint64_t owner, std::uint64_t limit)
    : m_folder(std::move(folder))
    , m_owner(owner)
    , m_limit(limit)
    , m_counter((std::uint64_t(std::random_device()()) << 32) ^ std::random_device()())
{
    std::error_code error;
    if (fs::create_directories(m_folder, error)) {
        fs::permissions(m_folder, fs::perms::owner_all, error); // it holds what documents say
    }
    for (const StoredFile &file : filesIn(m_folder, ".tmp")) {
        if (fs::file_time_type::clock::now() - file.used > kForgotten) {
            fs::remove(file.path, error);
        }
    }
}

bool PrefixStore::contains(std::uint64_t hash) const
{
    std::error_code error;
    return fs::exists(pathOf(hash), error);
}

std::optional<PrefixStore::Page> PrefixStore::load(std::uint64_t hash, std::span<const TokenId> tokens)
{
    const fs::path path = pathOf(hash);
    if (!contains(hash)) {
        return std::nullopt;
    }
    const auto bytes = readAll(path);
    if (!bytes) {
        return std::nullopt; // removed by somebody else, or not ours to read
    }
    auto page = parse(*bytes, m_owner);
    if (!page || page->hash != hash) {
        remove(path, "damaged, or not of this model");
        return std::nullopt;
    }
    return std::ranges::equal(page->tokens, tokens) ? std::move(page) : std::nullopt;
}

void PrefixStore::touch(std::uint64_t hash, int depth) const
{
    std::error_code error;
    fs::last_write_time(pathOf(hash), fs::file_time_type::clock::now() - std::chrono::milliseconds(depth),
                        error);
}

bool PrefixStore::save(const Page &page)
{
    const std::lock_guard lock(m_mutex);
    if (!m_writable) {
        return false;
    }
    const fs::path path = pathOf(page.hash);
    std::error_code error;
    if (fs::file_size(path, error) == fileBytes(page) && !error) {
        return true; // the same text with the same groups
    }
    fs::path temporary = path;
    temporary.replace_extension(hex(m_counter++) + ".tmp");
    SummedFile file(temporary);
    const Header header{kMagic, m_owner, page.hash, std::uint32_t(page.tokens.size()),
                        std::uint32_t(page.groups.size())};
    file.write(&header, sizeof header);
    file.write(page.tokens.data(), page.tokens.size() * sizeof(TokenId));
    for (const std::vector<std::byte> &group : page.groups) {
        const std::uint64_t size = group.size();
        file.write(&size, sizeof size);
        file.write(group.data(), group.size());
    }
    error.clear();
    if (file.close()) {
        fs::rename(temporary, path, error);
    } else {
        error = std::make_error_code(std::errc::io_error);
    }
    if (error) {
        logLine(LogLevel::Warning,
                "the cache of prompts is not saved: " + displayName(path) + ": " + error.message());
        fs::remove(temporary, error);
        m_writable = false;
    }
    return m_writable;
}

void PrefixStore::trim() const
{
    std::vector<StoredFile> files = filesIn(m_folder, ".kv");
    std::uint64_t total = 0;
    for (const StoredFile &file : files) {
        total += file.bytes;
    }
    std::ranges::sort(files, {}, &StoredFile::used);
    for (const StoredFile &file : files) {
        if (total <= m_limit) {
            return;
        }
        std::error_code error;
        fs::remove(file.path, error);
        total -= file.bytes;
    }
}

void PrefixStore::clear() const
{
    for (const std::string_view ending : {".kv", ".tmp"}) {
        for (const StoredFile &file : filesIn(m_folder, ending)) {
            std::error_code error;
            fs::remove(file.path, error);
            if (error) {
                logLine(LogLevel::Warning, "cannot remove " + displayName(file.path) +
                                               " from the cache of prompts: " + error.message());
            }
        }
    }
}

fs::path PrefixStore::pathOf(std::uint64_t hash) const
{
    return m_folder / (hex(hash) + ".kv");
}

void PrefixStore::remove(const fs::path &path, const std::string &reason) const
{
    logLine(LogLevel::Warning, "removed " + displayName(path) + " from the cache of prompts: " + reason);
    std::error_code error;
    fs::remove(path, error);
}

} // namespace engine
