#include "engine/weights/e5_container.h"

#include "engine/base/unicode.h"
#include "engine/weights/byte_reader.h"
#include "engine/weights/gguf_writer.h"
#include "engine/weights/mapped_file.h"
#include "engine/weights/names.h"
#include "engine/weights/quant.h"

#include <array>
#include <cmath>
#include <unordered_map>

namespace engine {

namespace {

constexpr std::int32_t kLargestSize = 1 << 20;

struct Sizes
{
    std::int32_t hidden, layers, heads, feedForward, vocabulary, positions, segments;
};

struct Vocabulary
{
    std::int32_t bos, eos, pad, unknown;
    std::vector<std::string_view> pieces; ///< views into the file
    std::vector<float> scores;
};

struct Packed
{
    TensorType type;
    std::uint64_t values;
    std::span<const std::byte> data;
};

struct Container
{
    Sizes sizes{};
    float epsilon = 0;
    Vocabulary vocabulary;
    std::unordered_map<std::string, Packed> tensors;
};

class Reader
{
public:
    Reader(std::span<const std::byte> bytes, std::string source)
        : m_reader(bytes)
        , m_bytes(bytes)
        , m_source(std::move(source))
    {
    }

    Result<Container> read()
    {
        Container container;
        RETURN_IF_ERROR(readSizes(container));
        RETURN_IF_ERROR(readVocabulary(container));
        RETURN_IF_ERROR(skipNormalisation());
        RETURN_IF_ERROR(readTensors(container));
        return container;
    }

private:
    tl::unexpected<Error> damaged(const std::string &reason) const
    {
        return fail(ErrorCode::Damaged, m_source + ": " + reason);
    }

    template <class T>
    Result<T> number(const char *field)
    {
        const auto value = m_reader.number<T>();
        if (!value) {
            return damaged(std::string(field) + ": the file ends before it");
        }
        return *value;
    }

    Result<std::int32_t> size(const char *field, std::int32_t least, std::int32_t most)
    {
        ASSIGN_OR_RETURN(const auto value, number<std::int32_t>(field));
        if (value < least || value > most) {
            return damaged(std::string(field) + ": " + std::to_string(value) + " is outside " +
                           std::to_string(least) + ".." + std::to_string(most));
        }
        return value;
    }

    Result<void> readSizes(Container &container)
    {
        const auto magic = m_reader.characters(4);
        if (!magic || *magic != "E5S1") {
            return damaged("magic: not an E5S1 container");
        }
        RETURN_IF_ERROR(number<std::uint32_t>("version"));
        Sizes &sizes = container.sizes;
        ASSIGN_OR_RETURN(sizes.hidden, size("hidden", 32, kLargestSize));
        ASSIGN_OR_RETURN(sizes.layers, size("layers", 1, 1000));
        ASSIGN_OR_RETURN(sizes.heads, size("heads", 1, sizes.hidden));
        ASSIGN_OR_RETURN(sizes.feedForward, size("feed forward", 32, kLargestSize));
        ASSIGN_OR_RETURN(sizes.vocabulary, size("vocabulary", 1, 16 * kLargestSize));
        ASSIGN_OR_RETURN(sizes.positions, size("positions", 1, kLargestSize));
        ASSIGN_OR_RETURN(sizes.segments, size("token types", 1, kLargestSize));
        ASSIGN_OR_RETURN(container.epsilon, number<float>("layer norm epsilon"));
        RETURN_IF_ERROR(size("block size", 32, 32));
        if (!std::isfinite(container.epsilon) || container.epsilon <= 0 || sizes.hidden % sizes.heads != 0 ||
            sizes.hidden % 32 != 0 || sizes.feedForward % 32 != 0) {
            return damaged("sizes do not fit each other");
        }
        return {};
    }

    Result<void> readVocabulary(Container &container)
    {
        Vocabulary &vocabulary = container.vocabulary;
        ASSIGN_OR_RETURN(const std::int32_t count, size("pieces", 1, container.sizes.vocabulary));
        for (auto [field, id] : {std::pair("bos", &vocabulary.bos), std::pair("eos", &vocabulary.eos),
                                 std::pair("pad", &vocabulary.pad), std::pair("unk", &vocabulary.unknown)}) {
            ASSIGN_OR_RETURN(*id, size(field, 0, count - 1));
        }
        ASSIGN_OR_RETURN(const auto blobBytes, number<std::uint64_t>("blob size"));
        const auto offsets = m_reader.take((std::uint64_t(count) + 1) * 4);
        const auto scores = offsets ? m_reader.take(std::uint64_t(count) * 4) : std::nullopt;
        const auto blob = scores ? m_reader.characters(blobBytes) : std::nullopt;
        if (!blob) {
            return damaged("vocabulary: longer than the file");
        }
        vocabulary.scores.resize(std::size_t(count));
        std::memcpy(vocabulary.scores.data(), scores->data(), scores->size());
        for (std::size_t i = 0; i < std::size_t(count); ++i) {
            std::uint32_t ends[2];
            std::memcpy(ends, offsets->data() + 4 * i, sizeof ends);
            if (ends[0] > ends[1] || ends[1] > blob->size() ||
                !isValidUtf8(blob->substr(ends[0], ends[1] - ends[0])) ||
                !std::isfinite(vocabulary.scores[i])) {
                return damaged("piece " + std::to_string(i) + ": bad offsets, score or UTF-8");
            }
            vocabulary.pieces.push_back(blob->substr(ends[0], ends[1] - ends[0]));
        }
        return {};
    }

    /// The container's own map agrees with SentencePiece's nmt_nfkc rules, which the GGUF carries instead.
    Result<void> skipNormalisation()
    {
        RETURN_IF_ERROR(number<std::int32_t>("normalisation count"));
        ASSIGN_OR_RETURN(const auto bytes, number<std::uint32_t>("normalisation size"));
        if (!m_reader.take(bytes)) {
            return damaged("normalisation: longer than the file");
        }
        return {};
    }

    Result<void> readTensors(Container &container)
    {
        ASSIGN_OR_RETURN(const std::int32_t count, size("tensors", 0, 100'000));
        for (std::int32_t i = 0; i < count; ++i) {
            ASSIGN_OR_RETURN(const auto length, number<std::uint16_t>("tensor name"));
            const auto name = m_reader.characters(length);
            if (!name) {
                return damaged("tensor name: longer than the file");
            }
            const std::string field = "tensor " + printable(*name);
            ASSIGN_OR_RETURN(const auto type, number<std::uint8_t>("tensor type"));
            ASSIGN_OR_RETURN(const auto values, number<std::uint32_t>("tensor values"));
            ASSIGN_OR_RETURN(const auto offset, number<std::uint64_t>("tensor offset"));
            ASSIGN_OR_RETURN(const auto bytes, number<std::uint64_t>("tensor bytes"));
            if (type > 1 || offset > m_bytes.size() || bytes > m_bytes.size() - offset) {
                return damaged(field + ": unknown type, or outside the file");
            }
            const Packed packed{type == 0 ? TensorType::F32 : TensorType::Q4_0, values,
                                m_bytes.subspan(std::size_t(offset), std::size_t(bytes))};
            if (!container.tensors.emplace(*name, packed).second) {
                return damaged(field + ": appears twice");
            }
        }
        return {};
    }

    ByteReader m_reader;
    std::span<const std::byte> m_bytes;
    std::string m_source;
};

void addParameters(GgufWriter &writer, const Container &container)
{
    constexpr std::uint32_t kMeanPooling = 1;
    constexpr std::uint32_t kMostlyQ4_0 = 2;
    const Sizes &sizes = container.sizes;
    writer.addText("general.architecture", "bert");
    writer.addText("general.name", "multilingual-e5-small");
    writer.addText("general.license", "mit");
    writer.addU32("bert.context_length", std::uint32_t(sizes.positions));
    writer.addU32("bert.embedding_length", std::uint32_t(sizes.hidden));
    writer.addU32("bert.feed_forward_length", std::uint32_t(sizes.feedForward));
    writer.addU32("bert.block_count", std::uint32_t(sizes.layers));
    writer.addU32("bert.attention.head_count", std::uint32_t(sizes.heads));
    writer.addF32("bert.attention.layer_norm_epsilon", container.epsilon);
    writer.addFlag("bert.attention.causal", false);
    writer.addU32("bert.pooling_type", kMeanPooling);
    writer.addU32("general.file_type", kMostlyQ4_0);
    writer.addU32("general.quantization_version", 2);
}

void addVocabulary(GgufWriter &writer, const Container &container, std::span<const std::byte> charsmap)
{
    enum : std::int32_t { kNormal = 1, kUnknown = 2, kControl = 3, kUnused = 5 };

    const Vocabulary &vocabulary = container.vocabulary;
    const auto count = std::int32_t(vocabulary.pieces.size());
    const std::int32_t mask = count - 1; // the last piece
    std::vector<std::string_view> pieces = vocabulary.pieces;
    std::vector<float> scores = vocabulary.scores;
    std::vector<std::int32_t> types(pieces.size(), kNormal);
    for (const std::int32_t id : {vocabulary.bos, vocabulary.pad, vocabulary.eos, mask}) {
        types[std::size_t(id)] = kControl;
    }
    types[std::size_t(vocabulary.unknown)] = kUnknown;
    // The matrix has more rows than there are pieces: these never come out of a text.
    std::vector<std::string> fillers;
    for (std::int32_t id = count; id < container.sizes.vocabulary; ++id) {
        fillers.push_back("[PAD" + std::to_string(id) + "]");
    }
    pieces.insert(pieces.end(), fillers.begin(), fillers.end());
    scores.resize(pieces.size(), -10000.0f);
    types.resize(pieces.size(), kUnused);

    writer.addText("tokenizer.ggml.model", "t5");
    writer.addText("tokenizer.ggml.pre", "default");
    writer.addTexts("tokenizer.ggml.tokens", pieces);
    writer.addF32s("tokenizer.ggml.scores", scores);
    writer.addI32s("tokenizer.ggml.token_type", types);
    writer.addFlag("tokenizer.ggml.add_space_prefix", true);
    writer.addFlag("tokenizer.ggml.remove_extra_whitespaces", true);
    writer.addU32("tokenizer.ggml.token_type_count", std::uint32_t(container.sizes.segments));
    writer.addBytes("tokenizer.ggml.precompiled_charsmap", charsmap);
    writer.addU32("tokenizer.ggml.bos_token_id", std::uint32_t(vocabulary.bos));
    writer.addU32("tokenizer.ggml.eos_token_id", std::uint32_t(vocabulary.eos));
    writer.addU32("tokenizer.ggml.unknown_token_id", std::uint32_t(vocabulary.unknown));
    writer.addU32("tokenizer.ggml.seperator_token_id",
                  std::uint32_t(vocabulary.eos)); // spelt so in the format
    writer.addU32("tokenizer.ggml.padding_token_id", std::uint32_t(vocabulary.pad));
    writer.addU32("tokenizer.ggml.mask_token_id", std::uint32_t(mask));
    writer.addFlag("tokenizer.ggml.add_bos_token", true);
    writer.addFlag("tokenizer.ggml.add_eos_token", true);
}

Result<void> addTensor(GgufWriter &writer, const Container &container, const std::string &source,
                       std::string name, const std::string &packedName, std::vector<std::int64_t> shape)
{
    const auto found = container.tensors.find(packedName);
    if (found == container.tensors.end()) {
        return fail(ErrorCode::Damaged, source + ": tensor " + packedName + ": missing");
    }
    const Packed &packed = found->second;
    const auto layout = *layoutOf(packed.type);
    std::uint64_t values = 1;
    for (const std::int64_t size : shape) {
        values *= std::uint64_t(size); // below 2^44: readSizes
    }
    if (packed.values != values || shape.back() % layout.blockValues != 0 ||
        packed.data.size() != values / std::uint64_t(layout.blockValues) * std::uint64_t(layout.blockBytes)) {
        return fail(ErrorCode::Damaged,
                    source + ": tensor " + packedName + ": not the size that the model's shape needs");
    }
    writer.addTensor({std::move(name), packed.type, std::move(shape), packed.data});
    return {};
}

/// One pair of weight and bias in a layer: its names, and what its matrix maps from and to (0: a norm).
struct Part
{
    std::string_view packed, name;
    std::int64_t rows, columns;
};

Result<void> addTensors(GgufWriter &writer, const Container &container, const std::string &source)
{
    const std::int64_t hidden = container.sizes.hidden;
    const std::int64_t inner = container.sizes.feedForward;
    const auto add = [&](std::string name, const std::string &packed, std::vector<std::int64_t> shape) {
        return addTensor(writer, container, source, std::move(name), packed, std::move(shape));
    };
    RETURN_IF_ERROR(add("token_embd.weight", "emb.word", {container.sizes.vocabulary, hidden}));
    RETURN_IF_ERROR(add("position_embd.weight", "emb.pos", {container.sizes.positions, hidden}));
    RETURN_IF_ERROR(add("token_types.weight", "emb.type", {container.sizes.segments, hidden}));
    RETURN_IF_ERROR(add("token_embd_norm.weight", "emb.ln.w", {hidden}));
    RETURN_IF_ERROR(add("token_embd_norm.bias", "emb.ln.b", {hidden}));
    const std::array parts{
        Part{"q", "attn_q", hidden, hidden},        Part{"k", "attn_k", hidden, hidden},
        Part{"v", "attn_v", hidden, hidden},        Part{"ao", "attn_output", hidden, hidden},
        Part{"aln", "attn_output_norm", hidden, 0}, Part{"fi", "ffn_up", inner, hidden},
        Part{"fo", "ffn_down", hidden, inner},      Part{"oln", "layer_output_norm", hidden, 0}};
    for (std::int32_t layer = 0; layer < container.sizes.layers; ++layer) {
        for (const Part &part : parts) {
            const std::string name = "blk." + std::to_string(layer) + "." + std::string(part.name);
            const std::string packed = "l" + std::to_string(layer) + "." + std::string(part.packed);
            const auto shape = part.columns ? std::vector{part.rows, part.columns} : std::vector{part.rows};
            RETURN_IF_ERROR(add(name + ".weight", packed + ".w", shape));
            RETURN_IF_ERROR(add(name + ".bias", packed + ".b", {part.rows}));
        }
    }
    return {};
}

} // namespace

Result<void> convertE5Container(const std::filesystem::path &in, const std::filesystem::path &charsmap,
                                const std::filesystem::path &outGguf)
{
    const std::string source = displayName(in);
    ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(in));
    ASSIGN_OR_RETURN(const MappedFile rules, MappedFile::open(charsmap));
    ASSIGN_OR_RETURN(const Container container, Reader(file.bytes(), source).read());
    GgufWriter writer;
    addParameters(writer, container);
    addVocabulary(writer, container, rules.bytes());
    RETURN_IF_ERROR(addTensors(writer, container, source));
    return writer.write(outGguf);
}

} // namespace engine
