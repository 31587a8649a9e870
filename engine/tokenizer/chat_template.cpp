#include "engine/tokenizer/chat_template.h"

#include "engine/base/log.h"
#include "engine/tokenizer/chat_forms.h"
#include "engine/tokenizer/jinja.h"
#include "engine/weights/json.h"

#include <algorithm>

namespace engine {

namespace {

std::string hashOf(std::string_view text)
{
    std::uint32_t hash = 2166136261u; // FNV-1a
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (int shift = 28; shift >= 0; shift -= 4) {
        out += kDigits[(hash >> shift) & 15];
    }
    return out;
}

class JinjaChatTemplate final : public ChatTemplate
{
public:
    /// @param otherwise  what renders conversations that this one cannot; may be null
    JinjaChatTemplate(jinja::Template parsed, std::string name, const Tokenizer &tokenizer,
                      std::unique_ptr<const ChatTemplate> otherwise)
        : m_template(std::move(parsed))
        , m_name(std::move(name))
        , m_otherwise(std::move(otherwise))
    {
        const SpecialTokens &special = tokenizer.special();
        m_begin = special.bos ? std::string(tokenizer.tokenText(*special.bos)) : std::string();
        m_end = special.eos ? std::string(tokenizer.tokenText(*special.eos)) : std::string();
    }

    std::string name() const override { return m_name; }

    Result<std::vector<PromptPiece>> render(std::span<const TemplateMessage> messages,
                                            bool addGenerationPrompt,
                                            std::optional<bool> thinking) const override
    {
        auto pieces = renderAlone(messages, addGenerationPrompt, thinking);
        if (pieces || !m_otherwise) {
            return pieces;
        }
        auto known = m_otherwise->render(messages, addGenerationPrompt, thinking);
        if (!known) {
            return pieces;
        }
        logLine(LogLevel::Warning, "chat template: " + pieces.error().detail + "; the form of " +
                                       m_otherwise->name() + " is used");
        return known;
    }

    /// Without another form to turn to.
    Result<std::vector<PromptPiece>> renderAlone(std::span<const TemplateMessage> messages,
                                                 bool addGenerationPrompt, std::optional<bool> thinking) const
    {
        auto pieces = renderOnce(messages, addGenerationPrompt, thinking);
        const bool system = !messages.empty() && messages.front().role == "system";
        if (pieces || !system || messages.size() < 2 || messages[1].role != "user") {
            return pieces;
        }
        // The rules that the program gives must reach the model, in the user's turn if need be.
        std::vector<TemplateMessage> merged(messages.begin() + 1, messages.end());
        merged.front().text = messages.front().text + "\n\n" + merged.front().text;
        auto again = renderOnce(merged, addGenerationPrompt, thinking);
        return again ? again : pieces;
    }

private:
    Result<std::vector<PromptPiece>> renderOnce(std::span<const TemplateMessage> messages,
                                                bool addGenerationPrompt, std::optional<bool> thinking) const
    {
        jinja::Template::Input input;
        for (const TemplateMessage &message : messages) {
            input.messages.push_back({message.role, message.text});
        }
        input.addGenerationPrompt = addGenerationPrompt;
        input.thinking = thinking;
        input.beginOfText = m_begin;
        input.endOfText = m_end;
        input.now = jinja::timeNow();
        ASSIGN_OR_RETURN(const auto runs, m_template.render(input));
        std::vector<bool> seen(messages.size());
        std::vector<PromptPiece> pieces;
        for (const auto &run : runs) {
            const bool control = run.message < 0;
            if (!control) {
                seen[std::size_t(run.message)] = true;
            }
            if (!pieces.empty() && pieces.back().control == control) {
                pieces.back().text += run.text;
            } else {
                pieces.push_back({run.text, control});
            }
        }
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const bool blank = messages[i].text.find_first_not_of(" \t\r\n") == std::string::npos;
            if (!seen[i] && !blank && messages[i].role != "assistant") {
                return fail(ErrorCode::Unsupported,
                            "the chat template leaves out the " + messages[i].role + " message");
            }
        }
        return pieces;
    }

    jinja::Template m_template;
    std::string m_name;
    std::unique_ptr<const ChatTemplate> m_otherwise;
    std::string m_begin;
    std::string m_end;
};

/// tokenizer_config.json holds one template, or a list of named ones.
std::string templateOfConfig(const ModelFile &file)
{
    const auto text = file.textFile("tokenizer_config.json");
    const auto config =
        text ? parseJson(*text, "tokenizer_config.json") : Result<nlohmann::json>(nlohmann::json());
    if (!config || !config->is_object() || !config->contains("chat_template")) {
        return {};
    }
    const auto &value = (*config)["chat_template"];
    if (value.is_string()) {
        return value.get<std::string>();
    }
    for (const auto &entry : value.is_array() ? value : nlohmann::json::array()) {
        const bool named = entry.is_object() && entry.value("name", nlohmann::json()) == "default";
        if (named && entry.contains("template") && entry["template"].is_string()) {
            return entry["template"].get<std::string>();
        }
    }
    return {};
}

std::unique_ptr<const ChatTemplate> fromForm(const ChatForm *form, const Tokenizer &tokenizer)
{
    auto parsed = jinja::Template::parse(form ? form->source : std::string_view());
    return form && parsed ? std::make_unique<JinjaChatTemplate>(*std::move(parsed), std::string(form->name),
                                                                tokenizer, nullptr)
                          : nullptr;
}

/// Empty, and the reason in the log, where the template is not to be used.
std::unique_ptr<const ChatTemplate> fromSource(const std::string &source, const Tokenizer &tokenizer,
                                               const std::string &path)
{
    auto parsed = jinja::Template::parse(source);
    if (!parsed) {
        logLine(LogLevel::Warning, path + ": chat template: " + parsed.error().detail);
        return nullptr;
    }
    const ChatForm *form = chatFormOf(source);
    auto own = std::make_unique<JinjaChatTemplate>(
        *std::move(parsed), std::string(form ? form->name : "own") + " template " + hashOf(source), tokenizer,
        fromForm(form ? form : chatFormOf(tokenizer), tokenizer));
    const std::vector<TemplateMessage> probe{{"user", "Hello"}};
    if (const auto pieces = own->renderAlone(probe, true, {}); !pieces) {
        logLine(LogLevel::Warning, path + ": chat template: " + pieces.error().detail);
        return nullptr;
    }
    return own;
}

} // namespace

std::string chatTemplateSource(const ModelFile &file)
{
    if (file.format() == FileFormat::Gguf) {
        return file.metadata().text("tokenizer.chat_template").value_or(std::string());
    }
    const auto own = file.textFile("chat_template.jinja");
    return own ? *own : templateOfConfig(file);
}

std::unique_ptr<const ChatTemplate> ChatTemplate::load(const ModelFile &file, const Tokenizer &tokenizer)
{
    const std::string source = chatTemplateSource(file);
    if (!source.empty()) {
        if (auto own = fromSource(source, tokenizer, file.metadata().source)) {
            return own;
        }
    }
    return fromForm(chatFormOf(tokenizer), tokenizer);
}

std::vector<TokenId> encodePieces(const Tokenizer &tokenizer, std::span<const PromptPiece> pieces)
{
    std::string text; // what stands between two control tokens is one text, whoever wrote it
    std::vector<TextRange> trusted;
    for (const PromptPiece &piece : pieces) {
        if (piece.control && !piece.text.empty()) {
            trusted.push_back({text.size(), text.size() + piece.text.size()});
        }
        text += piece.text;
    }
    return tokenizer.encodeMarked(text, trusted);
}

Result<std::string> renderTemplateJson(std::string_view templateSource, std::string_view requestJson)
{
    ASSIGN_OR_RETURN(const auto parsed, jinja::Template::parse(templateSource));
    return parsed.renderJson(requestJson, jinja::timeNow());
}

} // namespace engine
