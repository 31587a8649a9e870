#pragma once

#include "engine/base/result.h"
#include "engine/weights/tensor.h"

#include <cstdint>
#include <filesystem>
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
    /// The data is not copied: it must stay until write() is done, and have the size that type and shape
    /// need.
    void addTensor(Tensor tensor);

    /// Written beside `path` first and renamed when whole. Errors: Storage.
    Result<void> write(const std::filesystem::path &path) const;

private:
    void key(std::string_view name, std::uint32_t type);
    void array(std::string_view name, std::uint32_t type, std::size_t count);

    std::string m_keyValues;
    std::uint64_t m_count = 0;
    std::vector<Tensor> m_tensors;
};

} // namespace engine
