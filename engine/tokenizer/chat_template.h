#pragma once

#include "engine/base/result.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/weights/model_file.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

struct TemplateMessage
{
    std::string role; ///< "system", "user", "assistant"
    std::string text;
};

/// A rendered prompt in pieces: `control` pieces come from the template and may hold control tokens; the
/// others are message text and are encoded as text.
struct PromptPiece
{
    std::string text;
    bool control = false;
};

/// Turns to the form a model was tuned for. Immutable, safe from any thread.
class ChatTemplate
{
public:
    /// The model's own template (a GGUF's key, a folder's chat_template.jinja or tokenizer_config.json), run
    /// in a bounded interpreter; where it has none or one that cannot be rendered, the form that its control
    /// tokens speak of: ChatML, Llama 3, DeepSeek-R1, Mistral, Gemma, Phi-3. @return empty for a model
    /// without one
    static std::unique_ptr<const ChatTemplate> load(const ModelFile &file, const Tokenizer &tokenizer);

    virtual ~ChatTemplate() = default;
    /// "ChatML", "Llama 3", ... for a known form, with "own template 1a2b3c4d" (a hash of it) where it is the
    /// model's.
    virtual std::string name() const = 0;
    /// A template that refuses a system message, or leaves it out, gets it before the first user's text.
    /// Where the model's own cannot render a conversation, the known form of its kind does, and the log says
    /// so.
    /// @param thinking  what it is told about reasoning, where it asks; empty: its own choice
    /// Errors: Unsupported (roles that the form refuses; the template's own message, never with message text
    /// in it).
    virtual Result<std::vector<PromptPiece>> render(std::span<const TemplateMessage> messages,
                                                    bool addGenerationPrompt,
                                                    std::optional<bool> thinking = {}) const = 0;
};

/// The Jinja source that a GGUF or a folder carries (chat_template.jinja, else tokenizer_config.json's, of
/// several the one called default); empty: none.
std::string chatTemplateSource(const ModelFile &file);

/// Encodes pieces as one text, in which control tokens are found inside control pieces only.
std::vector<TokenId> encodePieces(const Tokenizer &tokenizer, std::span<const PromptPiece> pieces);

/// Renders a template as transformers does. @param requestJson  an object: messages, add_generation_prompt,
/// bos_token, eos_token and whatever else the template asks for Errors: Damaged (the template: line and
/// reason); Unsupported (what the template refuses, or a limit).
Result<std::string> renderTemplateJson(std::string_view templateSource, std::string_view requestJson);

} // namespace engine
