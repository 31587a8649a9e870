#pragma once

#include "engine/model/decoder.h"
#include "engine/model/kv_cache.h"
#include "engine/run/prefix_store.h"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace engine {

struct PrefixCacheOptions
{
    std::uint64_t memory = 0;     ///< bytes of pages; 0: keeps nothing
    std::filesystem::path folder; ///< where pages outlive the program; empty: they do not
    std::uint64_t disk = 0;       ///< bytes of the folder's files
    std::function<bool()> isSound =
        {}; ///< false: what the model computes now is worth nothing; empty: always
};

/// The prompts that one model has read, so that no session reads them again. Whole pages of tokens, found by
/// a hash of all tokens up to their end (and of model, shape and type), with the tokens themselves compared;
/// held together with the sessions that use them; least recently used out first. Layers with a window keep
/// pages at checkpoints only, wherever keep() was called. Saves to disk on a thread of its own. Safe from any
/// thread.
class PrefixCache
{
public:
    /// @param decoder  must outlive this
    PrefixCache(const Decoder &decoder, const std::string &fingerprint, PrefixCacheOptions options);
    /// Waits until all is saved.
    ~PrefixCache();

    /// Where it knows a longer beginning of `prompt` than the first `own` positions, the cache becomes that.
    /// @param most  positions to go back to at most @return positions of `prompt` that the cache may keep
    int reuse(KvCache &cache, std::span<const TokenId> prompt, int own, int most);
    /// Remembers the whole pages of the cache. @param save  on disk too, if there is a folder
    void keep(const KvCache &cache, bool save);

    /// Drops all, also what is on disk (of other models too) and what is about to be written. What a session
    /// holds stays its own.
    void forget();

    /// Bytes of the pages held, those that sessions hold too counted in.
    std::uint64_t bytes() const;
    /// Until the thread has written what it was given. For tests.
    void waitUntilSaved();

private:
    using Pages = std::vector<std::shared_ptr<KvPage>>; ///< one a group; null: none

    struct Node
    {
        std::uint64_t hash = 0;
        std::uint64_t parent = 0;
        std::array<TokenId, kKvPage> tokens{};
        Pages pages;
        bool saved = false;
    };

    struct Job
    {
        std::uint64_t hash = 0;
        int depth = 0;
        std::shared_ptr<const std::vector<TokenId>> tokens;
        Pages pages;
    };

    using Nodes = std::list<Node>;

    std::uint64_t rootOf(const KvCache &cache, std::optional<bool> isLong) const;
    Node *find(std::uint64_t hash, std::uint64_t parent, std::span<const TokenId> tokens);
    Node *restore(const KvCache &cache, std::uint64_t hash, std::uint64_t parent,
                  std::span<const TokenId> text);
    Node &insert(Node node);
    std::vector<Node *> chain(const KvCache &cache, std::uint64_t hash, std::span<const TokenId> text);
    void touch(std::span<Node *const> chain);
    void trim();

    bool isSound() const { return !m_options.isSound || m_options.isSound(); }

    void enqueue(Job job);
    void write();

    const Decoder &m_decoder;
    PrefixCacheOptions m_options;
    std::uint64_t m_owner;
    std::unique_ptr<PrefixStore> m_store; ///< or null

    mutable std::mutex m_mutex; ///< of the nodes
    Nodes m_nodes;              ///< used last first; never a child before its parent
    std::unordered_map<std::uint64_t, Nodes::iterator> m_byHash;
    std::uint64_t m_bytes = 0;

    std::mutex m_queueMutex; ///< of what follows
    std::condition_variable m_queueChanged;
    std::deque<Job> m_queue;
    bool m_writing = false;
    bool m_stopping = false;
    std::thread m_writer; ///< begun with the first job
};

} // namespace engine
