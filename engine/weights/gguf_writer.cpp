#include "engine/weights/gguf_writer.h"

#include "engine/weights/names.h"
#include "engine/weights/quant.h"

#include <fstream>
#include <system_error>

namespace engine {

namespace {

constexpr std::size_t kAlignment = 32;

// Type numbers of the format.
constexpr std::uint32_t kU8 = 0;
constexpr std::uint32_t kU32 = 4;
constexpr std::uint32_t kI32 = 5;
constexpr std::uint32_t kF32 = 6;
constexpr std::uint32_t kBool = 7;
constexpr std::uint32_t kText = 8;
constexpr std::uint32_t kArray = 9;

template <class T>
void append(std::string &out, T value)
{
    out.append(reinterpret_cast<const char *>(&value), sizeof value);
}

void appendText(std::string &out, std::string_view text)
{
    append(out, std::uint64_t(text.size()));
    out += text;
}

std::size_t padding(std::uint64_t size)
{
    return std::size_t((kAlignment - size % kAlignment) % kAlignment);
}

} // namespace

std::string GgufWriter::header() const
{
    std::string out = "GGUF";
    append(out, std::uint32_t(3));
    append(out, std::uint64_t(m_tensors.size()));
    append(out, m_count);
    out += m_keyValues;
    std::uint64_t offset = 0;
    for (const Entry &entry : m_tensors) {
        const Tensor &tensor = entry.tensor;
        appendText(out, tensor.name);
        append(out, std::uint32_t(tensor.shape.size()));
        for (auto size = tensor.shape.rbegin(); size != tensor.shape.rend(); ++size) {
            append(out, *size);
        }
        append(out, std::uint32_t(tensor.type));
        append(out, offset);
        offset += entry.bytes + padding(entry.bytes);
    }
    out.append(padding(out.size()), '\0');
    return out;
}

void GgufWriter::key(std::string_view name, std::uint32_t type)
{
    appendText(m_keyValues, name);
    append(m_keyValues, type);
    ++m_count;
}

void GgufWriter::array(std::string_view name, std::uint32_t type, std::size_t count)
{
    key(name, kArray);
    append(m_keyValues, type);
    append(m_keyValues, std::uint64_t(count));
}

void GgufWriter::addText(std::string_view name, std::string_view value)
{
    key(name, kText);
    appendText(m_keyValues, value);
}

void GgufWriter::addU32(std::string_view name, std::uint32_t value)
{
    key(name, kU32);
    append(m_keyValues, value);
}

void GgufWriter::addF32(std::string_view name, float value)
{
    key(name, kF32);
    append(m_keyValues, value);
}

void GgufWriter::addFlag(std::string_view name, bool value)
{
    key(name, kBool);
    append(m_keyValues, std::uint8_t(value ? 1 : 0));
}

void GgufWriter::addTexts(std::string_view name, std::span<const std::string_view> values)
{
    array(name, kText, values.size());
    for (const std::string_view value : values) {
        appendText(m_keyValues, value);
    }
}

void GgufWriter::addF32s(std::string_view name, std::span<const float> values)
{
    array(name, kF32, values.size());
    m_keyValues.append(reinterpret_cast<const char *>(values.data()), values.size_bytes());
}

void GgufWriter::addI32s(std::string_view name, std::span<const std::int32_t> values)
{
    array(name, kI32, values.size());
    m_keyValues.append(reinterpret_cast<const char *>(values.data()), values.size_bytes());
}

void GgufWriter::addBytes(std::string_view name, std::span<const std::byte> values)
{
    array(name, kU8, values.size());
    m_keyValues.append(reinterpret_cast<const char *>(values.data()), values.size());
}

void GgufWriter::addFlags(std::string_view name, const std::vector<bool> &values)
{
    array(name, kBool, values.size());
    for (const bool value : values) {
        append(m_keyValues, std::uint8_t(value ? 1 : 0));
    }
}

void GgufWriter::addKeyValue(const GgufKeyValue &keyValue)
{
    appendText(m_keyValues, keyValue.key);
    m_keyValues.append(reinterpret_cast<const char *>(keyValue.value.data()), keyValue.value.size());
    ++m_count;
}

void GgufWriter::addTensor(Tensor tensor)
{
    const std::uint64_t bytes = tensor.data.size();
    m_tensors.push_back({std::move(tensor), bytes, {}});
}

void GgufWriter::addTensor(std::string name, TensorType type, std::vector<std::int64_t> shape, Source source)
{
    Entry entry;
    entry.tensor = {std::move(name), type, std::move(shape), {}};
    const auto layout = layoutOf(type);
    entry.bytes = std::uint64_t(entry.tensor.rows()) * std::uint64_t(entry.tensor.columns()) /
                  std::uint64_t(layout->blockValues) * std::uint64_t(layout->blockBytes);
    entry.source = std::move(source);
    m_tensors.push_back(std::move(entry));
}

Result<void> GgufWriter::writeTo(const std::filesystem::path &partial) const
{
    const std::string head = header();
    std::uint64_t needed = head.size();
    for (const Entry &entry : m_tensors) {
        needed += entry.bytes + padding(entry.bytes);
    }
    std::error_code error;
    const auto folder = partial.has_parent_path() ? partial.parent_path() : std::filesystem::path(".");
    const auto space = std::filesystem::space(folder, error);
    if (!error && space.available < needed) {
        return fail(ErrorCode::Storage, displayName(partial) + ": needs " + std::to_string(needed >> 20) +
                                            " MB, " + std::to_string(space.available >> 20) + " MB are free");
    }
    std::ofstream file(partial, std::ios::binary | std::ios::trunc);
    const auto put = [&](const char *bytes, std::size_t count) -> Result<void> {
        if (!file.write(bytes, std::streamsize(count))) {
            return fail(ErrorCode::Storage,
                        displayName(partial) + ": could not be written; the disk may be full");
        }
        return {};
    };
    RETURN_IF_ERROR(put(head.data(), head.size()));
    constexpr char kZeros[kAlignment] = {};
    for (const Entry &entry : m_tensors) {
        std::uint64_t written = 0;
        const auto sink = [&](std::span<const std::byte> bytes) {
            written += bytes.size();
            return put(reinterpret_cast<const char *>(bytes.data()), bytes.size());
        };
        RETURN_IF_ERROR(entry.source ? entry.source(sink) : sink(entry.tensor.data));
        if (written != entry.bytes) {
            return fail(ErrorCode::Damaged, "tensor " + printable(entry.tensor.name) + ": " +
                                                std::to_string(written) + " bytes, its shape needs " +
                                                std::to_string(entry.bytes));
        }
        RETURN_IF_ERROR(put(kZeros, padding(entry.bytes)));
    }
    file.close();
    return file ? Result<void>()
                : fail(ErrorCode::Storage,
                       displayName(partial) + ": could not be written; the disk may be full");
}

Result<void> GgufWriter::write(const std::filesystem::path &path) const
{
    std::filesystem::path partial = path;
    partial += ".partial";
    std::error_code ignored;
    if (auto written = writeTo(partial); !written) {
        std::filesystem::remove(partial, ignored);
        return written;
    }
    std::error_code error;
    std::filesystem::rename(partial, path, error);
    if (error) {
        std::filesystem::remove(partial, ignored);
        return fail(ErrorCode::Storage, displayName(path) + ": " + error.message());
    }
    return {};
}

} // namespace engine
