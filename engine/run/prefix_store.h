#pragma once

#include "engine/base/result.h"
#include "engine/engine.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace engine {

/// Pages of keys and values on disk, one file a page of the prefix: "HASH.kv" with a header (whose model,
/// which layout), all tokens up to the page's end, the bytes of each group of layers, and a CRC-32. Written
/// beside and renamed, so that programs may share a folder. A file that is damaged, or of another kind, is
/// named in the log and removed. Only the total size is kept small: what was used longest ago goes first.
/// Nothing here is needed: whatever fails means computing anew. Safe from any thread.
class PrefixStore
{
public:
    /// @param owner  of the model's fingerprint, shape and the layout of its pages: files of others are not
    /// ours
    /// @param limit  bytes of all files in the folder
    PrefixStore(std::filesystem::path folder, std::uint64_t owner, std::uint64_t limit);

    struct Page
    {
        std::uint64_t hash = 0;
        std::vector<TokenId> tokens;                ///< from the beginning of the text
        std::vector<std::vector<std::byte>> groups; ///< empty for one that keeps nothing here
    };

    bool contains(std::uint64_t hash) const;
    /// @param tokens  what the file must hold: another text with this hash is not found
    std::optional<Page> load(std::uint64_t hash, std::span<const TokenId> tokens);
    /// The file becomes the youngest but `depth`, so that the beginning of a text outlives its end.
    void touch(std::uint64_t hash, int depth) const;
    /// @return false: could not be written (said in the log, once)
    bool save(const Page &page);
    /// Removes what is too much.
    void trim() const;
    /// Removes all pages of the folder, other models' too.
    void clear() const;

private:
    std::filesystem::path pathOf(std::uint64_t hash) const;
    void remove(const std::filesystem::path &path, const std::string &reason) const;

    std::filesystem::path m_folder;
    std::uint64_t m_owner;
    std::uint64_t m_limit;
    std::mutex m_mutex; ///< of what follows
    bool m_writable = true;
    std::uint64_t m_counter;
};

} // namespace engine
