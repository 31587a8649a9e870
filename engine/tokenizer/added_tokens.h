#pragma once

#include "engine/base/result.h"
#include "engine/tokenizer/tokenizer.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace engine {

/// A token that a folder's files add to what its vocabulary file holds.
struct AddedToken
{
    std::int64_t id = -1;
    std::string text;
    bool special = true;
    bool stripLeft = false;
    bool stripRight = false;
    bool wholeWord = false;
    std::string source; ///< the file that adds it
};

/// From tokenizer_config.json (added_tokens_decoder) and added_tokens.json, by rising id. Errors: Damaged.
Result<std::vector<AddedToken>> addedTokens(const ModelFile &folder);

/// The text under a name like "bos_token", which may be an object that holds it; empty: none.
std::string namedTokenText(const nlohmann::json &config, const char *name);

} // namespace engine
