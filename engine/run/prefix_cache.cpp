#include "engine/run/prefix_cache.h"

#include "engine/base/log.h"

#include <algorithm>
#include <iterator>

namespace engine {
namespace {

/// One step of a hash chain: a finalizer of MurmurHash3 (Appleby) over the sum so far and the next value.
std::uint64_t mix(std::uint64_t hash, std::uint64_t value)
{
    hash ^= value + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
    return hash ^ (hash >> 33);
}

std::uint64_t mixTokens(std::uint64_t hash, std::span<const TokenId> tokens)
{
    for (const TokenId token : tokens) {
        hash = mix(hash, std::uint64_t(std::uint32_t(token)));
    }
    return hash;
}

std::uint64_t bytesOf(std::span<const std::shared_ptr<KvPage>> pages)
{
    std::uint64_t bytes = 0;
    for (const auto &page : pages) {
        bytes += page ? page->bytes() : 0;
    }
    return bytes;
}

std::span<const TokenId> pageOf(std::span<const TokenId> text, std::size_t depth)
{
    return text.subspan(depth * kKvPage, kKvPage);
}

} // namespace

PrefixCache::PrefixCache(const Decoder &decoder, const std::string &fingerprint, PrefixCacheOptions options)
    : m_decoder(decoder)
    , m_options(std::move(options))
    , m_owner(decoder.kvLayoutVersion())
{
    for (const char c : fingerprint) {
        m_owner = mix(m_owner, static_cast<unsigned char>(c));
    }
    if (m_options.memory > 0 && m_options.disk > 0 && !m_options.folder.empty()) {
        m_store = std::make_unique<PrefixStore>(m_options.folder, m_owner, m_options.disk);
    }
}

PrefixCache::~PrefixCache()
{
    {
        const std::lock_guard lock(m_queueMutex);
        m_stopping = true;
    }
    m_queueChanged.notify_all();
    if (m_writer.joinable()) {
        m_writer.join();
    }
}

/// The hash that the chain of such a cache's pages begins with. @param isLong  see KvCache
std::uint64_t PrefixCache::rootOf(const KvCache &cache, std::optional<bool> isLong) const
{
    std::uint64_t hash = isLong ? mix(m_owner, *isLong ? 2 : 1) : m_owner;
    for (const KvCache::Group &group : cache.groups()) {
        const KvShape &shape = group.shape;
        for (const int number : {shape.layers, shape.heads, shape.keySize, shape.valueSize,
                                 int(shape.valuesInKeys), int(shape.type), group.kept.window}) {
            hash = mix(hash, std::uint64_t(number));
        }
    }
    return hash;
}

int PrefixCache::reuse(KvCache &cache, std::span<const TokenId> prompt, int own, int most)
{
    const std::lock_guard lock(m_mutex);
    if (m_options.memory == 0) {
        return own;
    }
    const std::optional<bool> isLong = m_decoder.isLongText(int(prompt.size()));
    std::vector<Node *> nodes =
        chain(cache, rootOf(cache, isLong), prompt.first(std::size_t(most / kKvPage * kKvPage)));
    touch(nodes);
    const auto &groups = cache.groups();
    const auto canGoOnAt = [&](std::size_t pages) {
        for (std::size_t g = 0; g < groups.size(); ++g) {
            const int seen = KvCache::firstSeen(int(pages) * kKvPage, groups[g].kept.window);
            for (auto page = std::size_t(seen / kKvPage); page < pages; ++page) {
                if (!nodes[page]->pages[g]) {
                    return false;
                }
            }
        }
        return true;
    };
    std::size_t pages = nodes.size();
    while (pages > 0 && !canGoOnAt(pages)) {
        --pages;
    }
    const int found = int(pages) * kKvPage;
    if (found <= own) {
        return own;
    }
    std::vector<std::vector<std::shared_ptr<KvPage>>> taken(groups.size());
    for (std::size_t g = 0; g < groups.size(); ++g) {
        taken[g].resize(pages);
        for (std::size_t page = pages; page > 0 && nodes[page - 1]->pages[g]; --page) {
            taken[g][page - 1] = nodes[page - 1]->pages[g];
        }
    }
    cache.adopt(prompt.first(std::size_t(found)), std::move(taken));
    cache.setLongText(isLong);
    trim(); // pages that came from disk
    return found;
}

void PrefixCache::keep(const KvCache &cache, bool save)
{
    const std::lock_guard lock(m_mutex);
    if (m_options.memory == 0 || !isSound()) {
        return;
    }
    const auto text = std::make_shared<const std::vector<TokenId>>(cache.tokens());
    const std::size_t pages = text->size() / kKvPage;
    std::uint64_t hash = rootOf(cache, cache.isLongText());
    std::vector<Node *> nodes;
    for (std::size_t depth = 0; depth < pages; ++depth) {
        const std::uint64_t parent = hash;
        const auto tokens = pageOf(*text, depth);
        hash = mixTokens(parent, tokens);
        Node *node = find(hash, parent, tokens);
        if (!node && m_byHash.contains(hash)) {
            break; // another text with this hash
        }
        if (!node) {
            Node fresh{hash, parent, {}, Pages(cache.groups().size()), false};
            std::ranges::copy(tokens, fresh.tokens.begin());
            node = &insert(std::move(fresh));
        }
        for (std::size_t g = 0; g < node->pages.size(); ++g) {
            const auto &page = cache.groups()[g].pages[depth];
            if (page && !node->pages[g]) {
                node->pages[g] = page;
                node->saved = false;
                m_bytes += page->bytes();
            }
        }
        nodes.push_back(node);
        if (save && m_store && !node->saved) {
            node->saved = true;
            enqueue({hash, int(depth), text, node->pages});
        }
    }
    touch(nodes);
    trim();
}

void PrefixCache::forget()
{
    const std::lock_guard lock(m_mutex);
    m_nodes.clear();
    m_byHash.clear();
    m_bytes = 0;
    std::unique_lock queueLock(m_queueMutex);
    m_queue.clear();
    m_queueChanged.wait(queueLock, [this] { return !m_writing; });
    if (m_store) {
        m_store->clear();
    }
}

std::uint64_t PrefixCache::bytes() const
{
    const std::lock_guard lock(m_mutex);
    return m_bytes;
}

PrefixCache::Node *PrefixCache::find(std::uint64_t hash, std::uint64_t parent,
                                     std::span<const TokenId> tokens)
{
    const auto found = m_byHash.find(hash);
    if (found == m_byHash.end()) {
        return nullptr;
    }
    Node &node = *found->second;
    return node.parent == parent && std::ranges::equal(node.tokens, tokens) ? &node : nullptr;
}

/// The page of a text's last tokens, from disk. Null: not there.
PrefixCache::Node *PrefixCache::restore(const KvCache &cache, std::uint64_t hash, std::uint64_t parent,
                                        std::span<const TokenId> text)
{
    const auto stored = m_store ? m_store->load(hash, text) : std::nullopt;
    if (!stored || stored->groups.size() != cache.groups().size()) {
        return nullptr;
    }
    Node node{hash, parent, {}, Pages(stored->groups.size()), true};
    std::ranges::copy(text.last(kKvPage), node.tokens.begin());
    for (std::size_t g = 0; g < node.pages.size(); ++g) {
        if (stored->groups[g].empty()) {
            continue;
        }
        auto page = m_decoder.restorePage(cache.groups()[g].shape, stored->groups[g]);
        if (!page) {
            logLine(LogLevel::Warning, "the cache of prompts: " + page.error().detail);
            return nullptr;
        }
        node.pages[g] = *std::move(page);
    }
    return &insert(std::move(node));
}

PrefixCache::Node &PrefixCache::insert(Node node)
{
    m_bytes += bytesOf(node.pages);
    m_nodes.push_front(std::move(node));
    m_byHash[m_nodes.front().hash] = m_nodes.begin();
    return m_nodes.front();
}

/// The nodes of the whole pages that `text` begins with, as far as they are known. @param hash  rootOf
std::vector<PrefixCache::Node *> PrefixCache::chain(const KvCache &cache, std::uint64_t hash,
                                                    std::span<const TokenId> text)
{
    std::vector<Node *> nodes;
    for (std::size_t depth = 0; depth < text.size() / kKvPage; ++depth) {
        const std::uint64_t parent = hash;
        const auto tokens = pageOf(text, depth);
        hash = mixTokens(parent, tokens);
        Node *node = find(hash, parent, tokens);
        if (!node && !m_byHash.contains(hash)) {
            node = restore(cache, hash, parent, text.first((depth + 1) * kKvPage));
        }
        if (!node) {
            break;
        }
        nodes.push_back(node);
    }
    return nodes;
}

void PrefixCache::touch(std::span<Node *const> chain)
{
    for (std::size_t i = chain.size(); i > 0; --i) {
        const Node &node = *chain[i - 1];
        m_nodes.splice(m_nodes.begin(), m_nodes, m_byHash.at(node.hash));
        if (m_store && node.saved) {
            m_store->touch(node.hash, int(i - 1));
        }
    }
}

void PrefixCache::trim()
{
    while (m_bytes > m_options.memory && !m_nodes.empty()) {
        m_bytes -= bytesOf(m_nodes.back().pages);
        m_byHash.erase(m_nodes.back().hash);
        m_nodes.pop_back();
    }
}

void PrefixCache::enqueue(Job job)
{
    const std::lock_guard lock(m_queueMutex);
    m_queue.push_back(std::move(job));
    if (!m_writer.joinable()) {
        m_writer = std::thread([this] { write(); });
    }
    m_queueChanged.notify_all();
}

void PrefixCache::write()
{
    std::unique_lock lock(m_queueMutex);
    for (;;) {
        m_queueChanged.wait(lock, [this] { return m_stopping || !m_queue.empty(); });
        if (m_queue.empty()) {
            return;
        }
        const Job job = std::move(m_queue.front());
        m_queue.pop_front();
        m_writing = true;
        lock.unlock();
        PrefixStore::Page page{job.hash, {}, std::vector<std::vector<std::byte>>(job.pages.size())};
        const auto length = std::ptrdiff_t(job.depth + 1) * kKvPage;
        page.tokens.assign(job.tokens->begin(), job.tokens->begin() + length);
        for (std::size_t g = 0; g < job.pages.size(); ++g) {
            if (job.pages[g]) {
                m_decoder.savePage(page.groups[g], *job.pages[g]);
            }
        }
        if (isSound() && m_store->save(page)) {
            m_store->touch(job.hash, job.depth);
        }
        lock.lock();
        if (m_queue.empty()) {
            lock.unlock();
            m_store->trim();
            lock.lock();
        }
        m_writing = false;
        m_queueChanged.notify_all();
    }
}

void PrefixCache::waitUntilSaved()
{
    std::unique_lock lock(m_queueMutex);
    m_queueChanged.wait(lock, [this] { return m_queue.empty() && !m_writing; });
}

} // namespace engine
