#include "rag/store/sha256.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>

namespace rag {

namespace {

constexpr std::array<std::uint32_t, 64> kRound{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t bigEndian(const std::uint8_t *bytes)
{
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
           bytes[3];
}

} // namespace

void Sha256::block(const std::uint8_t *bytes)
{
    std::array<std::uint32_t, 64> w;
    for (std::size_t i = 0; i < 16; ++i)
        w[i] = bigEndian(bytes + 4 * i);
    for (std::size_t i = 16; i < 64; ++i) {
        const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
        const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, h] = m_state;
    for (std::size_t i = 0; i < 64; ++i) {
        const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
        const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + kRound[i] + w[i];
        const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
        const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const std::array<std::uint32_t, 8> change{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i)
        m_state[i] += change[i];
}

void Sha256::add(std::span<const std::byte> bytes)
{
    const auto *data = reinterpret_cast<const std::uint8_t *>(bytes.data());
    std::size_t size = bytes.size();
    std::size_t open = m_size % 64;
    m_size += size;
    while (size > 0) {
        if (open == 0 && size >= 64) {
            block(data);
            data += 64;
            size -= 64;
            continue;
        }
        const std::size_t step = std::min(size, 64 - open);
        std::memcpy(m_open.data() + open, data, step);
        open += step;
        data += step;
        size -= step;
        if (open == 64) {
            block(m_open.data());
            open = 0;
        }
    }
}

Sha256::Digest Sha256::finish()
{
    const std::uint64_t bits = m_size * 8;
    std::array<std::byte, 72> padding{std::byte{0x80}};
    const std::size_t zeros = (119 - m_size % 64) % 64; // up to 8 bytes before a block's end
    for (std::size_t i = 0; i < 8; ++i)
        padding[1 + zeros + i] = static_cast<std::byte>(bits >> (56 - 8 * i) & 0xff);
    add(std::span(padding).first(zeros + 9));
    Digest digest;
    for (std::size_t i = 0; i < 32; ++i)
        digest[i] = static_cast<std::uint8_t>(m_state[i / 4] >> (24 - 8 * (i % 4)));
    return digest;
}

std::string hexOf(const Sha256::Digest &digest)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (const std::uint8_t byte : digest) {
        hex += kDigits[byte >> 4];
        hex += kDigits[byte & 15];
    }
    return hex;
}

Result<std::string> sha256OfFile(const std::filesystem::path &file, const CancelToken &cancel)
{
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (status.type() == std::filesystem::file_type::not_found)
        return fail(ErrorCode::NotFound, "there is no file " + file.string());
    if (status.type() != std::filesystem::file_type::regular) // a pipe or device might never end
        return fail(ErrorCode::Unreadable, file.string() + " is not a plain file");
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return fail(ErrorCode::Unreadable, file.string() + " can not be opened");
    Sha256 sha;
    std::vector<char> buffer(std::size_t{1} << 18);
    while (stream) {
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "stopped while reading the file");
        stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        sha.add(std::as_bytes(std::span(buffer).first(static_cast<std::size_t>(stream.gcount()))));
    }
    if (stream.bad())
        return fail(ErrorCode::Unreadable, file.string() + " can not be read to its end");
    return hexOf(sha.finish());
}

} // namespace rag
