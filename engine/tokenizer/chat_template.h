#pragma once

#include "engine/base/result.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/weights/model_file.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace engine {

struct TemplateMessage
{
    std::string role; ///< "system", "user", "assistant"
    std::string text;
};

/// A rendered prompt in pieces: `control` pieces come from the template and may hold control tokens; the others are
/// message text and are encoded as text.
struct PromptPiece
{
    std::string text;
    bool control = false;
};

/// Turns to the form a model was tuned for.
class ChatTemplate
{
public:
    /// The form that the model's own template asks for: ChatML, Llama 3, Mistral, DeepSeek-R1, ... recognised by the
    /// template's text and the vocabulary. @return empty for a model without one
    static std::unique_ptr<const ChatTemplate> load(const ModelFile &file, const Tokenizer &tokenizer);

    virtual ~ChatTemplate() = default;
    virtual std::string name() const = 0;
    /// Errors: Unsupported (roles that the form refuses; the template's own message).
    virtual Result<std::vector<PromptPiece>> render(std::span<const TemplateMessage> messages, bool addGenerationPrompt) const = 0;
};

/// Encodes pieces: control pieces with their control tokens, text pieces never.
std::vector<TokenId> encodePieces(const Tokenizer &tokenizer, std::span<const PromptPiece> pieces);

} // namespace engine
