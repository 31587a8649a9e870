#include "engine/model/model_info.h"

#include "engine/model/model_name.h"
#include "engine/weights/quant.h"

#include <algorithm>
#include <array>
#include <map>

namespace engine {
namespace {

/// FNV-1a, 64 bits (Fowler, Noll, Vo).
class Hash
{
public:
    void add(std::span<const std::byte> bytes)
    {
        for (const std::byte byte : bytes) {
            m_value = (m_value ^ std::uint64_t(byte)) * 0x100000001b3u;
        }
    }

    void add(std::string_view text) { add(std::as_bytes(std::span(text))); }

    void add(std::uint64_t number)
    {
        std::array<std::byte, 8> bytes;
        for (std::byte &byte : bytes) { // least byte first on every machine
            byte = std::byte(number & 0xff);
            number >>= 8;
        }
        add(bytes);
    }

    std::uint64_t value() const { return m_value; }

private:
    std::uint64_t m_value = 0xcbf29ce484222325u;
};

std::int64_t countOf(const Tensor &tensor)
{
    return tensor.rows() * tensor.columns();
}

std::string commonestType(const ModelFile &file)
{
    std::map<TensorType, std::int64_t> counts;
    for (const Tensor &tensor : file.tensors()) {
        if (tensor.shape.size() >= 2) {
            counts[tensor.type] += countOf(tensor);
        }
    }
    const auto most = std::ranges::max_element(counts, {}, [](const auto &entry) { return entry.second; });
    if (most == counts.end()) {
        return {};
    }
    const auto layout = layoutOf(most->first);
    return layout ? std::string(layout->name) : std::string();
}

} // namespace

ModelInfo describeModel(const ModelFile &file, const ModelConfig &config)
{
    ModelInfo info;
    info.name = modelName(config.name, file.path());
    info.architecture = config.spec->family;
    info.weights = commonestType(file);
    const bool generates = config.spec->network == Network::Decoder && !config.embeds;
    info.kind = generates ? ModelKind::Decoder : ModelKind::Encoder;
    for (const Tensor &tensor : file.tensors()) {
        info.parameters += countOf(tensor);
    }
    info.bytes = file.bytes();
    info.vocabulary = config.vocabulary;
    info.contextLength = config.context;
    info.embeddingSize = config.hidden;
    info.fingerprint = fingerprint(file);
    return info;
}

std::string fingerprint(const ModelFile &file)
{
    constexpr std::size_t kSample = 64;
    Hash hash;
    hash.add(std::uint64_t(file.bytes()));
    for (const Tensor &tensor : file.tensors()) {
        hash.add(tensor.name);
        hash.add(std::uint64_t(tensor.type));
        for (const std::int64_t size : tensor.shape) {
            hash.add(std::uint64_t(size));
        }
        const std::size_t bytes = tensor.data.size();
        for (const std::size_t at :
             {std::size_t(0), bytes / 3, bytes / 2, bytes - std::min(bytes, kSample)}) {
            hash.add(tensor.data.subspan(at, std::min(kSample, bytes - at)));
        }
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) {
        text += kDigits[(hash.value() >> shift) & 0xf];
    }
    return text;
}

} // namespace engine
