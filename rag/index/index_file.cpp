#include "rag/index/index_file.h"

#include "rag/store/private_file.h"
#include "rag/store/sha256.h"

#include <array>
#include <cstring>
#include <fstream>

namespace rag {

namespace {

constexpr std::array<char, 8> kMagic{'W', 'R', 'R', 'Q', 'V', 'E', 'C', '\n'};
constexpr std::uint32_t kVersion = 1;

/// As it lies in the file, little-endian like every machine we build for. `digest` is over all before and
/// after it.
struct RawHeader
{
    std::array<char, 8> magic = kMagic;
    std::uint32_t version = kVersion;
    std::uint32_t dimension = 0;
    std::int64_t count = 0;
    std::int64_t generation = 0;
    std::array<char, 32> library{};
    Sha256::Digest fingerprint{};
    Sha256::Digest digest{};
};

static_assert(sizeof(RawHeader) == 128 && offsetof(RawHeader, digest) == 96);

Sha256::Digest digestOf(std::string_view text)
{
    Sha256 sha;
    sha.add(std::as_bytes(std::span(text)));
    return sha.finish();
}

Sha256::Digest digestOf(const RawHeader &header, std::span<const ChunkId> ids, std::span<const float> vectors)
{
    Sha256 sha;
    sha.add(std::as_bytes(std::span(&header, 1)).first(offsetof(RawHeader, digest)));
    sha.add(std::as_bytes(ids));
    sha.add(std::as_bytes(vectors));
    return sha.finish();
}

RawHeader rawHeader(const IndexHeader &header)
{
    RawHeader raw;
    raw.dimension = static_cast<std::uint32_t>(header.dimension);
    raw.generation = header.generation;
    std::memcpy(raw.library.data(), header.library.data(),
                std::min(raw.library.size(), header.library.size()));
    raw.fingerprint = digestOf(header.fingerprint);
    return raw;
}

template <class T>
bool readInto(std::ifstream &stream, std::span<T> values)
{
    const auto size = static_cast<std::streamsize>(values.size_bytes());
    return stream.read(reinterpret_cast<char *>(values.data()), size).gcount() == size;
}

tl::unexpected<Error> damaged(const char *why)
{
    return fail(ErrorCode::Damaged, std::string("the index file is damaged: ") + why);
}

} // namespace

Result<void> writeIndexFile(const std::filesystem::path &file, const IndexHeader &header,
                            std::span<const ChunkId> ids, std::span<const float> vectors)
{
    RawHeader raw = rawHeader(header);
    raw.count = static_cast<std::int64_t>(ids.size());
    raw.digest = digestOf(raw, ids, vectors);
    return replaceFile(file, [&](const WriteBytes &write) {
        static_cast<void>(write(std::as_bytes(std::span(&raw, 1))) && write(std::as_bytes(ids)) &&
                          write(std::as_bytes(vectors))); // replaceFile knows of a failure
    });
}

Result<IndexContent> readIndexFile(const std::filesystem::path &file, const IndexHeader &wanted)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        return fail(ErrorCode::NotFound, "there is no index file");
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    std::ifstream stream(file, std::ios::binary);
    RawHeader raw;
    if (error || !readInto(stream, std::span(&raw, 1)) || raw.magic != kMagic)
        return damaged("no header");
    const RawHeader expected = rawHeader(wanted);
    if (raw.version != kVersion || raw.library != expected.library ||
        raw.fingerprint != expected.fingerprint || raw.dimension != expected.dimension)
        return fail(ErrorCode::Unsupported, "the index file is of another library, model or version");
    // Divided, not multiplied: a claimed count can not overflow, nor ask for more memory than the file is
    // long.
    const std::uintmax_t row = sizeof(ChunkId) + sizeof(float) * std::uintmax_t{raw.dimension};
    const std::uintmax_t rows = (size - sizeof raw) / row;
    if (raw.count < 0 || static_cast<std::uintmax_t>(raw.count) != rows || (size - sizeof raw) % row != 0)
        return damaged("wrong size");
    IndexContent content;
    content.generation = raw.generation;
    content.ids.resize(rows);
    content.vectors.resize(rows * raw.dimension);
    if (!readInto(stream, std::span(content.ids)) || !readInto(stream, std::span(content.vectors)))
        return damaged("cut short");
    if (digestOf(raw, content.ids, content.vectors) != raw.digest)
        return damaged("wrong checksum");
    return content;
}

} // namespace rag
