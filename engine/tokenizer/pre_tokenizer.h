#pragma once

#include "engine/base/result.h"

#include <string_view>
#include <vector>

namespace engine {

/// Where a rule's match that begins at `at` ends; `at`: none begins there. at < text.size().
using SplitRule = std::size_t (*)(std::string_view text, std::size_t at);

/// Cuts text into the words that are encoded on their own. Each rule cuts what the rule before it has left: a
/// match is a word, and so is what lies between two matches. The rules are the regular expressions that the
/// models publish, written as matchers: linear, no stack, no engine.
class PreTokenizer
{
public:
    PreTokenizer() = default;

    explicit PreTokenizer(std::vector<SplitRule> rules)
        : m_rules(std::move(rules))
    {
    }

    /// @param emit  (std::string_view word) for each, in order; together they are the text
    template <class Emit>
    void split(std::string_view text, const Emit &emit) const
    {
        splitWith(0, text, emit);
    }

private:
    template <class Emit>
    void splitWith(std::size_t rule, std::string_view text, const Emit &emit) const
    {
        if (rule == m_rules.size()) {
            emit(text);
            return;
        }
        std::size_t gap = 0;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = m_rules[rule](text, at);
            if (end == at) {
                at = next(text, at);
                continue;
            }
            if (gap < at) {
                splitWith(rule + 1, text.substr(gap, at - gap), emit);
            }
            splitWith(rule + 1, text.substr(at, end - at), emit);
            gap = at = end;
        }
        if (gap < text.size()) {
            splitWith(rule + 1, text.substr(gap), emit);
        }
    }

    static std::size_t next(std::string_view text, std::size_t at);

    std::vector<SplitRule> m_rules;
};

/// What a name in a GGUF file (tokenizer.ggml.pre) stands for.
struct PreTokenizerKind
{
    std::string_view name;
    std::vector<SplitRule> rules;
    bool composes = false;   ///< text is brought to NFC first
    bool wholeWords = false; ///< a word that is a token is that token, whatever the merges make of it
    bool addsBos = false;    ///< where the file does not say
};

/// Errors: Unsupported (names it).
Result<const PreTokenizerKind *> preTokenizerNamed(std::string_view name);
/// The kind that does the same, for files that name none. Null: none.
const PreTokenizerKind *preTokenizerLike(const std::vector<SplitRule> &rules, bool composes, bool wholeWords);

/// The matcher of a published regular expression, compared letter by letter; null: we do not know it.
SplitRule ruleOfRegex(std::string_view regex);

} // namespace engine
