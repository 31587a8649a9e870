#pragma once

#include "engine/model/model_weights.h"

namespace engine {

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

    bool has(Slot slot, int layer = 0) const;
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
    const Tensor *find(Slot slot, int layer, std::string_view suffix);
    Result<const Tensor *> require(Slot slot, int layer, std::string_view suffix);
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
