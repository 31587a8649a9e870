#include "engine/convert/folder_tensors.h"

#include "engine/weights/names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <unordered_set>

namespace engine {

namespace {

using Use = PlannedTensor::Use;
using RowMap = std::function<std::int64_t(std::int64_t)>; ///< row of the GGUF -> row of the folder

bool isNorm(Slot slot)
{
    constexpr std::array kNorms{Slot::EmbeddingNorm, Slot::AttentionNorm,     Slot::QueryNorm,
                                Slot::KeyNorm,       Slot::PostAttentionNorm, Slot::FeedForwardNorm,
                                Slot::QueryDownNorm, Slot::LatentNorm,        Slot::PostFeedForwardNorm,
                                Slot::OutputNorm};
    return std::ranges::find(kNorms, slot) != kNorms.end();
}

Use useOf(Slot slot)
{
    switch (slot) {
    case Slot::TokenEmbedding:
    case Slot::Output:
        return Use::Embedding;
    case Slot::PositionEmbedding:
    case Slot::TokenTypes:
    case Slot::Router:
    case Slot::SharedRouter:
    case Slot::RouterBias:
    case Slot::HeadDense:
    case Slot::HeadOutput:
        return Use::Exact;
    default:
        return isNorm(slot) ? Use::Exact : Use::Matrix;
    }
}

/// The number behind "layers." or "h."; -1: none.
int layerOf(std::string_view name)
{
    for (const std::string_view before : {"layers.", "layer.", "h."}) {
        const auto at = name.find(before);
        if (at != std::string_view::npos) {
            int layer = -1;
            std::from_chars(name.data() + at + before.size(), name.data() + name.size(), layer);
            return layer;
        }
    }
    return -1;
}

PlannedTensor valuesAs(std::string name, std::vector<float> values)
{
    PlannedTensor plan;
    plan.name = std::move(name);
    plan.shape = {std::int64_t(values.size())};
    plan.use = Use::Exact;
    plan.rows = [kept = std::move(values)](std::int64_t, std::int64_t, std::span<float> out) -> Result<void> {
        std::ranges::copy(kept, out.begin());
        return {};
    };
    return plan;
}

/// Rows in another order; of a vector, its values.
PlannedTensor permuted(PlannedTensor plan, const Tensor &tensor, const RowMap &map)
{
    plan.whole = nullptr;
    if (plan.shape.size() == 1) {
        plan.rows = [&tensor, map](std::int64_t, std::int64_t, std::span<float> out) -> Result<void> {
            std::vector<float> values(out.size());
            RETURN_IF_ERROR(readRows(tensor, 0, 1, values));
            for (std::size_t i = 0; i < out.size(); ++i) {
                out[i] = values[std::size_t(map(std::int64_t(i)))];
            }
            return {};
        };
        return plan;
    }
    plan.rows = [&tensor, map](std::int64_t first, std::int64_t count, std::span<float> out) -> Result<void> {
        const auto columns = std::size_t(tensor.columns());
        for (std::int64_t row = 0; row < count; ++row) {
            RETURN_IF_ERROR(
                readRows(tensor, map(first + row), 1, out.subspan(std::size_t(row) * columns, columns)));
        }
        return {};
    };
    return plan;
}

PlannedTensor plusOne(PlannedTensor plan)
{
    plan.whole = nullptr;
    plan.rows = [inner = plan.rows](std::int64_t first, std::int64_t count,
                                    std::span<float> out) -> Result<void> {
        RETURN_IF_ERROR(inner(first, count, out));
        for (float &value : out) {
            value += 1;
        }
        return {};
    };
    return plan;
}

PlannedTensor transposed(PlannedTensor plan, const Tensor &tensor)
{
    plan.whole = nullptr;
    std::swap(plan.shape[0], plan.shape[1]);
    auto whole = std::make_shared<std::vector<float>>(); // of this one matrix, for as long as it is written
    plan.rows = [&tensor, whole](std::int64_t first, std::int64_t count,
                                 std::span<float> out) -> Result<void> {
        const std::int64_t rows = tensor.columns();
        const std::int64_t columns = tensor.rows();
        if (whole->empty()) {
            whole->resize(std::size_t(rows * columns));
            RETURN_IF_ERROR(readRows(tensor, 0, columns, *whole));
        }
        for (std::int64_t row = 0; row < count; ++row) {
            for (std::int64_t column = 0; column < columns; ++column) {
                out[std::size_t(row * columns + column)] = (*whole)[std::size_t(column * rows + first + row)];
            }
        }
        if (first + count == rows) {
            whole->clear();
            whole->shrink_to_fit();
        }
        return {};
    };
    return plan;
}

class FolderPlan
{
public:
    FolderPlan(const ModelFile &file, const ModelConfig &config)
        : m_file(file)
        , m_config(config)
    {
    }

    Result<std::vector<PlannedTensor>> plan()
    {
        for (const std::span<const TensorName> names : {spec().ggufNames.own, spec().ggufNames.shared}) {
            for (const TensorName &name : names) {
                RETURN_IF_ERROR(planSlot(name));
            }
        }
        planRopeFactors();
        RETURN_IF_ERROR(checkAllTaken());
        return std::move(m_plans);
    }

private:
    const ArchSpec &spec() const { return *m_config.spec; }

    std::string nameOf(Slot slot, int layer, std::string_view suffix) const
    {
        return tensorName(spec(), FileFormat::Gguf, slot, layer, suffix);
    }

    Result<void> planSlot(const TensorName &entry)
    {
        const bool layered = entry.name.find("{}") != std::string_view::npos;
        const bool whole = entry.name.ends_with(".weight") || entry.name.ends_with(".bias");
        if (entry.name.empty() || isWrittenOtherwise(entry.slot)) {
            return {};
        }
        for (int layer = 0; layer < (layered ? m_config.layers : 1); ++layer) {
            if (whole) {
                RETURN_IF_ERROR(planOne(entry.slot, layer, ""));
                continue;
            }
            RETURN_IF_ERROR(planOne(entry.slot, layer, ".weight"));
            RETURN_IF_ERROR(planOne(entry.slot, layer, ".bias"));
        }
        return {};
    }

    /// A copy of the embedding; experts one by one, which are stacked; a pooler that scores nothing.
    bool isWrittenOtherwise(Slot slot) const
    {
        switch (slot) {
        case Slot::Output:
            return m_config.tied;
        case Slot::ExpertGate:
        case Slot::ExpertUp:
        case Slot::ExpertDown:
            return true;
        case Slot::HeadDense:
            return !findTensor(m_file, spec(), Slot::HeadOutput, 0, ".weight");
        default:
            return false;
        }
    }

    Result<void> planOne(Slot slot, int layer, std::string_view suffix)
    {
        const std::string name = nameOf(slot, layer, suffix);
        if (name.empty() || !m_names.insert(name).second) {
            return {}; // a slot may have several names: the first is written
        }
        if (slot == Slot::ExpertsGate || slot == Slot::ExpertsUp || slot == Slot::ExpertsDown) {
            return planExperts(slot, layer, name);
        }
        const Tensor *tensor = findTensor(m_file, spec(), slot, layer, suffix);
        if (!tensor) {
            m_names.erase(name);
            return {};
        }
        m_taken.insert(tensor);
        return arrange(slot, suffix, *tensor, planned(name, *tensor, useOf(slot)));
    }

    Result<void> arrange(Slot slot, std::string_view suffix, const Tensor &tensor, PlannedTensor plan)
    {
        const bool matrix = plan.shape.size() == 2 && suffix == ".weight";
        const bool projection = useOf(slot) == Use::Matrix;
        if (matrix && projection && spec().transposedInFolder) {
            plan = transposed(std::move(plan), tensor);
        } else if (slot == Slot::QueryKeyValue && spec().headsTogetherInFolder) {
            RETURN_IF_ERROR(checkRows(plan, 3 * m_config.querySize()));
            plan = permuted(std::move(plan), tensor, headsApart());
        } else if ((slot == Slot::Query || slot == Slot::Key) && turnsPairs()) {
            const int heads = slot == Slot::Query ? m_config.heads : m_config.kvHeads;
            RETURN_IF_ERROR(checkRows(plan, heads * m_config.headSize));
            plan = permuted(std::move(plan), tensor, pairsApart());
        } else if (slot == Slot::PositionEmbedding && m_config.positionOffset > 0) {
            RETURN_IF_ERROR(dropFirstRows(plan, tensor));
        } else if (isNorm(slot) && spec().normLessOneInFolder) {
            plan = plusOne(std::move(plan));
        }
        m_plans.push_back(std::move(plan));
        return {};
    }

    bool turnsPairs() const
    {
        return spec().positions == Positions::Rope && spec().ropeInGguf == RopeKind::Pairs &&
               m_config.ropeKind == RopeKind::Halves && !m_config.latent;
    }

    /// Output 2j of a head is the folder's j, output 2j + 1 its j + half.
    RowMap pairsApart() const
    {
        return [size = std::int64_t(m_config.headSize)](std::int64_t row) {
            const std::int64_t inHead = row % size;
            return row - inHead + inHead % 2 * (size / 2) + inHead / 2;
        };
    }

    /// [heads][q, k, v] to [q, k, v][heads].
    RowMap headsApart() const
    {
        return
            [size = std::int64_t(m_config.headSize), heads = std::int64_t(m_config.heads)](std::int64_t row) {
                const std::int64_t third = row / (heads * size);
                const std::int64_t head = row % (heads * size) / size;
                return (head * 3 + third) * size + row % size;
            };
    }

    Result<void> dropFirstRows(PlannedTensor &plan, const Tensor &tensor)
    {
        const std::int64_t offset = m_config.positionOffset;
        if (plan.shape.size() != 2 || plan.shape[0] <= offset) {
            return damaged(tensor, "has too few rows");
        }
        plan.whole = nullptr;
        plan.shape[0] -= offset;
        plan.rows = [&tensor, offset](std::int64_t first, std::int64_t count, std::span<float> out) {
            return readRows(tensor, first + offset, count, out);
        };
        return {};
    }

    Result<void> checkRows(const PlannedTensor &plan, std::int64_t rows) const
    {
        if (plan.shape[0] != rows) {
            return fail(ErrorCode::Damaged, displayName(m_file.path()) + ": " + plan.name + ": " +
                                                std::to_string(plan.shape[0]) + " rows, not " +
                                                std::to_string(rows));
        }
        return {};
    }

    tl::unexpected<Error> damaged(const Tensor &tensor, const std::string &reason) const
    {
        return fail(ErrorCode::Damaged,
                    displayName(m_file.path()) + ": tensor " + printable(tensor.name) + " " + reason);
    }

    /// The matrices of a layer's experts, one above the other; they are one tensor each, or stacked already.
    Result<void> planExperts(Slot slot, int layer, const std::string &name)
    {
        const Slot one = slot == Slot::ExpertsGate ? Slot::ExpertGate
                         : slot == Slot::ExpertsUp ? Slot::ExpertUp
                                                   : Slot::ExpertDown;
        std::vector<const Tensor *> experts;
        for (int expert = 0; expert < m_config.mixture.experts; ++expert) {
            const Tensor *tensor = findTensor(m_file, spec(), one, layer, ".weight", expert);
            if (!tensor) {
                break;
            }
            if (tensor->shape.size() != 2 ||
                tensor->shape != (experts.empty() ? tensor : experts[0])->shape) {
                return damaged(*tensor, "has another shape than its like");
            }
            experts.push_back(tensor);
            m_taken.insert(tensor);
        }
        if (experts.empty()) {
            return {}; // a dense layer; stacked ones are left over and named by checkAllTaken
        }
        if (int(experts.size()) != m_config.mixture.experts) {
            return damaged(*experts.back(),
                           "is the last expert of " + std::to_string(m_config.mixture.experts));
        }
        PlannedTensor plan;
        plan.name = name;
        plan.shape = {std::int64_t(experts.size()), experts[0]->shape[0], experts[0]->shape[1]};
        plan.rows = [experts](std::int64_t first, std::int64_t count, std::span<float> out) -> Result<void> {
            const std::int64_t rows = experts[0]->rows();
            const auto columns = std::size_t(experts[0]->columns());
            for (std::int64_t row = 0; row < count; ++row) {
                const std::int64_t at = first + row;
                RETURN_IF_ERROR(readRows(*experts[std::size_t(at / rows)], at % rows, 1,
                                         out.subspan(std::size_t(row) * columns, columns)));
            }
            return {};
        };
        m_plans.push_back(std::move(plan));
        return {};
    }

    /// Llama 3's scaling and LongRoPE's factors are tensors in a GGUF.
    void planRopeFactors()
    {
        const RopeScaling &scaling = m_config.ropeScaling;
        if (scaling.kind == RopeScaling::Kind::Llama3) {
            auto factors = ropeFrequencies(m_config.ropeBase, m_config.ropeDimensions, {}, {});
            const auto scaled = ropeFrequencies(m_config.ropeBase, m_config.ropeDimensions, scaling, {});
            for (std::size_t i = 0; i < factors.size(); ++i) {
                factors[i] /= scaled[i];
            }
            m_plans.push_back(valuesAs(nameOf(Slot::RopeFactors, 0, ".weight"), std::move(factors)));
        } else if (scaling.kind == RopeScaling::Kind::LongRope) {
            m_plans.push_back(valuesAs(nameOf(Slot::ShortRopeFactors, 0, ".weight"), scaling.shortFactors));
            m_plans.push_back(valuesAs(nameOf(Slot::LongRopeFactors, 0, ".weight"), scaling.longFactors));
        }
    }

    bool mayBeLeft(const Tensor &tensor) const
    {
        const bool predictor = m_config.predictors > 0 && layerOf(tensor.name) >= m_config.layers;
        const bool copy = m_config.tied && &tensor == findTensor(m_file, spec(), Slot::Output, 0, ".weight");
        return predictor || copy || std::ranges::any_of(spec().ignored, [&](std::string_view part) {
                   return tensor.name.find(part) != std::string::npos;
               });
    }

    Result<void> checkAllTaken() const
    {
        for (const Tensor &tensor : m_file.tensors()) {
            if (!m_taken.contains(&tensor) && !mayBeLeft(tensor)) {
                return fail(ErrorCode::Unsupported, displayName(m_file.path()) + ": tensor " +
                                                        printable(tensor.name) + ": a GGUF of family " +
                                                        std::string(spec().family) + " has no name for it");
            }
        }
        return {};
    }

    const ModelFile &m_file;
    const ModelConfig &m_config;
    std::vector<PlannedTensor> m_plans;
    std::unordered_set<std::string> m_names;
    std::unordered_set<const Tensor *> m_taken;
};

} // namespace

Result<std::vector<PlannedTensor>> planFolder(const ModelFile &file, const ModelConfig &config)
{
    return FolderPlan(file, config).plan();
}

} // namespace engine
