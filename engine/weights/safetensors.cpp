#include "engine/weights/safetensors.h"

#include "engine/weights/byte_reader.h"
#include "engine/weights/json.h"
#include "engine/weights/names.h"
#include "engine/weights/quant.h"
#include "engine/weights/safetensors_header.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace engine {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLongestHeader = 100'000'000;
constexpr std::size_t kMostFiles = 4096;
constexpr std::string_view kIndexName = "model.safetensors.index.json";

std::optional<TensorType> typeOf(std::string_view name)
{
    static const std::map<std::string_view, TensorType> kTypes{
        {"F64", TensorType::F64},   {"F32", TensorType::F32}, {"F16", TensorType::F16},
        {"BF16", TensorType::BF16}, {"I64", TensorType::I64}, {"I32", TensorType::I32},
        {"I16", TensorType::I16},   {"I8", TensorType::I8},   {"U64", TensorType::I64},
        {"U32", TensorType::I32},   {"U16", TensorType::I16}, {"U8", TensorType::I8},
        {"BOOL", TensorType::I8},
    };
    const auto found = kTypes.find(name);
    return found == kTypes.end() ? std::nullopt : std::optional(found->second);
}

Result<Tensor> tensorOf(SafetensorsEntry &entry, std::span<const std::byte> data, const std::string &source)
{
    const std::string field = source + ": tensor " + printable(entry.name) + ": ";
    const auto type = typeOf(entry.type);
    if (!type) {
        return fail(ErrorCode::Unsupported, field + "type '" + printable(entry.type) + "'");
    }
    if (entry.begin > entry.end || entry.end > data.size()) {
        return fail(ErrorCode::Damaged, field + "its bytes " + std::to_string(entry.begin) + " to " +
                                            std::to_string(entry.end) + " are not inside the data of " +
                                            std::to_string(data.size()));
    }
    std::optional<std::uint64_t> size = std::uint64_t(layoutOf(*type)->blockBytes);
    for (const std::int64_t dimension : entry.shape) {
        size = size ? checkedProduct(*size, std::uint64_t(dimension)) : size;
    }
    if (size != entry.end - entry.begin) {
        return fail(ErrorCode::Damaged, field + "its shape does not need the " +
                                            std::to_string(entry.end - entry.begin) + " bytes it has");
    }
    return Tensor{std::move(entry.name), *type, std::move(entry.shape),
                  data.subspan(std::size_t(entry.begin), std::size_t(*size))};
}

/// No hole, no overlap, no tail: bytes that no tensor owns could hide another file.
Result<void> checkCover(std::vector<SafetensorsEntry> &entries, std::uint64_t dataBytes,
                        const std::string &source)
{
    std::vector<const SafetensorsEntry *> order;
    order.reserve(entries.size());
    for (const SafetensorsEntry &entry : entries) {
        order.push_back(&entry);
    }
    std::sort(order.begin(), order.end(), [](const auto *a, const auto *b) {
        return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
    });
    std::uint64_t at = 0;
    for (const SafetensorsEntry *entry : order) {
        if (entry->begin != at) {
            return fail(ErrorCode::Damaged, source + ": tensor " + printable(entry->name) +
                                                ": begins at byte " + std::to_string(entry->begin) +
                                                (entry->begin > at ? ", which leaves a hole after "
                                                                   : ", which overlaps the one before, to ") +
                                                std::to_string(at));
        }
        at = entry->end;
    }
    if (at != dataBytes) {
        return fail(ErrorCode::Damaged, source + ": data: " + std::to_string(dataBytes) +
                                            " bytes, the tensors cover " + std::to_string(at));
    }
    return {};
}

bool isPlainName(std::string_view name)
{
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '_' || c == '.';
    });
    return plain && name.size() <= 255 && !name.starts_with('.') && name.ends_with(".safetensors");
}

/// A shard, and which of its tensors the index wants; empty: all.
struct Shard
{
    std::string file;
    std::vector<std::string> tensors;
};

Result<std::string> smallText(const fs::path &path)
{
    ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(path));
    if (file.bytes().size() > kLongestHeader) {
        return fail(ErrorCode::Damaged, displayName(path) + ": larger than 100 MB");
    }
    return std::string(reinterpret_cast<const char *>(file.bytes().data()), file.bytes().size());
}

Result<std::vector<Shard>> shardsOfIndex(const fs::path &folder)
{
    const std::string source(kIndexName);
    ASSIGN_OR_RETURN(const std::string text, smallText(folder / kIndexName));
    ASSIGN_OR_RETURN(const auto index, parseJson(text, source));
    const auto map = index.is_object() ? index.find("weight_map") : index.end();
    if (!index.is_object() || map == index.end() || !map->is_object() || map->empty()) {
        return fail(ErrorCode::Damaged, source + ": weight_map: missing, empty or not an object");
    }
    std::map<std::string, std::vector<std::string>> files;
    for (const auto &[tensor, file] : map->items()) {
        if (!file.is_string() || !isPlainName(file.get_ref<const std::string &>())) {
            return fail(ErrorCode::Damaged, source + ": weight_map: " + printable(tensor) +
                                                ": not the plain name of a .safetensors file");
        }
        files[file.get_ref<const std::string &>()].push_back(tensor);
    }
    std::vector<Shard> shards;
    for (auto &[file, tensors] : files) {
        shards.push_back({file, std::move(tensors)});
    }
    return shards;
}

Result<std::vector<Shard>> shardsByName(const fs::path &folder)
{
    std::vector<Shard> shards;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const auto u8 = entry->path().filename().u8string();
        const std::string name(reinterpret_cast<const char *>(u8.data()), u8.size());
        if (name.starts_with("model") && isPlainName(name)) {
            shards.push_back({name, {}});
        }
    }
    if (error) {
        return fail(ErrorCode::Unreadable, displayName(folder) + ": " + error.message());
    }
    if (shards.empty()) {
        return fail(ErrorCode::NotFound, displayName(folder) + ": no model*.safetensors in it");
    }
    std::sort(shards.begin(), shards.end(), [](const Shard &a, const Shard &b) { return a.file < b.file; });
    return shards;
}

Result<std::vector<Shard>> shardsOf(const fs::path &folder)
{
    std::error_code error;
    if (fs::exists(folder / "model.safetensors", error)) {
        return std::vector<Shard>{{"model.safetensors", {}}};
    }
    if (fs::exists(folder / kIndexName, error)) {
        return shardsOfIndex(folder);
    }
    return shardsByName(folder);
}

/// Moves the tensors that the index wants from the file's own.
Result<void> choose(const Shard &shard, std::vector<Tensor> &found, std::vector<Tensor> &tensors)
{
    if (shard.tensors.empty()) {
        std::move(found.begin(), found.end(), std::back_inserter(tensors));
        return {};
    }
    std::unordered_map<std::string, Tensor *> byName;
    for (Tensor &tensor : found) {
        byName.emplace(tensor.name, &tensor);
    }
    for (const std::string &name : shard.tensors) {
        const auto tensor = byName.find(name);
        if (tensor == byName.end()) {
            return fail(ErrorCode::Damaged, std::string(kIndexName) + ": weight_map: " + printable(name) +
                                                " is not in " + shard.file);
        }
        tensors.push_back(std::move(*tensor->second));
    }
    return {};
}

} // namespace

Result<SafetensorsContent> readSafetensors(std::span<const std::byte> bytes, const std::string &source)
{
    ByteReader reader(bytes);
    const auto length = reader.number<std::uint64_t>();
    if (!length || *length < 2 || *length > kLongestHeader || *length > reader.left()) {
        return fail(ErrorCode::Damaged,
                    source + ": header length: " + (length ? std::to_string(*length) : "missing") +
                        " in a file of " + std::to_string(bytes.size()) + " bytes");
    }
    const std::string_view header = *reader.characters(*length);
    ASSIGN_OR_RETURN(auto entries, parseSafetensorsHeader(header, source));
    const auto data = bytes.subspan(reader.at());
    RETURN_IF_ERROR(checkCover(entries, data.size(), source));
    SafetensorsContent content;
    content.headerBytes = reader.at();
    content.tensors.reserve(entries.size());
    for (SafetensorsEntry &entry : entries) {
        ASSIGN_OR_RETURN(Tensor tensor, tensorOf(entry, data, source));
        content.tensors.push_back(std::move(tensor));
    }
    return content;
}

Result<SafetensorsFolder> openSafetensorsFolder(const fs::path &folder)
{
    ASSIGN_OR_RETURN(const auto shards, shardsOf(folder));
    if (shards.size() > kMostFiles) {
        return fail(ErrorCode::Damaged,
                    displayName(folder) + ": more than " + std::to_string(kMostFiles) + " files of weights");
    }
    SafetensorsFolder opened;
    for (const Shard &shard : shards) {
        ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(folder / shard.file));
        ASSIGN_OR_RETURN(SafetensorsContent content, readSafetensors(file.bytes(), shard.file));
        RETURN_IF_ERROR(choose(shard, content.tensors, opened.tensors));
        opened.headerBytes.push_back(content.headerBytes);
        opened.files.push_back(std::move(file));
    }
    return opened;
}

} // namespace engine
