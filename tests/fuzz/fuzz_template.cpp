#include "engine/tokenizer/jinja.h"

#include <cstdlib>

/// What counts as message text must be text of the messages: the template below writes no capital X, the
/// messages nothing else.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto parsed = engine::jinja::Template::parse({reinterpret_cast<const char *>(data), size});
    if (!parsed) {
        return parsed.error().detail.empty() ? std::abort(), 0 : 0; // an error says why
    }
    engine::jinja::Template::Input input;
    input.messages = {{"system", "X X"}, {"user", " X\nX "}, {"assistant", "XX"}, {"user", "X"}};
    input.addGenerationPrompt = true;
    input.beginOfText = "<s>";
    input.endOfText = "</s>";
    const auto runs = parsed->render(input);
    if (!runs) {
        return runs.error().detail.empty() ? std::abort(), 0 : 0;
    }
    for (const auto &run : *runs) {
        const bool fromMessage = run.message >= 0;
        if (run.text.empty() || run.message >= int(input.messages.size())) {
            std::abort();
        }
        // Lower case, JSON and HTML escapes of a message's letters are its text too; nothing else is.
        if (fromMessage && run.text.find_first_not_of("Xx \n\\n") != std::string::npos) {
            std::abort();
        }
    }
    return 0;
}
