#include "engine/backend/cpu/kernels_x86.h"
#include "engine/backend/cpu/vector_int8_avx512.h"

namespace engine::cpu {

namespace {

struct FourBytes
{
    std::int8_t values[4];
};

/// One instruction: unsigned weights times four signed bytes from memory, for all lanes. As assembly, because
/// g++ 12 copies the sums to and fro around the intrinsic and loads the bytes on their own.
struct VnniDot
{
    static constexpr int zeroOfBytes = -128;

    static void nibbles(__m512i &sums, __m512i weights, const std::int8_t *four)
    {
        asm("vpdpbusd %2%{1to16%}, %1, %0"
            : "+v"(sums)
            : "v"(weights), "m"(*reinterpret_cast<const FourBytes *>(four)));
    }

    static void bytes(__m512i &sums, __m512i biased, const std::int8_t *four) { nibbles(sums, biased, four); }
};

} // namespace

void useVnni(Kernels &kernels)
{
    kernels.name = "AVX-512 VNNI";
    kernels.rowsInt8 = rowsWith<VnniDot>;
}

} // namespace engine::cpu
