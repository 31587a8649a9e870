#pragma once

#include "engine/base/cancel.h"
#include "engine/model/model_weights.h"

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace engine {

/// One text as an encoder reads it.
struct EncoderInput
{
    std::vector<TokenId> tokens;
    std::vector<int> segments; ///< token types, one a token; empty: all 0
};

/// The one forward pass of BERT's kin: texts in, pooled vectors or a cross-encoder's logits out. Texts are
/// packed one behind the other without padding. Safe from any thread; calls take turns batch by batch.
class Encoder
{
public:
    /// Errors: as bindEncoder.
    static Result<std::unique_ptr<Encoder>> load(const ModelFile &file, const ModelConfig &config,
                                                 std::unique_ptr<Backend> backend);
    ~Encoder();

    const ModelConfig &config() const { return m_config; }

    std::string deviceName() const { return m_backend->name(); }

    bool isReranker() const { return !m_weights.headOutput.parts.empty(); }

    /// @param texts  each of 1 .. context tokens
    /// @return unit vectors [texts, hidden]
    /// Errors: Unsupported (a text too long or empty, an id outside the vocabulary), Damaged (values not
    /// finite), Cancelled, OutOfMemory.
    Result<std::vector<float>> embed(std::span<const EncoderInput> texts, const CancelToken &cancel) const;

    /// The logit of the classification head for each text. Errors: as embed; Unsupported without a head.
    Result<std::vector<float>> score(std::span<const EncoderInput> texts, const CancelToken &cancel) const;

    static constexpr int kBatchTokens =
        1024; ///< fits the caches; a batch ends before the text that would pass it

private:
    struct Scratch;
    Encoder(ModelConfig config, std::unique_ptr<Backend> backend, EncoderWeights weights);
    Result<void> check(std::span<const EncoderInput> texts) const;
    /// Results of `columns` values a text, batch by batch.
    template <class Finish>
    Result<std::vector<float>> run(std::span<const EncoderInput> texts, int columns,
                                   const CancelToken &cancel, const Finish &finish) const;
    Result<void> runBatch(std::span<const EncoderInput> texts, const CancelToken &cancel) const;
    void embedTokens(std::span<const EncoderInput> texts) const;
    void runLayer(const LayerWeights &layer, int count) const;
    void feedForward(const LayerWeights &layer, Rows state) const;
    Result<void> reserve(int rows) const;

    ModelConfig m_config;
    std::unique_ptr<Backend> m_backend;
    EncoderWeights m_weights;
    RopeParameters m_rope;      ///< where it has rope
    mutable std::mutex m_mutex; ///< guards the backend's operations and the scratch
    std::unique_ptr<Scratch> m_scratch;
};

} // namespace engine
