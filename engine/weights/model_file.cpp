#include "engine/weights/model_file.h"

#include "engine/base/unicode.h"
#include "engine/weights/gguf_files.h"
#include "engine/weights/mapped_file.h"
#include "engine/weights/names.h"
#include "engine/weights/safetensors.h"

#include <algorithm>
#include <cstring>
#include <system_error>
#include <unordered_map>

namespace engine {

namespace {

constexpr std::size_t kLargestText = 100'000'000;

/// Folds bytes into a 64-bit number (FNV-1a, eight bytes at a time: this is a name, no signature).
void fold(std::uint64_t &hash, std::span<const std::byte> bytes)
{
    constexpr std::uint64_t kPrime = 0x100000001b3;
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data() + i, sizeof word);
        hash = (hash ^ word) * kPrime;
        hash ^= hash >> 29;
    }
    for (; i < bytes.size(); ++i) {
        hash = (hash ^ std::to_integer<std::uint64_t>(bytes[i])) * kPrime;
    }
    hash = (hash ^ bytes.size()) * kPrime;
}

/// The header, and 64 pieces spread over the rest: two files that differ in their weights differ there.
void foldFile(std::uint64_t &hash, std::span<const std::byte> bytes, std::size_t headerBytes)
{
    constexpr std::size_t kPieces = 64;
    constexpr std::size_t kPieceBytes = 4096;
    fold(hash, bytes.first(headerBytes));
    const auto rest = bytes.subspan(headerBytes);
    if (rest.size() <= kPieces * kPieceBytes) {
        return fold(hash, rest);
    }
    for (std::size_t i = 0; i < kPieces; ++i) {
        fold(hash, rest.subspan((rest.size() - kPieceBytes) / (kPieces - 1) * i, kPieceBytes));
    }
}

bool isPlainName(std::string_view name)
{
    return !name.empty() && name.find_first_of("/\\:") == std::string_view::npos && !name.starts_with('.');
}

} // namespace

struct ModelFile::Impl
{
    FileFormat format = FileFormat::Gguf;
    std::filesystem::path path;
    Metadata metadata;
    std::vector<MappedFile> files;
    std::vector<std::size_t> headerBytes; ///< of each file
    std::vector<Tensor> tensors;
    std::unordered_map<std::string_view, std::size_t> byName; ///< views into tensors

    Result<void> open(GgufExtent extent);
    Result<void> openGguf(GgufExtent extent);
    Result<void> openFolder(GgufExtent extent);
    Result<void> indexNames();
};

Result<void> ModelFile::Impl::openGguf(GgufExtent extent)
{
    format = FileFormat::Gguf;
    ASSIGN_OR_RETURN(GgufFiles opened, openGgufFiles(path, extent));
    metadata = std::move(opened.metadata);
    tensors = std::move(opened.tensors);
    headerBytes = std::move(opened.headerBytes);
    files = std::move(opened.files);
    return {};
}

Result<void> ModelFile::Impl::openFolder(GgufExtent extent)
{
    format = FileFormat::HuggingFace;
    metadata.source = displayName(path);
    if (extent == GgufExtent::Metadata) {
        return {};
    }
    ASSIGN_OR_RETURN(SafetensorsFolder folder, openSafetensorsFolder(path));
    files = std::move(folder.files);
    tensors = std::move(folder.tensors);
    headerBytes = std::move(folder.headerBytes);
    return {};
}

Result<void> ModelFile::Impl::open(GgufExtent extent)
{
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        return openFolder(extent);
    }
    return openGguf(extent);
}

Result<void> ModelFile::Impl::indexNames()
{
    byName.reserve(tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        if (!byName.emplace(tensors[i].name, i).second) {
            return fail(ErrorCode::Damaged,
                        displayName(path) + ": tensor " + printable(tensors[i].name) + ": in two files");
        }
    }
    return {};
}

Result<std::shared_ptr<const ModelFile>> ModelFile::open(const std::filesystem::path &path)
{
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    RETURN_IF_ERROR(impl->open(GgufExtent::Whole));
    RETURN_IF_ERROR(impl->indexNames());
    return std::shared_ptr<const ModelFile>(new ModelFile(std::move(impl)));
}

Result<std::shared_ptr<const ModelFile>> ModelFile::openMetadata(const std::filesystem::path &path)
{
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    RETURN_IF_ERROR(impl->open(GgufExtent::Metadata));
    return std::shared_ptr<const ModelFile>(new ModelFile(std::move(impl)));
}

ModelFile::ModelFile(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}

ModelFile::~ModelFile() = default;

FileFormat ModelFile::format() const
{
    return m_impl->format;
}

const std::filesystem::path &ModelFile::path() const
{
    return m_impl->path;
}

const Metadata &ModelFile::metadata() const
{
    return m_impl->metadata;
}

const std::vector<Tensor> &ModelFile::tensors() const
{
    return m_impl->tensors;
}

const Tensor *ModelFile::tensor(std::string_view name) const
{
    const auto found = m_impl->byName.find(name);
    return found == m_impl->byName.end() ? nullptr : &m_impl->tensors[found->second];
}

std::uint64_t ModelFile::bytes() const
{
    std::uint64_t sum = 0;
    for (const MappedFile &file : m_impl->files) {
        sum += file.bytes().size();
    }
    return sum;
}

void ModelFile::releasePages() const
{
    for (const MappedFile &file : m_impl->files) {
        file.releasePages();
    }
}

bool ModelFile::wasCut() const
{
    return std::any_of(m_impl->files.begin(), m_impl->files.end(),
                       [](const MappedFile &file) { return file.wasCut(); });
}

std::string ModelFile::fingerprint() const
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (std::size_t i = 0; i < m_impl->files.size(); ++i) {
        foldFile(hash, m_impl->files[i].bytes(), m_impl->headerBytes[i]);
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) {
        text += kDigits[(hash >> shift) & 15];
    }
    return text;
}

Result<std::string> ModelFile::dataFile(std::string_view name) const
{
    if (m_impl->format != FileFormat::HuggingFace || !isPlainName(name)) {
        return fail(ErrorCode::NotFound,
                    displayName(m_impl->path) + ": " + printable(name) + ": not a file of a model folder");
    }
    ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(m_impl->path / std::string(name)));
    const auto bytes = file.bytes();
    if (bytes.size() > kLargestText) {
        return fail(ErrorCode::Damaged, std::string(name) + ": larger than 100 MB");
    }
    return std::string(reinterpret_cast<const char *>(bytes.data()), bytes.size());
}

Result<std::string> ModelFile::textFile(std::string_view name) const
{
    ASSIGN_OR_RETURN(std::string text, dataFile(name));
    if (!isValidUtf8(text)) {
        return fail(ErrorCode::Damaged, std::string(name) + ": not UTF-8");
    }
    return text;
}

} // namespace engine
