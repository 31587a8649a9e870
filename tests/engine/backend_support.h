#pragma once

#include "engine/backend/cpu/dispatch.h"
#include "engine/backend/cpu_backend.h"
#include "engine/weights/quant.h"

#include <QtTest>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

/// What the tests of the backend share: seeded values, rows between sentinels, errors against double
/// precision.
namespace backend_support {

constexpr float kSentinel = -12345.0f;

inline std::vector<float> randomValues(std::size_t count, unsigned seed, float spread = 1.0f)
{
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(0, spread);
    std::vector<float> values(count);
    for (float &value : values) {
        value = normal(engine);
    }
    return values;
}

/// [rows, columns] with a gap of sentinels after each row and around all.
class GuardedRows
{
public:
    GuardedRows(int rows, int columns, int gap = 5)
        : m_values(static_cast<std::size_t>((rows + 2) * (columns + gap)), kSentinel)
        , m_rows(rows)
        , m_columns(columns)
        , m_stride(columns + gap)
    {
    }

    GuardedRows(int rows, int columns, const std::vector<float> &values)
        : GuardedRows(rows, columns)
    {
        for (int row = 0; row < rows; ++row) {
            for (int column = 0; column < columns; ++column) {
                at(row, column) = values[static_cast<std::size_t>(row * columns + column)];
            }
        }
    }

    engine::Rows view() { return {m_values.data() + m_stride, m_rows, m_columns, m_stride}; }

    float &at(int row, int column)
    {
        return m_values[static_cast<std::size_t>((row + 1) * m_stride + column)];
    }

    bool intact() const
    {
        for (std::size_t i = 0; i < m_values.size(); ++i) {
            const int row = static_cast<int>(i) / m_stride - 1;
            const bool inside = row >= 0 && row < m_rows && static_cast<int>(i) % m_stride < m_columns;
            if (!inside && m_values[i] != kSentinel) {
                return false;
            }
        }
        return true;
    }

    std::vector<float> packed()
    {
        std::vector<float> values;
        for (int row = 0; row < m_rows; ++row) {
            for (int column = 0; column < m_columns; ++column) {
                values.push_back(at(row, column));
            }
        }
        return values;
    }

private:
    std::vector<float> m_values;
    int m_rows;
    int m_columns;
    int m_stride;
};

/// Σ (got - expected)² / Σ expected²; NaN counts as infinitely wrong.
inline double normalisedError(const std::vector<float> &got, const std::vector<double> &expected)
{
    double error = 0;
    double power = 1e-30;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double difference = static_cast<double>(got[i]) - expected[i];
        error += difference * difference;
        power += expected[i] * expected[i];
    }
    return got.size() == expected.size() && std::isfinite(error) ? error / power : HUGE_VAL;
}

inline double greatestError(const std::vector<float> &got, const std::vector<double> &expected)
{
    double greatest = got.size() == expected.size() ? 0 : HUGE_VAL;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double difference = std::fabs(static_cast<double>(got[i]) - expected[i]);
        greatest = difference <= greatest ? greatest : difference;
    }
    return greatest;
}

/// Pages for `length` positions of one layer.
struct OwnedPages
{
    std::vector<std::shared_ptr<engine::KvPage>> pages;
    std::vector<engine::KvPage *> view;

    OwnedPages(engine::Backend &backend, const engine::KvShape &shape, int length)
    {
        for (int first = 0; first < length; first += engine::kKvPage) {
            auto page = backend.allocateKvPage(shape);
            if (page) {
                pages.push_back(*page);
                view.push_back(page->get());
            }
        }
    }

    engine::KvView layer(int index) const { return {view, index}; }
};

/// A tensor that owns bytes of any type: random numbers, scales that keep the values near 1.
struct OwnedTensor
{
    std::vector<std::byte> bytes;
    engine::Tensor tensor;

    OwnedTensor(engine::TensorType type, int rows, int columns, unsigned seed)
    {
        const auto layout = *engine::layoutOf(type);
        const auto blocks =
            static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns / layout.blockValues);
        const auto blockBytes = static_cast<std::size_t>(layout.blockBytes);
        bytes.resize(blocks * blockBytes + 1); // one byte off: files promise no alignment
        std::mt19937 engine(seed);
        for (std::byte &byte : bytes) {
            byte = static_cast<std::byte>(engine() & 255);
        }
        const auto values = randomValues(blocks * 2, seed + 1, 0.05f);
        for (std::size_t i = 0; i < blocks; ++i) {
            std::byte *block = bytes.data() + 1 + i * blockBytes;
            const auto putHalf = [&](std::size_t at, float value) {
                const std::uint16_t bits = engine::floatToHalf(value);
                std::memcpy(block + at, &bits, 2);
            };
            switch (type) {
            case engine::TensorType::F32:
                std::memcpy(block, &values[i], 4);
                break;
            case engine::TensorType::F16:
                putHalf(0, values[i]);
                break;
            case engine::TensorType::BF16: {
                const std::uint16_t bits = engine::floatToBfloat(values[i]);
                std::memcpy(block, &bits, 2);
                break;
            }
            case engine::TensorType::Q4_1:
            case engine::TensorType::Q5_1:
            case engine::TensorType::Q4_K:
            case engine::TensorType::Q5_K:
                putHalf(2, values[2 * i + 1]);
                putHalf(0, values[2 * i]);
                break;
            case engine::TensorType::Q2_K:
                putHalf(80, values[2 * i] / 8);
                putHalf(82, values[2 * i + 1] / 8);
                break;
            case engine::TensorType::Q3_K:
                putHalf(108, values[i] / 16);
                break;
            case engine::TensorType::Q6_K:
                putHalf(208, values[i] / 32);
                break;
            case engine::TensorType::TQ2_0:
                putHalf(64, values[i]);
                break;
            case engine::TensorType::IQ4_XS:
                putHalf(0, values[i] / 512);
                break;
            case engine::TensorType::MXFP4:
                block[0] = static_cast<std::byte>(120 + i % 9);
                break;
            default:
                putHalf(0, values[i]);
            }
        }
        tensor = {"test.weight", type, {rows, columns}, std::span(bytes).subspan(1)};
    }

    std::vector<float> values() const
    {
        std::vector<float> result(static_cast<std::size_t>(tensor.rows() * tensor.columns()));
        if (!engine::dequantize(tensor.type, tensor.data, result)) {
            result.clear();
        }
        return result;
    }
};

/// One row "kernels" for every table that this machine runs.
inline void addKernelRows()
{
    QTest::addColumn<int>("kernels");
    const auto tables = engine::cpu::usableKernels();
    for (std::size_t i = 0; i < tables.size(); ++i) {
        QTest::addRow("%s", tables[i]->name) << static_cast<int>(i);
    }
}

inline const engine::cpu::Kernels &kernelsOf(int index)
{
    return *engine::cpu::usableKernels()[static_cast<std::size_t>(index)];
}

} // namespace backend_support
