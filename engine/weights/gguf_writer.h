#pragma once

#include "engine/base/result.h"
#include "engine/weights/gguf.h"
#include "engine/weights/tensor.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// Writes a GGUF, version 3, alignment 32. The same calls give the same bytes. Keys must be unique.
class GgufWriter
{
public:
    void addText(std::string_view key, std::string_view value);
    void addU32(std::string_view key, std::uint32_t value);
    void addF32(std::string_view key, float value);
    void addFlag(std::string_view key, bool value);
    void addTexts(std::string_view key, std::span<const std::string_view> values);
    void addF32s(std::string_view key, std::span<const float> values);
    void addI32s(std::string_view key, std::span<const std::int32_t> values);
    void addBytes(std::string_view key, std::span<const std::byte> values);
    void addFlags(std::string_view key, const std::vector<bool> &values);
    /// As another file has it.
    void addKeyValue(const GgufKeyValue &keyValue);
    /// The data is not copied: it must stay until write() is done, and have the size that type and shape
    /// need.
    void addTensor(Tensor tensor);

    /// Takes the next bytes of a tensor. Errors: Storage.
    using Sink = std::function<Result<void>(std::span<const std::byte>)>;
    /// Gives a tensor's bytes piece by piece, when the file is written.
    using Source = std::function<Result<void>(const Sink &)>;
    void addTensor(std::string name, TensorType type, std::vector<std::int64_t> shape, Source source);

    /// Written beside `path` first and renamed when whole; nothing is left of a file that was not.
    /// Errors: Storage (no room: says how much is needed); those of the sources.
    Result<void> write(const std::filesystem::path &path) const;

private:
    void key(std::string_view name, std::uint32_t type);
    void array(std::string_view name, std::uint32_t type, std::size_t count);

    struct Entry
    {
        Tensor tensor; ///< with a source its data is empty
        std::uint64_t bytes = 0;
        Source source;
    };

    std::string header() const;
    Result<void> writeTo(const std::filesystem::path &partial) const;

    std::string m_keyValues;
    std::uint64_t m_count = 0;
    std::vector<Entry> m_tensors;
};

} // namespace engine
