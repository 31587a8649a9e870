#include "engine/weights/quant_file.h"

#include "engine/weights/mapped_file.h"
#include "engine/weights/names.h"
#include "engine/weights/quant.h"

#include <algorithm>
#include <fstream>

namespace engine {

Result<void> dequantizeFile(TensorType type, const std::filesystem::path &in,
                            const std::filesystem::path &out)
{
    constexpr std::size_t kBlocksAtOnce = 4096;
    const auto layout = layoutOf(type);
    if (!layout) {
        return fail(ErrorCode::Unsupported, "tensor type " + std::to_string(std::uint32_t(type)));
    }
    ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(in));
    const auto blockBytes = std::size_t(layout->blockBytes);
    if (file.bytes().size() % blockBytes != 0) {
        return fail(ErrorCode::Damaged, displayName(in) + ": " + std::to_string(file.bytes().size()) +
                                            " bytes are not whole blocks of " + std::string(layout->name));
    }
    std::ofstream values(out, std::ios::binary | std::ios::trunc);
    std::vector<float> buffer(kBlocksAtOnce * std::size_t(layout->blockValues));
    for (auto rest = file.bytes(); !rest.empty();) {
        const std::size_t count = std::min(rest.size() / blockBytes, kBlocksAtOnce);
        const auto piece = std::span(buffer).first(count * std::size_t(layout->blockValues));
        RETURN_IF_ERROR(dequantize(type, rest.first(count * blockBytes), piece));
        values.write(reinterpret_cast<const char *>(piece.data()), std::streamsize(piece.size_bytes()));
        rest = rest.subspan(count * blockBytes);
    }
    values.close();
    if (!values) {
        return fail(ErrorCode::Storage, displayName(out) + ": could not be written");
    }
    return {};
}

} // namespace engine
