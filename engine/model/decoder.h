#pragma once

#include "engine/base/cancel.h"
#include "engine/model/encoder.h"
#include "engine/model/kv_cache.h"
#include "engine/model/model_weights.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

namespace engine {

/// The one forward pass of every text model: token ids in, logits out. Immutable weights, shared by sessions;
/// calls from several threads take turns block by block.
class Decoder
{
public:
    /// Errors: as bindDecoder.
    static Result<std::unique_ptr<Decoder>> load(const ModelFile &file, const ModelConfig &config,
                                                 std::unique_ptr<Backend> backend);

    ~Decoder();

    const ModelConfig &config() const { return m_config; }

    std::string deviceName() const { return m_backend->name(); }

    /// Errors: Unsupported (a capacity of nothing).
    Result<KvCache> makeCache(int capacity, KvType type = KvType::F32) const;

    // Pages on their way to disk and back; see Backend.
    std::uint32_t kvLayoutVersion() const { return m_backend->kvLayoutVersion(); }

    void savePage(std::vector<std::byte> &to, const KvPage &from) const;
    /// Errors: Damaged (another size), OutOfMemory, Unsupported.
    Result<std::shared_ptr<KvPage>> restorePage(const KvShape &shape, std::span<const std::byte> from) const;

    /// Takes the logits of rows [first row of the block, ...): [n, vocabulary], valid during the call.
    using LogitSink = std::function<void(std::span<const float> logits)>;
    enum class LogitRows { Last, All };

    /// Runs tokens at the positions after those in the cache, in blocks of at most kBlock, and adds them to
    /// it. The cache keeps the blocks that were finished.
    /// @param sink  gets the wanted rows in order, several calls for `All`
    /// Errors: Unsupported (no room in the cache, or an id outside the vocabulary), Cancelled, OutOfMemory.
    Result<void> run(KvCache &cache, std::span<const TokenId> tokens, LogitRows rows, const LogitSink &sink,
                     const CancelToken &cancel) const;

    static constexpr int kBlock = 512;
    /// Rows of the last of several blocks, at least: fewer take another way through the kernels, which rounds
    /// differently, and a text must give the same numbers wherever it is cut.
    static constexpr int kLeastRows = 16;
    /// Whether a text of so many tokens is a long one (LongRoPE); empty for a model that knows no such thing.
    std::optional<bool> isLongText(int tokens) const;

    /// For a model that embeds: the final states of each text, pooled as its files say.
    /// @param texts  each of 1 .. context tokens
    /// @return unit vectors [texts, hidden]
    /// Errors: as run; Damaged (values not finite).
    Result<std::vector<float>> embed(std::span<const EncoderInput> texts, const CancelToken &cancel) const;

private:
    struct Scratch;
    Decoder(ModelConfig config, std::unique_ptr<Backend> backend, DecoderWeights weights);
    Result<void> fitLongRope(KvCache &cache, int more, const CancelToken &cancel) const;
    /// Called while a block's states are in the scratch.
    using BlockSink = std::function<void(int count, bool isLast)>;
    Result<void> check(const KvCache &cache, std::span<const TokenId> tokens) const;
    Result<void> runBlocks(KvCache &cache, std::span<const TokenId> tokens, const BlockSink &sink,
                           const CancelToken &cancel) const;
    Result<void> runBlock(KvCache &cache, std::span<const TokenId> tokens, const CancelToken &cancel) const;
    void embedTokens(std::span<const TokenId> tokens) const;
    void runLayer(int index, const KvCache &cache, int count) const;
    void attend(int index, Rows in, const KvCache &cache) const;
    void normHeads(const LayerWeights &layer, Rows q, Rows k) const;
    void feedForward(const LayerWeights &layer, Rows in) const;
    void add(const Projection &projection, Rows in, const Norm &norm) const;
    void addStates(int firstRow, int count, std::span<double> sum) const;
    void giveLogits(int firstRow, int count, const LogitSink &sink) const;
    Result<void> reserve(int rows) const;

    ModelConfig m_config;
    std::unique_ptr<Backend> m_backend;
    DecoderWeights m_weights;
    RopeParameters m_rope;
    RopeParameters m_longRope;  ///< LongRoPE, for long texts
    RopeParameters m_localRope; ///< of layers with a window, where they have their own
    mutable std::mutex m_mutex; ///< guards the backend's operations and the scratch
    std::unique_ptr<Scratch> m_scratch;
};

} // namespace engine
