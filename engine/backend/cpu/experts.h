#pragma once

#include "engine/backend/cpu/matmul.h"
#include "engine/backend/experts.h"

#include <memory>
#include <span>
#include <vector>

namespace engine::cpu {

/// A stack as packed matrices: each member as many bytes as in its file.
class MatrixStack final : public WeightStack
{
public:
    /// @param transposed  each member is one tensor [inputs, outputs], turned here. Types that are not
    /// quantised stay exact and as large; quantised ones become halves, as blocks cannot be turned.
    /// Errors: as PackedMatrix::pack; Damaged (members of different shape).
    static Result<std::unique_ptr<MatrixStack>> pack(std::span<const std::vector<Tensor>> members,
                                                     bool transposed, Arena &arena, ThreadPool &pool);

    const PackedMatrix &member(int index) const { return *m_members[std::size_t(index)]; }

private:
    std::vector<std::unique_ptr<PackedMatrix>> m_members;
};

/// Routes as plain vectors. Choice k of row t lies in sorted row order[t * chosen + k].
class RouteTable final : public Routes
{
public:
    /// @param logits  [rows, experts]
    void fill(Rows logits, const RouteParameters &p);

    int experts() const { return int(m_begins.size()) - 1; }

    /// The sorted rows of an expert are [begin(expert), begin(expert + 1)).
    int begin(int expert) const { return m_begins[std::size_t(expert)]; }

    int order(int row, int choice) const { return m_order[at(row, choice)]; }

    int expert(int row, int choice) const { return m_experts[at(row, choice)]; }

    float weight(int row, int choice) const { return m_weights[at(row, choice)]; }

private:
    std::size_t at(int row, int choice) const
    {
        return std::size_t(row) * std::size_t(chosen) + std::size_t(choice);
    }

    void choose(int row, const float *logits, const RouteParameters &p);
    void sort();

    std::vector<int> m_begins;  ///< [experts + 1]
    std::vector<int> m_experts; ///< [rows, chosen], best first
    std::vector<float> m_weights;
    std::vector<int> m_order;
    std::vector<float> m_scores;
    std::vector<float> m_ranks; ///< scores with bias; below all others where an expert cannot be chosen
};

/// The experts' part of the CPU backend (Backend says what each does). A product meets each expert once with
/// all its rows, threads share the strips of all of them, and experts that no row has chosen are not touched.
class Experts
{
public:
    Experts(Matmul &matmul, ThreadPool &pool)
        : m_matmul(matmul)
        , m_pool(pool)
    {
    }

    void spread(Rows out, Rows in, const RouteTable &routes);
    void linear(Rows out, const MatrixStack &w, Rows in, const RouteTable &routes);
    void gather(Rows out, Rows in, const RouteTable &routes);
    void heads(Rows out, const MatrixStack &w, Rows in);

private:
    Matmul &m_matmul;
    ThreadPool &m_pool;
    std::vector<Product> m_products; ///< of one call
};

} // namespace engine::cpu
