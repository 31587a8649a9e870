#include "engine/weights/gguf_writer.h"

#include "engine/weights/names.h"

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

std::size_t padding(std::size_t size)
{
    return (kAlignment - size % kAlignment) % kAlignment;
}

std::string header(const std::string &keyValues, std::uint64_t count, const std::vector<Tensor> &tensors)
{
    std::string out = "GGUF";
    append(out, std::uint32_t(3));
    append(out, std::uint64_t(tensors.size()));
    append(out, count);
    out += keyValues;
    std::uint64_t offset = 0;
    for (const Tensor &tensor : tensors) {
        appendText(out, tensor.name);
        append(out, std::uint32_t(tensor.shape.size()));
        for (auto size = tensor.shape.rbegin(); size != tensor.shape.rend(); ++size) {
            append(out, *size);
        }
        append(out, std::uint32_t(tensor.type));
        append(out, offset);
        offset += tensor.data.size() + padding(tensor.data.size());
    }
    out.append(padding(out.size()), '\0');
    return out;
}

} // namespace

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

void GgufWriter::addTensor(Tensor tensor)
{
    m_tensors.push_back(std::move(tensor));
}

Result<void> GgufWriter::write(const std::filesystem::path &path) const
{
    std::filesystem::path partial = path;
    partial += ".partial";
    std::error_code error;
    {
        std::ofstream file(partial, std::ios::binary | std::ios::trunc);
        const std::string head = header(m_keyValues, m_count, m_tensors);
        file.write(head.data(), std::streamsize(head.size()));
        constexpr char kZeros[kAlignment] = {};
        for (const Tensor &tensor : m_tensors) {
            file.write(reinterpret_cast<const char *>(tensor.data.data()),
                       std::streamsize(tensor.data.size()));
            file.write(kZeros, std::streamsize(padding(tensor.data.size())));
        }
        file.close();
        if (!file) {
            std::filesystem::remove(partial, error);
            return fail(ErrorCode::Storage, displayName(path) + ": could not be written");
        }
    }
    std::filesystem::rename(partial, path, error);
    if (error) {
        std::error_code ignored;
        std::filesystem::remove(partial, ignored);
        return fail(ErrorCode::Storage, displayName(path) + ": " + error.message());
    }
    return {};
}

} // namespace engine
