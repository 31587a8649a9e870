#pragma once

#include "engine/tokenizer/merge_table.h"
#include "engine/tokenizer/normalizer.h"
#include "engine/tokenizer/pre_tokenizer.h"
#include "engine/tokenizer/tokenizer_parts.h"

#include <memory>

namespace engine {

struct BpeModel
{
    Normalizer normalizer;
    PreTokenizer preTokenizer;
    MergeTable merges;
    bool ignoreMerges = false; ///< a word that is a token is that token, whatever the merges make of it
    bool blankBefore = false;  ///< a word that begins without white space gets a blank
};

/// Byte-level BPE (Radford et al. 2019): the bytes of each word are merged by rank. Bytes that are no UTF-8
/// are kept.
std::unique_ptr<const Tokenizer> makeBpe(TokenizerParts parts, BpeModel model);

} // namespace engine
