#include "engine/model/families.h"

#include <array>

namespace engine {
namespace {

using enum Slot;

constexpr TensorName kDecoderInGguf[] = {
    {TokenEmbedding, "token_embd"},
    {OutputNorm, "output_norm"},
    {Output, "output"},
    {RopeFactors, "rope_freqs"},
    {AttentionNorm, "blk.{}.attn_norm"},
    {Query, "blk.{}.attn_q"},
    {Key, "blk.{}.attn_k"},
    {Value, "blk.{}.attn_v"},
    {QueryNorm, "blk.{}.attn_q_norm"},
    {KeyNorm, "blk.{}.attn_k_norm"},
    {AttentionOutput, "blk.{}.attn_output"},
    {FeedForwardNorm, "blk.{}.ffn_norm"},
    {Gate, "blk.{}.ffn_gate"},
    {Up, "blk.{}.ffn_up"},
    {Down, "blk.{}.ffn_down"},
};

/// Llama's names, which most later decoders kept. A leading "model." is taken off before the look-up.
constexpr TensorName kDecoderInFolder[] = {
    {TokenEmbedding, "embed_tokens"},
    {OutputNorm, "norm"},
    {Output, "lm_head"},
    {AttentionNorm, "layers.{}.input_layernorm"},
    {Query, "layers.{}.self_attn.q_proj"},
    {Key, "layers.{}.self_attn.k_proj"},
    {Value, "layers.{}.self_attn.v_proj"},
    {QueryNorm, "layers.{}.self_attn.q_norm"},
    {KeyNorm, "layers.{}.self_attn.k_norm"},
    {AttentionOutput, "layers.{}.self_attn.o_proj"},
    {FeedForwardNorm, "layers.{}.post_attention_layernorm"},
    {Gate, "layers.{}.mlp.gate_proj"},
    {Up, "layers.{}.mlp.up_proj"},
    {Down, "layers.{}.mlp.down_proj"},
};

constexpr TensorName kEncoderInGguf[] = {
    {TokenEmbedding, "token_embd"},
    {PositionEmbedding, "position_embd"},
    {TokenTypes, "token_types"},
    {EmbeddingNorm, "token_embd_norm"},
    {Query, "blk.{}.attn_q"},
    {Key, "blk.{}.attn_k"},
    {Value, "blk.{}.attn_v"},
    {AttentionOutput, "blk.{}.attn_output"},
    {PostAttentionNorm, "blk.{}.attn_output_norm"},
    {Up, "blk.{}.ffn_up"},
    {Down, "blk.{}.ffn_down"},
    {PostFeedForwardNorm, "blk.{}.layer_output_norm"},
    {HeadDense, "cls"},
    {HeadOutput, "cls.output"},
};

/// A leading "bert." or "roberta." is taken off before the look-up. The two heads differ: BERT's is its
/// pooler.
#define ENCODER_IN_FOLDER                                                                                    \
    {TokenEmbedding, "embeddings.word_embeddings"}, {PositionEmbedding, "embeddings.position_embeddings"},   \
        {TokenTypes, "embeddings.token_type_embeddings"}, {EmbeddingNorm, "embeddings.LayerNorm"},           \
        {Query, "encoder.layer.{}.attention.self.query"}, {Key, "encoder.layer.{}.attention.self.key"},      \
        {Value, "encoder.layer.{}.attention.self.value"},                                                    \
        {AttentionOutput, "encoder.layer.{}.attention.output.dense"},                                        \
        {PostAttentionNorm, "encoder.layer.{}.attention.output.LayerNorm"},                                  \
        {Up, "encoder.layer.{}.intermediate.dense"}, {Down, "encoder.layer.{}.output.dense"},                \
    {                                                                                                        \
        PostFeedForwardNorm, "encoder.layer.{}.output.LayerNorm"                                             \
    }
constexpr TensorName kBertInFolder[] = {
    ENCODER_IN_FOLDER, {HeadDense, "pooler.dense"}, {HeadOutput, "classifier"}};
constexpr TensorName kXlmRobertaInFolder[] = {
    ENCODER_IN_FOLDER, {HeadDense, "classifier.dense"}, {HeadOutput, "classifier.out_proj"}};
#undef ENCODER_IN_FOLDER

constexpr std::string_view kDecoderIgnored[] = {"rotary_emb.inv_freq"};
constexpr std::string_view kEncoderIgnored[] = {"position_ids", "pooler.", "cls.predictions",
                                                "cls.seq_relationship", "lm_head."};

/// What the Llama architecture and its descendants share.
constexpr ArchSpec llamaLike(std::string_view family, std::string_view gguf, std::string_view modelType)
{
    ArchSpec spec;
    spec.family = family;
    spec.ggufArchitecture = gguf;
    spec.modelType = modelType;
    spec.ggufNames = kDecoderInGguf;
    spec.folderNames = kDecoderInFolder;
    spec.ignored = kDecoderIgnored;
    return spec;
}

/// Touvron et al. 2023; SmolLM2 and the Llama distills of R1 say "llama" too.
constexpr ArchSpec llama()
{
    ArchSpec spec = llamaLike("llama", "llama", "llama");
    spec.ropeInGguf = RopeKind::Pairs;
    spec.attentionBias = Presence::Optional;
    spec.outputBias = Presence::Optional;
    spec.feedForwardBias = Presence::Optional;
    return spec;
}

/// Jiang et al. 2023. Its GGUF says "llama" and has no window.
constexpr ArchSpec mistral()
{
    ArchSpec spec = llamaLike("mistral", "mistral", "mistral");
    spec.ropeInGguf = RopeKind::Pairs;
    return spec;
}

constexpr ArchSpec qwen2()
{
    ArchSpec spec = llamaLike("qwen2", "qwen2", "qwen2");
    spec.attentionBias = Presence::Yes;
    spec.windowNeedsFlag = true;
    return spec;
}

constexpr ArchSpec qwen3()
{
    ArchSpec spec = llamaLike("qwen3", "qwen3", "qwen3");
    spec.attentionBias = Presence::Optional;
    spec.headNorms = true;
    spec.windowNeedsFlag = true;
    return spec;
}

/// Devlin et al. 2018. XLM-R in GGUF says "bert" too, its positions already moved.
constexpr ArchSpec bert()
{
    ArchSpec spec;
    spec.family = "bert";
    spec.ggufArchitecture = "bert";
    spec.modelType = "bert";
    spec.network = Network::Encoder;
    spec.norm = NormKind::Layer;
    spec.normPlace = NormPlace::After;
    spec.normBias = Presence::Yes;
    spec.positions = Positions::Learned;
    spec.activation = Activation::GeluExact;
    spec.gated = false;
    spec.attentionBias = Presence::Yes;
    spec.outputBias = Presence::Yes;
    spec.feedForwardBias = Presence::Yes;
    spec.ggufNames = kEncoderInGguf;
    spec.folderNames = kBertInFolder;
    spec.ignored = kEncoderIgnored;
    return spec;
}

constexpr ArchSpec xlmRoberta()
{
    ArchSpec spec = bert();
    spec.family = "xlm-roberta";
    spec.ggufArchitecture = "xlm-roberta";
    spec.modelType = "xlm-roberta";
    spec.positionsAfterPadding = true;
    spec.folderNames = kXlmRobertaInFolder;
    return spec;
}

/// THE table.
constexpr std::array kFamilies{llama(), mistral(), qwen2(), qwen3(), bert(), xlmRoberta()};

} // namespace

const ArchSpec *familyOfGguf(std::string_view architecture)
{
    for (const ArchSpec &spec : kFamilies) {
        if (spec.ggufArchitecture == architecture) {
            return &spec;
        }
    }
    return nullptr;
}

const ArchSpec *familyOfFolder(std::string_view modelType)
{
    for (const ArchSpec &spec : kFamilies) {
        if (!spec.modelType.empty() && spec.modelType == modelType) {
            return &spec;
        }
    }
    return nullptr;
}

std::string knownFamilies()
{
    std::string text;
    for (const ArchSpec &spec : kFamilies) {
        text += text.empty() ? "" : ", ";
        text += spec.family;
    }
    return text;
}

} // namespace engine
