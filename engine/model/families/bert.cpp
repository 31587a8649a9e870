#include "engine/model/families/entries.h"

namespace engine::families {
namespace {

using enum Slot;

constexpr TensorName kInGguf[] = {
    {TokenEmbedding, "token_embd"},
    {PositionEmbedding, "position_embd"},
    {TokenTypes, "token_types"},
    {EmbeddingNorm, "token_embd_norm"},
    {QueryKeyValue, "blk.{}.attn_qkv"},
    {Query, "blk.{}.attn_q"},
    {Key, "blk.{}.attn_k"},
    {Value, "blk.{}.attn_v"},
    {AttentionOutput, "blk.{}.attn_output"},
    {PostAttentionNorm, "blk.{}.attn_output_norm"},
    {Gate, "blk.{}.ffn_gate"},
    {Up, "blk.{}.ffn_up"},
    {Down, "blk.{}.ffn_down"},
    {PostFeedForwardNorm, "blk.{}.layer_output_norm"},
    {HeadDense, "cls"},
    {HeadOutput, "cls.output"},
};

/// A leading "bert." or "roberta." is taken off before the look-up.
constexpr TensorName kInFolder[] = {
    {TokenEmbedding, "embeddings.word_embeddings"},
    {PositionEmbedding, "embeddings.position_embeddings"},
    {TokenTypes, "embeddings.token_type_embeddings"},
    {EmbeddingNorm, "embeddings.LayerNorm"},
    {Query, "encoder.layer.{}.attention.self.query"},
    {Key, "encoder.layer.{}.attention.self.key"},
    {Value, "encoder.layer.{}.attention.self.value"},
    {AttentionOutput, "encoder.layer.{}.attention.output.dense"},
    {PostAttentionNorm, "encoder.layer.{}.attention.output.LayerNorm"},
    {Up, "encoder.layer.{}.intermediate.dense"},
    {Down, "encoder.layer.{}.output.dense"},
    {PostFeedForwardNorm, "encoder.layer.{}.output.LayerNorm"},
};

/// The two heads differ: BERT's is its pooler.
constexpr TensorName kBertHead[] = {{HeadDense, "pooler.dense"}, {HeadOutput, "classifier"}};
constexpr TensorName kXlmRobertaHead[] = {{HeadDense, "classifier.dense"},
                                          {HeadOutput, "classifier.out_proj"}};

/// "fc11" is up, "fc12" gate; both are one tensor's height each.
constexpr TensorName kNomicInFolder[] = {
    {TokenEmbedding, "embeddings.word_embeddings"},
    {TokenTypes, "embeddings.token_type_embeddings"},
    {EmbeddingNorm, "emb_ln"},
    {QueryKeyValue, "encoder.layers.{}.attn.Wqkv"},
    {AttentionOutput, "encoder.layers.{}.attn.out_proj"},
    {PostAttentionNorm, "encoder.layers.{}.norm1"},
    {Gate, "encoder.layers.{}.mlp.fc12"},
    {Up, "encoder.layers.{}.mlp.fc11"},
    {Down, "encoder.layers.{}.mlp.fc2"},
    {PostFeedForwardNorm, "encoder.layers.{}.norm2"},
};

constexpr std::string_view kIgnored[] = {"position_ids", "pooler.", "cls.predictions", "cls.seq_relationship",
                                         "lm_head."};

} // namespace

/// Devlin et al. 2018. XLM-R in GGUF says "bert" too, its positions already moved.
ArchSpec bert()
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
    spec.ggufNames.shared = kInGguf;
    spec.defaults = {.context = 512, .normEpsilon = 1e-12, .tied = true};
    spec.folderNames = {kBertHead, kInFolder};
    spec.ignored = kIgnored;
    return spec;
}

ArchSpec xlmRoberta()
{
    ArchSpec spec = bert();
    spec.family = "xlm-roberta";
    spec.ggufArchitecture = "xlm-roberta";
    spec.modelType = "xlm-roberta";
    spec.positionsAfterPadding = true;
    spec.folderNames = {kXlmRobertaHead, kInFolder};
    return spec;
}

/// Nussbaum et al. 2024: BERT with rope, a gate, and no biases but the norms'.
ArchSpec nomicBert()
{
    ArchSpec spec = bert();
    spec.family = "nomic-bert";
    spec.ggufArchitecture = "nomic-bert";
    spec.modelType = "nomic_bert";
    spec.positions = Positions::Rope;
    spec.activation = Activation::Silu;
    spec.activationKey = "activation_function";
    spec.gated = true;
    spec.attentionBias = Presence::Optional;
    spec.outputBias = Presence::Optional;
    spec.feedForwardBias = Presence::Optional;
    spec.folderNames = {{}, kNomicInFolder};
    spec.defaults.context = 2048;
    spec.defaults.ropeBase = 1000;
    return spec;
}

} // namespace engine::families
