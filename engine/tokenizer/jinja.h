#pragma once

#include "engine/base/result.h"

#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine::jinja {

class Value;

/// A chat template (Jinja as transformers renders it: trim_blocks, lstrip_blocks, no files, no host objects).
/// Text from outside: what it may use is bounded (1 M steps, 16 MB of output, 400 levels), whatever it says.
/// Immutable, safe from any thread.
class Template
{
public:
    /// Errors: Damaged (line and reason), Unsupported (too large or nested too deeply).
    static Result<Template> parse(std::string_view source);

    Template(Template &&) noexcept;
    Template &operator=(Template &&) noexcept;
    ~Template();

    /// A rendered text in runs: `message` is the number of the message that a run came from, -1 for the
    /// template.
    struct Run
    {
        std::string text;
        int message = -1;
    };

    struct Message
    {
        std::string role;
        std::string text;
    };

    struct Input
    {
        std::vector<Message> messages;
        bool addGenerationPrompt = false;
        std::optional<bool> thinking; ///< as enable_thinking and thinking; empty: not defined
        std::string beginOfText;      ///< the text of the token, empty: there is none
        std::string endOfText;
        std::tm now{};
    };

    /// Errors: Unsupported: the template refuses (its own message), misuses a value or exceeds a limit.
    Result<std::vector<Run>> render(const Input &input) const;
    /// @param json  an object with the template's variables: messages, add_generation_prompt, bos_token, ...
    Result<std::string> renderJson(std::string_view json, const std::tm &now) const;

private:
    struct Tree;
    explicit Template(std::unique_ptr<Tree> tree);
    std::unique_ptr<Tree> m_tree;
};

/// The local time.
std::tm timeNow();

} // namespace engine::jinja
