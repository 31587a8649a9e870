#pragma once

#include "engine/base/result.h"
#include "engine/base/unicode.h"
#include "engine/tokenizer/charsmap.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace engine {

/// The steps that a model's tokenizer takes before it splits a text, as tokenizer.json names them.
namespace steps {
struct Form
{
    NormalForm form = NormalForm::Nfc;
};

struct Replace
{
    std::string pattern; ///< not empty
    std::string content;
};

struct CollapseBlanks ///< runs of U+0020 to one
{
};

struct Prepend ///< nothing before an empty text
{
    std::string text;
};

struct Strip
{
    bool left = true;
    bool right = true;
};

struct Lowercase
{
};

struct StripAccents ///< takes Mn away (of a text that is decomposed already)
{
};

struct Bert
{
    bool cleanText = true;
    bool handleChinese = true;
    bool stripAccents = true;
    bool lowercase = true;
};
} // namespace steps

using NormalStep = std::variant<steps::Form, steps::Replace, steps::CollapseBlanks, steps::Prepend,
                                steps::Strip, steps::Lowercase, steps::StripAccents, steps::Bert, Charsmap>;

/// Those steps in a row. Immutable.
class Normalizer
{
public:
    Normalizer() = default;
    /// Errors: Unsupported (replacements that could make a text many times as long).
    static Result<Normalizer> build(std::vector<NormalStep> steps);

    bool empty() const { return m_steps.empty(); }

    std::string apply(std::string_view text) const;

private:
    std::vector<NormalStep> m_steps;
};

} // namespace engine
