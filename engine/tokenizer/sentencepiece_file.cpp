#include "engine/tokenizer/sentencepiece_file.h"

#include "engine/weights/byte_reader.h"

#include <bit>

namespace engine {

namespace {

constexpr std::size_t kMostPieces = 4'000'000;

// Field numbers of sentencepiece_model.proto.
constexpr std::uint64_t kPieces = 1;
constexpr std::uint64_t kTrainer = 2;
constexpr std::uint64_t kNormalizer = 3;

/// A field of a message: a number, or bytes.
struct Field
{
    std::uint64_t name = 0;
    std::uint64_t number = 0; ///< varint; the bits of a fixed one
    std::string_view bytes;
    bool isBytes = false;

    std::int32_t asInt() const { return static_cast<std::int32_t>(static_cast<std::uint32_t>(number)); }

    float asFloat() const { return std::bit_cast<float>(static_cast<std::uint32_t>(number)); }
};

/// Walks over the fields of one message (Protocol Buffers, "Encoding").
class Message
{
public:
    explicit Message(std::string_view bytes)
        : m_reader(std::as_bytes(std::span(bytes.data(), bytes.size())))
    {
    }

    bool atEnd() const { return m_reader.left() == 0; }

    /// False: malformed.
    bool next(Field &field)
    {
        std::uint64_t key = 0;
        if (!varint(key) || key >> 3 == 0) {
            return false;
        }
        field = Field();
        field.name = key >> 3;
        switch (key & 7) {
        case 0:
            return varint(field.number);
        case 1:
            return fixed<std::uint64_t>(field.number);
        case 2:
            return bytes(field);
        case 5:
            return fixed<std::uint32_t>(field.number);
        default:
            return false; // groups, long out of use
        }
    }

private:
    bool varint(std::uint64_t &value)
    {
        value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = m_reader.number<std::uint8_t>();
            if (!byte) {
                return false;
            }
            value |= std::uint64_t(*byte & 0x7f) << shift;
            if (*byte < 0x80) {
                return true;
            }
        }
        return false;
    }

    template <class T>
    bool fixed(std::uint64_t &value)
    {
        const auto read = m_reader.number<T>();
        value = read.value_or(0);
        return read.has_value();
    }

    bool bytes(Field &field)
    {
        std::uint64_t length = 0;
        if (!varint(length)) {
            return false;
        }
        const auto taken = m_reader.characters(length);
        field.bytes = taken.value_or(std::string_view());
        field.isBytes = true;
        return taken.has_value();
    }

    ByteReader m_reader;
};

/// Calls read(field) for each. @return false: malformed
template <class Read>
bool forEachField(std::string_view bytes, const Read &read)
{
    Message message(bytes);
    Field field;
    while (!message.atEnd()) {
        if (!message.next(field)) {
            return false;
        }
        read(field);
    }
    return true;
}

bool readPiece(std::string_view bytes, SentencePieceFile &file)
{
    SentencePieceFile::Piece piece;
    const bool good = forEachField(bytes, [&](const Field &field) {
        if (field.name == 1 && field.isBytes) {
            piece.text = field.bytes;
        } else if (field.name == 2 && !field.isBytes) {
            piece.score = field.asFloat();
        } else if (field.name == 3 && field.number >= 1 && field.number <= 6) {
            piece.type = SentencePieceFile::Type(field.number);
        }
    });
    file.pieces.push_back(piece);
    return good && file.pieces.size() <= kMostPieces;
}

bool readTrainer(std::string_view bytes, SentencePieceFile &file, std::uint64_t &modelType)
{
    return forEachField(bytes, [&](const Field &field) {
        switch (field.name) {
        case 3:
            modelType = field.number;
            break;
        case 40:
            file.unknown = field.asInt();
            break;
        case 41:
            file.bos = field.asInt();
            break;
        case 42:
            file.eos = field.asInt();
            break;
        case 43:
            file.padding = field.asInt();
            break;
        default:
            break;
        }
    });
}

bool readNormalizer(std::string_view bytes, SentencePieceFile &file)
{
    return forEachField(bytes, [&](const Field &field) {
        if (field.name == 2 && field.isBytes) {
            file.charsmap = field.bytes;
        } else if (field.name == 3) {
            file.dummyPrefix = field.number != 0;
        } else if (field.name == 4) {
            file.removeExtraBlanks = field.number != 0;
        }
    });
}

} // namespace

Result<SentencePieceFile> readSentencePiece(std::string_view bytes, const std::string &source)
{
    SentencePieceFile file;
    std::uint64_t modelType = 1;
    const char *wrong = nullptr;
    const bool good = forEachField(bytes, [&](const Field &field) {
        if (field.name == kPieces && !readPiece(field.bytes, file)) {
            wrong = "pieces";
        } else if (field.name == kTrainer && !readTrainer(field.bytes, file, modelType)) {
            wrong = "trainer_spec";
        } else if (field.name == kNormalizer && !readNormalizer(field.bytes, file)) {
            wrong = "normalizer_spec";
        }
    });
    if (!good || wrong != nullptr) {
        return fail(ErrorCode::Damaged, source + ": " + (wrong != nullptr ? wrong : "no protocol buffer"));
    }
    if (file.pieces.empty()) {
        return fail(ErrorCode::Damaged, source + ": pieces: none");
    }
    if (modelType != 1 && modelType != 2) {
        return fail(ErrorCode::Unsupported,
                    source + ": model_type " + std::to_string(modelType) + "; known: Unigram and BPE");
    }
    file.unigram = modelType == 1;
    return file;
}

} // namespace engine
