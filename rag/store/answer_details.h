#pragma once

#include "rag/types.h"

#include <optional>
#include <string>
#include <vector>

namespace rag {

class Database;

/// What is kept of an answer besides its text and citations; as in Answer.
struct AnswerDetails
{
    std::string searchedFor;
    std::string extract;
    std::string generated;
    std::string thinking;
    double confidence = 0;
    std::optional<ScopeScan> scan;
    std::vector<AnswerSentence> sentences; ///< in the message's text
};

/// Within the caller's transaction; what was kept before goes. Errors: Storage, Damaged, OutOfMemory.
Result<void> saveDetails(Database &database, MessageId message, const Answer &answer);

/// Empty for messages of the user and answers from before details were kept. Sentences that do not lie in a
/// text of `textSize` bytes are left out. Errors: Storage, Damaged, OutOfMemory.
Result<AnswerDetails> loadDetails(Database &database, MessageId message, std::size_t textSize);

/// A scan as lines of text, "searched scope", then "pages<TAB>term<TAB>document:page ...", and back; what
/// does not read so gives none.
std::string scanText(const ScopeScan &scan);
std::optional<ScopeScan> scanOf(std::string_view text);

} // namespace rag
