#pragma once

#include "rag/types.h"

#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace rag {

struct PassagesFound
{
    std::vector<Passage> passages;
};

/// Text to append to the answer shown; with `replace`, all text so far gives way to it.
struct AnswerText
{
    std::string text;
    bool replace = false;
};

struct Cited
{
    Citation citation;
};

/// What is searched for, where it differs from what was asked (a follow-up written out).
struct SearchedFor
{
    std::string text;
};

/// Every page of the scope was looked at.
struct Scanned
{
    ScopeScan scan;
};

/// A sentence of the text shown so far has its verdict.
struct Judged
{
    AnswerSentence sentence;
};

/// More of a reasoning model's thoughts; no part of the answer.
struct Thought
{
    std::string text;
};

using AnswerEvent = std::variant<SearchedFor, PassagesFound, AnswerText, Cited, Judged, Scanned, Thought>;

struct AnswerOptions
{
    int passages = 5; ///< in the prompt, as far as its budget goes
    int maxTokens = 256;
    float temperature = 0;
    std::uint64_t seed = 0;
    int bestOf = 1;             ///< drawn so often, the best supported kept
    int thinkingBudget = 512;   ///< tokens a reasoning model may think
    CancelToken answerNow = {}; ///< cancel() it: stop thinking, answer
};

/// Question to answer with citations. One thread at a time.
class Answerer
{
public:
    virtual ~Answerer() = default;
    using OnEvent = std::function<void(const AnswerEvent &)>;

    /// @param history  oldest first
    /// @return the whole answer; the events have said the same as it came. A cancel is no error: `stopped`.
    /// Errors: Storage, Device, Unsupported.
    virtual Result<Answer> ask(const Question &question, const std::vector<Exchange> &history,
                               const AnswerOptions &options, const OnEvent &onEvent,
                               const CancelToken &cancel) = 0;

    /// How sure the last answer is that the documents hold it, 0..1: what abstention was decided by.
    virtual double confidence() const { return 0; }
};

} // namespace rag
