#pragma once

#include "engine/base/result.h"
#include "engine/tokenizer/metaspace.h"
#include "engine/tokenizer/normalizer.h"
#include "engine/tokenizer/pre_tokenizer.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace engine {

/// The member of an object; null if there is none, or it is JSON's null, or `object` is none.
const nlohmann::json *memberOf(const nlohmann::json &object, const char *name);
/// A string member, else `fallback`.
std::string textOf(const nlohmann::json &object, const char *name, std::string fallback = {});
bool flagOf(const nlohmann::json &object, const char *name, bool fallback);

/// "normalizer" of tokenizer.json. Errors: Damaged, Unsupported (name the step).
Result<std::vector<NormalStep>> readNormalSteps(const nlohmann::json &root);

/// The compiled rules of a Precompiled normalizer; empty: none. Errors: Damaged.
Result<std::string> charsmapBytes(const nlohmann::json &root);

/// "pre_tokenizer" of tokenizer.json.
struct HfSplit
{
    std::vector<SplitRule> rules;
    bool byteLevel = false;
    bool blankBefore = false;
    bool bert = false;
    bool blanksMerged =
        false;               ///< splits at blanks, which only holds nothing up where the normaliser left none
    bool whitespace = false; ///< white space parts words and is dropped
    std::optional<Metaspace> metaspace;
};

/// Errors: Damaged, Unsupported (name the step, or say that we do not know the regular expression).
Result<HfSplit> readSplit(const nlohmann::json &root);

/// True where the decoder takes a blank off the beginning.
bool decoderStripsBlank(const nlohmann::json &root);

} // namespace engine
