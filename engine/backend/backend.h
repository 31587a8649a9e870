#pragma once

#include "engine/backend/experts.h"
#include "engine/base/kv_type.h"
#include "engine/base/result.h"
#include "engine/weights/tensor.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace engine {

using TokenId = std::int32_t;

/// Memory of a backend: floats that only its operations may touch (on the CPU they are plain memory).
class Buffer
{
public:
    virtual ~Buffer() = default;

    float *data() const { return m_data; }

    std::int64_t size() const { return m_size; }

protected:
    Buffer(float *data, std::int64_t size)
        : m_data(data)
        , m_size(size)
    {
    }

private:
    float *m_data;
    std::int64_t m_size;
};

/// A view of rows in backend memory: [rows, columns], row i begins at data + i * stride.
struct Rows
{
    float *data = nullptr;
    int rows = 0;
    int columns = 0;
    int stride = 0;
};

/// A weight matrix [outputs, inputs] in the layout its backend likes best. Several tensors may be stacked
/// into one (q, k and v; gate and up). Some types are read from the file's mapping: the file must outlive the
/// matrix.
class WeightMatrix
{
public:
    virtual ~WeightMatrix() = default;
    int outputs = 0;
    int inputs = 0;
};

enum class NormKind { Rms, Layer };
enum class Activation { Silu, GeluExact, GeluTanh, Relu, Tanh };
enum class RopeKind { Pairs, Halves }; ///< rotates (0,1)(2,3)... or (0,n/2)(1,n/2+1)...

struct NormWeights
{
    NormKind kind = NormKind::Rms;
    std::span<const float> weight; ///< backend memory
    std::span<const float> bias;   ///< may be empty
    float epsilon = 1e-5f;
};

struct RopeParameters
{
    RopeKind kind = RopeKind::Halves;
    int dimensions = 0; ///< of each head, from its start
    std::span<const float>
        frequencies;     ///< [dimensions / 2] radians a position, scaling applied; backend memory
    float magnitude = 1; ///< YaRN's factor on sine and cosine
};

/// What a group of layers keeps for each position. Layers of a group live and die together: all with full
/// attention, or all of one window.
struct KvShape
{
    int layers = 0;
    int heads = 0;
    int keySize = 0; ///< of a head
    int valueSize = 0;
    /// The value is the first valueSize numbers of the key (MLA's latent): stored once.
    bool valuesInKeys = false;
    KvType type = KvType::F32;

    bool operator==(const KvShape &) const = default;
};

constexpr int kKvPage = 32; ///< positions of a page

/// kKvPage positions of all layers of a group, in the backend's own layout. It may outlive its backend and be
/// released on any thread.
class KvPage
{
public:
    virtual ~KvPage() = default;

    const KvShape &shape() const { return m_shape; }

    std::size_t bytes() const { return m_bytes; } ///< of memory

protected:
    KvPage(const KvShape &shape, std::size_t bytes)
        : m_shape(shape)
        , m_bytes(bytes)
    {
    }

private:
    KvShape m_shape;
    std::size_t m_bytes;
};

/// The pages of one layer as an operation sees them. Position p lies in pages[p / kKvPage]; pages that a
/// window has passed may be null.
struct KvView
{
    std::span<KvPage *const> pages;
    int layer = 0; ///< within the group
};

struct AttentionParameters
{
    int heads = 0;
    float scale = 1;   ///< on q · k
    int window = 0;    ///< a query sees this many positions, itself included; 0: all before it
    float softCap = 0; ///< 0: none
};

/// The operations a model is made of. Rows are tokens. Each call may return before it is done; read() waits.
/// Results do not depend on the number of threads. Accumulates in float32; products with quantised weights
/// may round the activations to bfloat16 or int8, products with F32, F16 and BF16 weights do not. One thread
/// at a time.
class Backend
{
public:
    virtual ~Backend() = default;
    virtual std::string name() const = 0; ///< "CPU (AVX-512, 2 threads)"

    /// Before the first product: activations that would be rounded to 8 bits keep 16. For models in which a
    /// small error may choose another way (experts).
    virtual void keepDigits() {}

    // Memory. Errors: OutOfMemory.
    virtual Result<std::unique_ptr<Buffer>> allocate(std::int64_t floats) = 0;
    virtual Result<std::unique_ptr<WeightMatrix>>
    upload(std::span<const Tensor *const> stacked) = 0; ///< Errors: + Unsupported (names the type)
    virtual Result<std::unique_ptr<Buffer>> uploadVector(const Tensor &tensor) = 0; ///< any type, as floats
    /// Zeroed. Errors: + Unsupported (an impossible shape).
    virtual Result<std::shared_ptr<KvPage>> allocateKvPage(const KvShape &shape) = 0;
    virtual void copyKvPage(KvPage &to, const KvPage &from) = 0; ///< of one shape; for copy on write
    /// A page's bytes, for saving to disk: the layout is this backend's, see kvLayoutVersion().
    virtual void readKvPage(std::vector<std::byte> &to, const KvPage &from) = 0;
    virtual Result<void> writeKvPage(KvPage &to, std::span<const std::byte> from) = 0; ///< Errors: Damaged
    /// Names the backend and the layout of its pages; pages of another one can not be written back.
    virtual std::uint32_t kvLayoutVersion() const = 0;
    virtual void write(float *to, std::span<const float> from) = 0;
    virtual void read(std::span<float> to, const float *from) = 0;

    // Rows in, rows out. Unless said otherwise out and in may be the same memory.
    virtual void embed(Rows out, const WeightMatrix &table, std::span<const TokenId> tokens, float scale) = 0;
    virtual void norm(Rows out, Rows in, const NormWeights &weights) = 0;
    /// out = in · Wᵀ + bias, or out += with `accumulate`. out and in are different memory.
    virtual void linear(Rows out, const WeightMatrix &w, Rows in, std::span<const float> bias,
                        bool accumulate) = 0;
    /// out = act(x[:, :n]) * x[:, n:] with n = out.columns
    virtual void gate(Rows out, Rows in, Activation activation) = 0;
    virtual void activate(Rows x, Activation activation) = 0;
    virtual void add(Rows x, Rows y) = 0; ///< x += y
    /// Rotates each of `heads` heads of each row in place. @param positions  one a row
    virtual void rope(Rows x, int heads, std::span<const std::int32_t> positions,
                      const RopeParameters &rope) = 0;
    /// Norm of each head's values on their own (QK-norm), in place.
    virtual void headNorm(Rows x, int heads, const NormWeights &weights) = 0;
    /// Rows of k and v go to positions first, first + 1, ... of the cache. v is empty with valuesInKeys.
    virtual void storeKv(const KvView &cache, Rows k, Rows v, int first) = 0;
    /// Causal: row i is the query at position first + i; grouped heads (GQA). q.columns is heads * keySize,
    /// out.columns heads * valueSize.
    virtual void attention(Rows out, Rows q, const KvView &cache, int first,
                           const AttentionParameters &p) = 0;
    /// Every row sees every row of its own text. Keys and values may differ in size. @param lengths  rows of
    /// each text, in order; no cache
    virtual void attentionWithin(Rows out, Rows q, Rows k, Rows v, std::span<const int> lengths,
                                 const AttentionParameters &p) = 0;
    /// out[t] = mean (or first, or last) row of text t, length 1 with `normalize`
    enum class Pooling { Mean, First, Last };
    virtual void pool(Rows out, Rows in, std::span<const int> lengths, Pooling pooling, bool normalize) = 0;

    // Mixtures of experts, and products of each head.
    /// @param members  the tensors of each, one above the other (gate, up). With `transposed` it is one
    /// tensor [inputs, outputs]; quantised types may then be kept as halves. Errors: as upload.
    virtual Result<std::unique_ptr<WeightStack>> uploadStack(std::span<const std::vector<Tensor>> members,
                                                             bool transposed) = 0;
    virtual std::unique_ptr<Routes> makeRoutes() = 0;
    /// @param logits  [rows, experts]
    virtual void route(Routes &routes, Rows logits, const RouteParameters &p) = 0;
    /// out[rows * chosen] = each row as often as it has experts, sorted by expert. Different memory.
    virtual void spread(Rows out, Rows in, const Routes &routes) = 0;
    /// The sorted rows of each expert times its matrix. Different memory.
    virtual void linearExperts(Rows out, const WeightStack &w, Rows in, const Routes &routes) = 0;
    /// out[row] += the sum over its experts of weight * in[sorted row]
    virtual void gather(Rows out, Rows in, const Routes &routes) = 0;
    /// Each head of a row times its matrix. Heads are columns / w.count apart, on both sides; what they have
    /// beyond w.inputs is not read, beyond w.outputs not written. Different memory.
    virtual void linearHeads(Rows out, const WeightStack &w, Rows in) = 0;
    /// The first `count` values of each head of each row. Heads are columns / heads apart, on both sides.
    virtual void copyHeads(Rows out, Rows in, int heads, int count) = 0;
    virtual void scaleBySigmoid(Rows x, Rows logits) = 0; ///< x[row] *= sigmoid(logits[row][0])
};

/// @param threads  0: as many as real cores. Runtime dispatch: AVX-512, AVX2 or plain loops.
/// The environment variable WARRAQ_CPU=plain|avx2|avx512 caps it, for tests.
std::unique_ptr<Backend> makeCpuBackend(int threads);

} // namespace engine
