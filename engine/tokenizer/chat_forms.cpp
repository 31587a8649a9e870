#include "engine/tokenizer/chat_forms.h"

#include <array>

namespace engine {

namespace {

constexpr std::string_view kChatMl =
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + "
    "'<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

constexpr std::string_view kLlama3 =
    "{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message.role + "
    "'<|end_header_id|>\n\n' + message.content|trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}";

constexpr std::string_view kDeepSeekR1 =
    "{{ bos_token }}{% for message in messages %}{% if message.role == 'system' %}{{ message.content }}"
    "{% elif message.role == 'user' %}{{ '<｜User｜>' + message.content }}"
    "{% else %}{{ '<｜Assistant｜>' + message.content.split('</think>')[-1] + '<｜end▁of▁sentence｜>' }}{% "
    "endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<｜Assistant｜>' }}{% endif %}";

// The system's words go before the last user's.
constexpr std::string_view kMistral =
    "{% set ns = namespace(system='') %}{{ bos_token }}{% for message in messages %}{% if message.role == "
    "'system' %}"
    "{% set ns.system = message.content + '\n\n' %}{% elif message.role == 'user' %}"
    "{{ '[INST]' + (ns.system if loop.last or loop.nextitem.role != 'user' and loop.revindex0 == 1 else '') "
    "+ message.content + '[/INST]' }}"
    "{% else %}{{ message.content + eos_token }}{% endif %}{% endfor %}";

constexpr std::string_view kGemma = "{{ bos_token }}{% for message in messages %}{{ '<start_of_turn>' + "
                                    "('model' if message.role == 'assistant' else "
                                    "'user') + '\n' + message.content|trim + '<end_of_turn>\n' }}{% endfor %}"
                                    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}";

constexpr std::string_view kPhi3 = "{% for message in messages %}{{ '<|' + message.role + '|>\n' + "
                                   "message.content + '<|end|>\n' }}{% endfor %}"
                                   "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}";

constexpr std::array kForms{
    ChatForm{"ChatML", "<|im_start|>", kChatMl},        ChatForm{"Llama 3", "<|start_header_id|>", kLlama3},
    ChatForm{"DeepSeek-R1", "<｜User｜>", kDeepSeekR1}, ChatForm{"Mistral", "[INST]", kMistral},
    ChatForm{"Gemma", "<start_of_turn>", kGemma},       ChatForm{"Phi-3", "<|assistant|>", kPhi3},
};

} // namespace

const ChatForm *chatFormOf(std::string_view templateSource)
{
    for (const ChatForm &form : kForms) {
        if (templateSource.find(form.mark) != std::string_view::npos) {
            return &form;
        }
    }
    return nullptr;
}

const ChatForm *chatFormOf(const Tokenizer &tokenizer)
{
    for (const ChatForm &form : kForms) {
        const auto token = tokenizer.find(form.mark);
        const TokenKind kind = token ? tokenizer.kind(*token) : TokenKind::Unused;
        if (kind == TokenKind::Control || kind == TokenKind::UserDefined) { // DeepSeek's turns are the latter
            return &form;
        }
    }
    return nullptr;
}

} // namespace engine
