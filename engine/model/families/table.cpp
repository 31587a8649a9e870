#include "engine/model/families/entries.h"

#include <array>

namespace engine {
namespace {

/// THE table.
std::span<const ArchSpec> table()
{
    using namespace families;
    static const std::array kTable{
        llama(),    mistral(),    smollm3(),    mixtral(), qwen2(),  qwen3(),      qwen2Moe(),
        qwen3Moe(), deepseekV2(), deepseekV3(), gemma(),   gemma2(), gemma3(),     phi3(),
        olmo2(),    gpt2(),       gptj(),       gptNeox(), bert(),   xlmRoberta(), nomicBert(),
    };
    return kTable;
}

} // namespace

const ArchSpec *familyOfGguf(std::string_view architecture, GgufExperts experts)
{
    const ArchSpec *nearest = nullptr;
    for (const ArchSpec &spec : table()) {
        if (spec.ggufArchitecture.empty() || spec.ggufArchitecture != architecture) {
            continue;
        }
        if (spec.ggufExperts == experts) {
            return &spec;
        }
        nearest = nearest ? nearest : &spec;
    }
    return nearest;
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
