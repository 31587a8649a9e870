#include "engine/weights/gguf.h"

#include "engine/weights/byte_reader.h"
#include "engine/weights/names.h"
#include "engine/weights/quant.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace engine {

namespace {

constexpr std::uint64_t kLongestKey = 65'535;
constexpr std::uint64_t kLongestText = 64u << 20;
constexpr std::uint64_t kLongestName = 63;
constexpr std::uint64_t kMostItems = 64'000'000;
constexpr std::uint64_t kLargestAlignment = 1u << 20;
constexpr std::uint32_t kMostDimensions = 4;
// The smallest that an entry can be: a claim of more entries than the file has room for is refused at once.
constexpr std::uint64_t kLeastKeyValueBytes = 8 + 4 + 1;
constexpr std::uint64_t kLeastTensorBytes = 8 + 4 + 4 + 8;

enum class ValueType : std::uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, Text, Array, U64, I64, F64 };

bool isAscii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool hasControls(std::string_view text)
{
    return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

class Reader
{
public:
    Reader(std::span<const std::byte> bytes, const std::string &source)
        : m_reader(bytes)
        , m_bytes(bytes)
        , m_source(source)
    {
        m_content.metadata.source = source;
    }

    Result<GgufContent> read(GgufExtent extent)
    {
        RETURN_IF_ERROR(readCounts());
        for (std::uint64_t i = 0; i < m_keyValueCount; ++i) {
            RETURN_IF_ERROR(readKeyValue(i));
        }
        RETURN_IF_ERROR(readSplit());
        if (extent == GgufExtent::Metadata) {
            m_content.headerBytes = m_reader.at();
            return std::move(m_content);
        }
        ASSIGN_OR_RETURN(const std::uint64_t alignment, readAlignment());
        for (std::uint64_t i = 0; i < m_tensorCount; ++i) {
            RETURN_IF_ERROR(readTensor(i, alignment));
        }
        RETURN_IF_ERROR(placeTensors(alignment));
        return std::move(m_content);
    }

private:
    struct Place
    {
        std::uint64_t offset;
        std::uint64_t size;
    };

    tl::unexpected<Error> damaged(const std::string &field, const std::string &reason) const
    {
        return fail(ErrorCode::Damaged, m_source + ": " + field + ": " + reason);
    }

    tl::unexpected<Error> unsupported(const std::string &field, const std::string &reason) const
    {
        return fail(ErrorCode::Unsupported, m_source + ": " + field + ": " + reason);
    }

    Result<void> readCounts()
    {
        const auto magic = m_reader.characters(4);
        if (!magic || *magic != "GGUF") {
            return damaged("magic", "not a GGUF file");
        }
        const auto version = m_reader.number<std::uint32_t>();
        const auto tensorCount = m_reader.number<std::uint64_t>();
        const auto keyValueCount = m_reader.number<std::uint64_t>();
        if (!version || !tensorCount || !keyValueCount) {
            return damaged("header", "the file ends inside it");
        }
        if (*version == 0x02000000 || *version == 0x03000000) {
            return unsupported("version", "big-endian");
        }
        if (*version != 2 && *version != 3) {
            return unsupported("version", std::to_string(*version) + ", known are 2 and 3");
        }
        if (*keyValueCount > m_reader.left() / kLeastKeyValueBytes) {
            return damaged("key-value count",
                           std::to_string(*keyValueCount) + " is more than the file has room for");
        }
        if (*tensorCount > m_reader.left() / kLeastTensorBytes) {
            return damaged("tensor count",
                           std::to_string(*tensorCount) + " is more than the file has room for");
        }
        m_tensorCount = *tensorCount;
        m_keyValueCount = *keyValueCount;
        return {};
    }

    Result<std::string_view> text(const std::string &field, std::uint64_t longest)
    {
        const auto length = m_reader.number<std::uint64_t>();
        if (!length) {
            return damaged(field, "the file ends before its length");
        }
        if (*length > longest) {
            return damaged(field, "a string of " + std::to_string(*length) + " bytes, at most " +
                                      std::to_string(longest) + " are allowed");
        }
        const auto characters = m_reader.characters(*length);
        if (!characters) {
            return damaged(field, "a string of " + std::to_string(*length) + " bytes, " +
                                      std::to_string(m_reader.left()) + " are left");
        }
        return *characters;
    }

    Result<void> readKeyValue(std::uint64_t index)
    {
        ASSIGN_OR_RETURN(const std::string_view key, text("key " + std::to_string(index), kLongestKey));
        if (!isAscii(key)) {
            return damaged("key " + std::to_string(index), "not printable ASCII: " + printable(key));
        }
        const std::string field = printable(key);
        if (m_content.metadata.contains(key)) {
            return damaged(field, "the key appears twice");
        }
        const std::size_t begin = m_reader.at();
        const auto type = m_reader.number<std::uint32_t>();
        if (!type) {
            return damaged(field, "the file ends before its type");
        }
        ASSIGN_OR_RETURN(MetadataValue value, readValue(field, ValueType(*type)));
        m_content.keyValues.push_back({key, m_bytes.subspan(begin, m_reader.at() - begin)});
        m_content.metadata.insert(std::string(key), std::move(value));
        return {};
    }

    /// One number of type T as the kind that Metadata keeps.
    template <class T, class Kept>
    Result<MetadataValue> scalar(const std::string &field)
    {
        const auto value = m_reader.number<T>();
        if (!value) {
            return damaged(field, "the file ends inside its value");
        }
        return MetadataValue(Kept(*value));
    }

    Result<MetadataValue> readValue(const std::string &field, ValueType type)
    {
        switch (type) {
        case ValueType::U8:
            return scalar<std::uint8_t, std::uint64_t>(field);
        case ValueType::U16:
            return scalar<std::uint16_t, std::uint64_t>(field);
        case ValueType::U32:
            return scalar<std::uint32_t, std::uint64_t>(field);
        case ValueType::U64:
            return scalar<std::uint64_t, std::uint64_t>(field);
        case ValueType::I8:
            return scalar<std::int8_t, std::int64_t>(field);
        case ValueType::I16:
            return scalar<std::int16_t, std::int64_t>(field);
        case ValueType::I32:
            return scalar<std::int32_t, std::int64_t>(field);
        case ValueType::I64:
            return scalar<std::int64_t, std::int64_t>(field);
        case ValueType::F32:
            return scalar<float, double>(field);
        case ValueType::F64:
            return scalar<double, double>(field);
        case ValueType::Bool:
            return readBool(field);
        case ValueType::Text: {
            ASSIGN_OR_RETURN(const std::string_view value, text(field, kLongestText));
            return MetadataValue(std::string(value));
        }
        case ValueType::Array:
            return readArray(field);
        }
        return damaged(field, "value type " + std::to_string(std::uint32_t(type)) + " does not exist");
    }

    Result<MetadataValue> readBool(const std::string &field)
    {
        const auto value = m_reader.number<std::uint8_t>();
        if (!value || *value > 1) {
            return damaged(field, "neither true nor false");
        }
        return MetadataValue(*value == 1);
    }

    template <class T, class Kept>
    Result<MetadataValue> numbers(const std::string &field, std::uint64_t count)
    {
        if (count > m_reader.left() / sizeof(T)) {
            return damaged(field, "an array of " + std::to_string(count) + " values is longer than the file");
        }
        const auto bytes = m_reader.take(count * sizeof(T));
        std::vector<Kept> values(std::size_t(count), Kept{});
        for (std::size_t i = 0; i < values.size(); ++i) {
            T value;
            std::memcpy(&value, bytes->data() + i * sizeof(T), sizeof(T));
            values[i] = Kept(value);
        }
        return MetadataValue(std::move(values));
    }

    Result<MetadataValue> texts(const std::string &field, std::uint64_t count)
    {
        if (count > m_reader.left() / sizeof(std::uint64_t)) {
            return damaged(field,
                           "an array of " + std::to_string(count) + " strings is longer than the file");
        }
        std::vector<std::string> values;
        values.reserve(std::size_t(count));
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto value = text(field, kLongestText);
            if (!value) {
                return damaged(field, "item " + std::to_string(i) + " of " + std::to_string(count) +
                                          " is too long for the file");
            }
            values.emplace_back(*value);
        }
        return MetadataValue(std::move(values));
    }

    Result<MetadataValue> readArray(const std::string &field)
    {
        const auto type = m_reader.number<std::uint32_t>();
        const auto count = m_reader.number<std::uint64_t>();
        if (!type || !count) {
            return damaged(field, "the file ends inside the head of the array");
        }
        if (*count > kMostItems) {
            return damaged(field, "an array of " + std::to_string(*count) + " items, at most " +
                                      std::to_string(kMostItems) + " are allowed");
        }
        switch (ValueType(*type)) {
        case ValueType::U8:
        case ValueType::I8: // bytes, whatever their sign: the compiled character map comes as either
            return numbers<std::uint8_t, std::uint8_t>(field, *count);
        case ValueType::Bool:
            return numbers<std::uint8_t, std::int64_t>(field, *count);
        case ValueType::U16:
            return numbers<std::uint16_t, std::int64_t>(field, *count);
        case ValueType::I16:
            return numbers<std::int16_t, std::int64_t>(field, *count);
        case ValueType::U32:
            return numbers<std::uint32_t, std::int64_t>(field, *count);
        case ValueType::I32:
            return numbers<std::int32_t, std::int64_t>(field, *count);
        case ValueType::U64: // as int64, bit for bit: no known key has values above 2^63
            return numbers<std::uint64_t, std::int64_t>(field, *count);
        case ValueType::I64:
            return numbers<std::int64_t, std::int64_t>(field, *count);
        case ValueType::F32:
            return numbers<float, double>(field, *count);
        case ValueType::F64:
            return numbers<double, double>(field, *count);
        case ValueType::Text:
            return texts(field, *count);
        case ValueType::Array:
            return unsupported(field, "an array of arrays");
        }
        return damaged(field, "item type " + std::to_string(*type) + " does not exist");
    }

    Result<void> readSplit()
    {
        const Metadata &metadata = m_content.metadata;
        ASSIGN_OR_RETURN(const auto count, metadata.integerOr("split.count", 1, 0, 65'535));
        ASSIGN_OR_RETURN(const auto number, metadata.integerOr("split.no", 0, 0, 65'535));
        ASSIGN_OR_RETURN(const auto tensors, metadata.integerOr("split.tensors.count", -1, -1, kMostItems));
        if (number > 0 && number >= count) {
            return damaged("split.no", std::to_string(number) + " of " + std::to_string(count) + " files");
        }
        m_content.split = {int(number), std::max(1, int(count)), tensors};
        return {};
    }

    Result<std::uint64_t> readAlignment() const
    {
        const MetadataValue *value = m_content.metadata.find("general.alignment");
        if (!value) {
            return 32;
        }
        const auto *alignment = std::get_if<std::uint64_t>(value);
        if (!alignment || *alignment == 0 || *alignment > kLargestAlignment ||
            !std::has_single_bit(*alignment)) {
            return damaged("general.alignment",
                           "not a power of two up to " + std::to_string(kLargestAlignment));
        }
        return *alignment;
    }

    Result<void> readTensor(std::uint64_t index, std::uint64_t alignment)
    {
        const std::string number = "tensor " + std::to_string(index);
        ASSIGN_OR_RETURN(const std::string_view name, text(number, kLongestName));
        if (name.empty() || hasControls(name)) {
            return damaged(number, "no usable name: '" + printable(name) + "'");
        }
        const std::string field = "tensor " + printable(name);
        if (!m_names.emplace(name).second) {
            return damaged(field, "the name appears twice");
        }
        Tensor tensor;
        tensor.name = name;
        ASSIGN_OR_RETURN(tensor.shape, readShape(field));
        const auto type = m_reader.number<std::uint32_t>();
        const auto offset = m_reader.number<std::uint64_t>();
        if (!type || !offset) {
            return damaged(field, "the file ends inside its entry");
        }
        tensor.type = TensorType(*type);
        ASSIGN_OR_RETURN(const std::uint64_t size, sizeOf(field, tensor));
        if (*offset % alignment != 0) {
            return damaged(field, "offset " + std::to_string(*offset) + " is not aligned to " +
                                      std::to_string(alignment));
        }
        m_content.tensors.push_back(std::move(tensor));
        m_places.push_back({*offset, size});
        return {};
    }

    Result<std::vector<std::int64_t>> readShape(const std::string &field)
    {
        const auto count = m_reader.number<std::uint32_t>();
        if (!count) {
            return damaged(field, "the file ends inside its entry");
        }
        if (*count > kMostDimensions) {
            return damaged(field, std::to_string(*count) + " dimensions, at most 4 are allowed");
        }
        std::vector<std::int64_t> shape(*count);
        for (std::uint32_t i = 0; i < *count; ++i) {
            const auto size = m_reader.number<std::uint64_t>();
            if (!size) {
                return damaged(field, "the file ends inside its shape");
            }
            if (*size == 0 || *size > std::uint64_t(std::numeric_limits<std::int64_t>::max())) {
                return damaged(field, "dimension " + std::to_string(i) + " is " + std::to_string(*size));
            }
            shape[*count - 1 - i] = std::int64_t(*size); // the file has the innermost first
        }
        return shape;
    }

    Result<std::uint64_t> sizeOf(const std::string &field, const Tensor &tensor) const
    {
        const auto layout = layoutOf(tensor.type);
        if (!layout) {
            return unsupported(field, "type " + std::to_string(std::uint32_t(tensor.type)));
        }
        if (tensor.columns() % layout->blockValues != 0) {
            return damaged(field, "rows of " + std::to_string(tensor.columns()) +
                                      " values are not whole blocks of " + std::string(layout->name));
        }
        std::optional<std::uint64_t> size = std::uint64_t(tensor.columns() / layout->blockValues);
        size = checkedProduct(*size, std::uint64_t(layout->blockBytes));
        for (std::size_t i = 0; size && i + 1 < tensor.shape.size(); ++i) {
            size = checkedProduct(*size, std::uint64_t(tensor.shape[i]));
        }
        if (!size || *size > m_bytes.size()) {
            return damaged(
                field,
                "its shape needs more bytes than the file has: it is cut short, or the shape is wrong");
        }
        return *size;
    }

    Result<void> placeTensors(std::uint64_t alignment)
    {
        m_content.headerBytes = m_reader.at();
        const std::uint64_t start = (std::uint64_t(m_reader.at()) + alignment - 1) / alignment * alignment;
        const std::uint64_t room = start > m_bytes.size() ? 0 : m_bytes.size() - start;
        std::vector<std::size_t> order(m_places.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            const Place &place = m_places[i];
            Tensor &tensor = m_content.tensors[i];
            if (place.offset > room || place.size > room - place.offset) {
                return damaged("tensor " + printable(tensor.name),
                               "its bytes " + std::to_string(place.offset) + " + " +
                                   std::to_string(place.size) + " end outside the file, which has " +
                                   std::to_string(room) + ": the file is cut short, or this offset is wrong");
            }
            tensor.data = m_bytes.subspan(std::size_t(start + place.offset), std::size_t(place.size));
            order[i] = i;
        }
        std::sort(order.begin(), order.end(),
                  [this](std::size_t a, std::size_t b) { return m_places[a].offset < m_places[b].offset; });
        for (std::size_t i = 1; i < order.size(); ++i) {
            const Place &before = m_places[order[i - 1]];
            if (before.offset + before.size > m_places[order[i]].offset) {
                return damaged("tensor " + printable(m_content.tensors[order[i]].name),
                               "overlaps " + printable(m_content.tensors[order[i - 1]].name));
            }
        }
        return {};
    }

    ByteReader m_reader;
    std::span<const std::byte> m_bytes;
    const std::string &m_source;
    std::uint64_t m_tensorCount = 0;
    std::uint64_t m_keyValueCount = 0;
    GgufContent m_content;
    std::unordered_set<std::string_view> m_names; // views into the file
    std::vector<Place> m_places;
};

} // namespace

Result<GgufContent> readGguf(std::span<const std::byte> bytes, const std::string &source, GgufExtent extent)
{
    return Reader(bytes, source).read(extent);
}

} // namespace engine
