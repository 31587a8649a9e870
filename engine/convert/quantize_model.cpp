#include "engine/convert/quantize_model.h"

#include "engine/base/parallel.h"
#include "engine/convert/folder_tensors.h"
#include "engine/convert/hyperparameter_keys.h"
#include "engine/tokenizer/tokenizer_metadata.h"
#include "engine/weights/gguf_files.h"
#include "engine/weights/gguf_writer.h"
#include "engine/weights/names.h"
#include "engine/weights/quant.h"
#include "engine/weights/quantize.h"

#include <algorithm>
#include <mutex>

namespace engine {

namespace {

namespace fs = std::filesystem;
using Use = PlannedTensor::Use;

constexpr std::int64_t kValuesAtOnce = 1 << 21;

/// llama.cpp's number for what most of a file's matrices are.
std::uint32_t fileTypeOf(TensorType type)
{
    switch (type) {
    case TensorType::F16:
        return 1;
    case TensorType::Q4_0:
        return 2;
    case TensorType::Q4_1:
        return 3;
    case TensorType::Q8_0:
        return 7;
    case TensorType::Q4_K:
        return 15;
    case TensorType::Q6_K:
        return 18;
    default:
        return 0;
    }
}

double bitsOf(TensorType type)
{
    const auto layout = *layoutOf(type);
    return 8.0 * layout.blockBytes / layout.blockValues;
}

void addMetadata(const Metadata &metadata, GgufWriter &writer)
{
    for (const auto &[name, value] : metadata.all()) {
        std::visit(
            [&, &key = name](const auto &held) {
                using T = std::decay_t<decltype(held)>;
                if constexpr (std::is_same_v<T, bool>) {
                    writer.addFlag(key, held);
                } else if constexpr (std::is_integral_v<T>) {
                    writer.addU32(key, std::uint32_t(held));
                } else if constexpr (std::is_same_v<T, double>) {
                    writer.addF32(key, float(held));
                } else if constexpr (std::is_same_v<T, std::string>) {
                    writer.addText(key, held);
                } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
                    const std::vector<std::int32_t> numbers(held.begin(), held.end());
                    writer.addI32s(key, numbers);
                } else if constexpr (std::is_same_v<T, std::vector<double>>) {
                    const std::vector<float> numbers(held.begin(), held.end());
                    writer.addF32s(key, numbers);
                } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
                    const std::vector<std::string_view> texts(held.begin(), held.end());
                    writer.addTexts(key, texts);
                } else {
                    writer.addBytes(key, std::as_bytes(std::span(held)));
                }
            },
            value);
    }
}

/// Files for one model and one tokenizer need as many tokens as the embedding has rows.
void padTokens(Metadata &metadata, int rows)
{
    const auto *tokens = std::get_if<std::vector<std::string>>(metadata.find("tokenizer.ggml.tokens"));
    const auto *types = std::get_if<std::vector<std::int64_t>>(metadata.find("tokenizer.ggml.token_type"));
    if (!tokens || !types || tokens->size() >= std::size_t(rows)) {
        return;
    }
    auto texts = *tokens;
    auto kinds = *types;
    while (texts.size() < std::size_t(rows)) {
        texts.push_back("[PAD" + std::to_string(texts.size()) + "]");
        kinds.push_back(5); // unused
    }
    const MetadataValue *scores = metadata.find("tokenizer.ggml.scores");
    if (const auto *numbers = scores ? std::get_if<std::vector<double>>(scores) : nullptr) {
        auto longer = *numbers;
        longer.resize(texts.size(), -1000.0);
        metadata.insert("tokenizer.ggml.scores", std::move(longer));
    }
    metadata.insert("tokenizer.ggml.tokens", std::move(texts));
    metadata.insert("tokenizer.ggml.token_type", std::move(kinds));
}

/// What a name in a GGUF says of its use; the same for every family.
Use useOfName(std::string_view name)
{
    const auto has = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
    if (name == "token_embd.weight" || name == "output.weight") {
        return Use::Embedding;
    }
    const bool exact = has("_norm") || has("ffn_gate_inp") || has("position_embd") || has("token_types") ||
                       has("rope_f") || has("exp_probs") || name.starts_with("cls");
    return exact ? Use::Exact : Use::Matrix;
}

class ModelQuantizer
{
public:
    ModelQuantizer(const QuantizeOptions &options, const CancelToken &cancel)
        : m_options(options)
        , m_cancel(cancel)
        , m_pool(options.threads)
    {
    }

    Result<void> fromGguf(const fs::path &in, const fs::path &out)
    {
        ASSIGN_OR_RETURN(const GgufFiles files, openGgufFiles(in));
        for (const GgufKeyValue &keyValue : files.keyValues) {
            const bool ours = keyValue.key == "general.file_type" ||
                              keyValue.key == "general.quantization_version" ||
                              keyValue.key == "general.alignment" || keyValue.key.starts_with("split.");
            if (!ours) {
                m_writer.addKeyValue(keyValue);
            }
        }
        std::vector<PlannedTensor> plans;
        for (const Tensor &tensor : files.tensors) {
            PlannedTensor plan = planned(tensor.name, tensor, useOfName(tensor.name));
            RETURN_IF_ERROR(checkPrecision(plan, in));
            plans.push_back(std::move(plan));
        }
        return write(plans, out);
    }

    Result<void> fromFolder(const fs::path &in, const fs::path &out)
    {
        ASSIGN_OR_RETURN(const auto file, ModelFile::open(in));
        ASSIGN_OR_RETURN(const ModelConfig config, readConfig(*file));
        ASSIGN_OR_RETURN(const std::vector<PlannedTensor> plans, planFolder(*file, config));
        const bool reranker =
            std::ranges::any_of(plans, [](const auto &plan) { return plan.name == "cls.output.weight"; });
        RETURN_IF_ERROR(addHyperparameters(*file, config, reranker, m_writer));
        ASSIGN_OR_RETURN(Metadata tokenizer, tokenizerMetadata(*file));
        padTokens(tokenizer, config.vocabulary);
        addMetadata(tokenizer, m_writer);
        return write(plans, out);
    }

private:
    Result<void> checkPrecision(const PlannedTensor &plan, const fs::path &in) const
    {
        const TensorType type = typeFor(plan, m_options.type);
        if (plan.use == Use::Exact || plan.whole->type == type || bitsOf(plan.whole->type) > bitsOf(type)) {
            return {};
        }
        return fail(ErrorCode::Unsupported, displayName(in) + ": tensor " + printable(plan.name) + " is " +
                                                std::string(layoutOf(plan.whole->type)->name) +
                                                ", which is not more precise than " +
                                                std::string(layoutOf(type)->name));
    }

    Result<void> write(const std::vector<PlannedTensor> &plans, const fs::path &out)
    {
        m_writer.addU32("general.quantization_version", 2);
        m_writer.addU32("general.file_type", fileTypeOf(m_options.type));
        int done = 0;
        for (const PlannedTensor &plan : plans) {
            const TensorType type = typeFor(plan, m_options.type);
            m_writer.addTensor(
                plan.name, type, plan.shape,
                [this, &plan, type, &done, all = int(plans.size())](const GgufWriter::Sink &sink) {
                    if (m_options.onProgress) {
                        m_options.onProgress(done, all, plan.name);
                    }
                    ++done;
                    return writeTensor(plan, type, sink);
                });
        }
        return m_writer.write(out);
    }

    Result<void> writeTensor(const PlannedTensor &plan, TensorType type, const GgufWriter::Sink &sink)
    {
        if (plan.whole && plan.whole->type == type) {
            return sink(plan.whole->data);
        }
        const std::int64_t columns = plan.columns();
        const std::int64_t atOnce = std::max<std::int64_t>(1, kValuesAtOnce / columns);
        const auto layout = *layoutOf(type);
        const std::size_t rowBytes = std::size_t(columns / layout.blockValues * layout.blockBytes);
        std::vector<float> values;
        std::vector<std::byte> blocks;
        for (std::int64_t first = 0; first < plan.rowCount(); first += atOnce) {
            if (m_cancel.isCancelled()) {
                return fail(ErrorCode::Cancelled, "cancelled");
            }
            const std::int64_t count = std::min(atOnce, plan.rowCount() - first);
            values.resize(std::size_t(count * columns));
            blocks.resize(std::size_t(count) * rowBytes);
            RETURN_IF_ERROR(plan.rows(first, count, values));
            if (auto made = quantizeRows(type, values, blocks, int(count)); !made) {
                return fail(made.error().code, "tensor " + printable(plan.name) + ": " + made.error().detail);
            }
            RETURN_IF_ERROR(sink(blocks));
        }
        return {};
    }

    Result<void> quantizeRows(TensorType type, std::span<const float> values, std::span<std::byte> blocks,
                              int rows)
    {
        const std::size_t columns = values.size() / std::size_t(rows);
        const std::size_t rowBytes = blocks.size() / std::size_t(rows);
        std::mutex mutex;
        Result<void> result;
        const int grain = std::max(1, rows / (8 * m_pool.threads()));
        m_pool.parallelFor(rows, grain, [&](int begin, int end, int) {
            const auto count = std::size_t(end - begin);
            auto made = quantize(type, values.subspan(std::size_t(begin) * columns, count * columns),
                                 blocks.subspan(std::size_t(begin) * rowBytes, count * rowBytes));
            if (!made) {
                const std::lock_guard lock(mutex);
                result = std::move(made);
            }
        });
        return result;
    }

    const QuantizeOptions &m_options;
    const CancelToken &m_cancel;
    ThreadPool m_pool;
    GgufWriter m_writer;
};

bool isOffered(TensorType type)
{
    return canQuantize(type) && type != TensorType::F32 && type != TensorType::BF16;
}

} // namespace

Result<Quantized> quantizeModel(const fs::path &in, const fs::path &out, const QuantizeOptions &options,
                                const CancelToken &cancel)
{
    if (!isOffered(options.type)) {
        return fail(ErrorCode::Unsupported, "models are written as F16, Q8_0, Q4_0, Q4_1, Q4_K or Q6_K");
    }
    std::error_code error;
    if (fs::equivalent(in, out, error)) {
        return fail(ErrorCode::Storage, displayName(out) + ": is the model itself");
    }
    ModelQuantizer quantizer(options, cancel);
    RETURN_IF_ERROR(fs::is_directory(in, error) ? quantizer.fromFolder(in, out)
                                                : quantizer.fromGguf(in, out));
    Quantized sizes;
    ASSIGN_OR_RETURN(const auto before, ModelFile::open(in));
    ASSIGN_OR_RETURN(const auto after, ModelFile::open(out));
    sizes.bytesBefore = before->bytes();
    sizes.bytesAfter = after->bytes();
    return sizes;
}

} // namespace engine
