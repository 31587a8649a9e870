#include "engine/model/families/entries.h"

#include <array>

namespace engine {
namespace {

/// THE table.
std::span<const ArchSpec> table()
{
    using namespace families;
    static const std::array kTable{
        llama(), mistral(), smollm3(), qwen2(), qwen3(),   gemma(), gemma2(),     gemma3(),
        phi3(),  olmo2(),   gpt2(),    gptj(),  gptNeox(), bert(),  xlmRoberta(), nomicBert(),
    };
    return kTable;
}

} // namespace

const ArchSpec *familyOfGguf(std::string_view architecture)
{
    for (const ArchSpec &spec : table()) {
        if (!spec.ggufArchitecture.empty() && spec.ggufArchitecture == architecture) {
            return &spec;
        }
    }
    return nullptr;
}

const ArchSpec *familyOfFolder(std::string_view modelType)
{
    for (const ArchSpec &spec : table()) {
        if (!spec.modelType.empty() && spec.modelType == modelType) {
            return &spec;
        }
    }
    return nullptr;
}

std::string knownFamilies()
{
    std::string text;
    for (const ArchSpec &spec : table()) {
        text += text.empty() ? "" : ", ";
        text += spec.family;
    }
    return text;
}

} // namespace engine
