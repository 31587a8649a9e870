#pragma once

#include "engine/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

struct GoldPage
{
    std::string pdf; ///< file name
    int page = 0;    ///< from 0, as everywhere inside; the file counts from 1
    std::string quote;
};

/// One line of an evaluation set, in the long or the short form (rag/eval/README.md).
struct EvalQuestion
{
    std::string id;
    std::string pdf; ///< file name; empty: over several documents
    std::string documentLanguage;
    std::string language;
    std::string type;
    bool answerable = true;
    std::string question;
    std::vector<std::string> answers; ///< any one is right
    bool shortAnswer = false;         ///< the reply must contain one of them
    std::vector<GoldPage> gold;
    bool allGold = false; ///< every gold page is needed, not any one
    std::string followUpOf;
};

/// One JSON object a line; empty lines are passed over. Errors: Damaged (line and reason).
engine::Result<std::vector<EvalQuestion>> parseQuestions(std::string_view jsonLines);

/// Errors: NotFound, Damaged.
engine::Result<std::vector<EvalQuestion>> readQuestions(const std::filesystem::path &file);

} // namespace rag
