#pragma once

#include "engine/model/model_weights.h"

namespace engine {

/// `count` rows of a tensor from row `first` on, as a matrix; rows are counted over all dimensions but the
/// last.
Tensor slice(const Tensor &tensor, std::int64_t first, std::int64_t count);

/// Takes tensors out of a file one by one, checks each and remembers which were taken.
class WeightBinder
{
public:
    WeightBinder(const ModelFile &file, const ModelConfig &config, Backend &backend);

    /// A slot and the outputs it must have.
    struct Piece
    {
        Slot slot;
        int outputs;
    };

    Backend &backend() { return m_backend; }

    /// What was taken so far is packed: the file need not stay in memory.
    void releaseFile() const { m_file.releasePages(); }

    bool has(Slot slot, int layer = 0) const;
    /// Null where it is missing. @param suffix ".weight", ".bias" or nothing. @param expert  its number
    const Tensor *tensor(Slot slot, int layer, std::string_view suffix, int expert = 0);
    Result<const Tensor *> require(Slot slot, int layer, std::string_view suffix, int expert = 0);
    Result<void> checkShape(const Tensor &tensor, std::initializer_list<std::int64_t> shape) const;
    /// A matrix alone, [rows, columns]; `rows` < 0: as many as there are, at least -rows.
    Result<std::unique_ptr<WeightMatrix>> matrix(Slot slot, int layer, int rows, int columns);
    Result<Projection> projection(std::initializer_list<Piece> pieces, int layer, int inputs, Presence bias);
    Result<std::unique_ptr<Buffer>> bias(Slot slot, int layer, int size, Presence presence); ///< or null
    Result<Norm> norm(Slot slot, int layer, int size, Presence bias);
    /// A vector of floats that stays with the host. Empty where it is missing.
    Result<std::vector<float>> values(Slot slot, int layer, std::string_view suffix, int size);
    Result<std::unique_ptr<Buffer>> buffer(const std::vector<float> &values);

    /// Errors: Unsupported, naming the first tensor that nothing took and the family does not ignore.
    Result<void> checkAllTaken() const;
    void take(Slot slot, int layer, std::string_view suffix); ///< counts as taken, if it is there

private:
    bool isIgnored(const Tensor &tensor) const;
    /// The tensor of a projection with its rows and columns in our order: itself, or a copy that the
    /// projection keeps.
    Result<const Tensor *> arranged(Projection &projection, Piece piece, int layer, int inputs);
    Result<const Tensor *> transposed(Projection &projection, const Tensor &tensor) const;
    const Tensor *headsApart(Projection &projection, const Tensor &tensor) const;
    Result<std::unique_ptr<Buffer>> stackedBias(std::initializer_list<Piece> pieces, int layer, int outputs,
                                                Presence presence);
    tl::unexpected<Error> damaged(const std::string &reason) const;

    const ModelFile &m_file;
    const ModelConfig &m_config;
    Backend &m_backend;
    std::set<const Tensor *> m_taken;
};

} // namespace engine
