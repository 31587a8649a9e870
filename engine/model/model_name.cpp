#include "engine/model/model_name.h"

#include <algorithm>
#include <array>
#include <vector>

namespace engine {
namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return result;
}

std::vector<std::string> wordsOf(std::string_view name)
{
    constexpr std::string_view kBetween = " -_.";
    std::vector<std::string> words;
    while (!name.empty()) {
        const std::size_t end = std::min(name.find_first_of(kBetween), name.size());
        if (end > 0) {
            words.push_back(lowered(name.substr(0, end)));
        }
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return words;
}

/// "Ep2", "step 4000", "ckpt"
bool isTrainingRun(const std::vector<std::string> &words)
{
    constexpr std::array<std::string_view, 6> kCounted{"ep", "epoch", "step", "steps", "iter", "seed"};
    constexpr std::array<std::string_view, 2> kAlone{"ckpt", "checkpoint"};
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        const std::size_t letters = std::min(word.find_first_of("0123456789"), word.size());
        const bool hasNumber = letters < word.size() || (i + 1 < words.size() && isDigit(words[i + 1][0]));
        const auto is = [&](std::string_view known) { return word.substr(0, letters) == known; };
        if (std::ranges::any_of(kAlone, is) || (hasNumber && std::ranges::any_of(kCounted, is))) {
            return true;
        }
    }
    return false;
}

bool isNoName(const std::vector<std::string> &words)
{
    constexpr std::array<std::string_view, 10> kEmpty{"model",  "models", "output", "outputs", "final",
                                                      "merged", "gguf",   "hf",     "tmp",     "snapshots"};
    return std::ranges::all_of(words, [&](const std::string &word) {
        const bool isHash = word.size() == 40 && word.find_first_not_of("0123456789abcdef") == word.npos;
        return isHash || std::ranges::find(kEmpty, word) != kEmpty.end();
    });
}

/// "q4_k_m", "iq2_xs", "f16": as makers of files put it behind the name
bool isWeightType(std::string_view text)
{
    constexpr std::array<std::string_view, 4> kWhole{"f16", "f32", "bf16", "mxfp4"};
    std::string type = lowered(text);
    if (std::ranges::find(kWhole, type) != kWhole.end()) {
        return true;
    }
    type.erase(0, type.starts_with("i") ? 1 : 0);
    return type.size() >= 2 && (type[0] == 'q' || type.starts_with("tq")) &&
           isDigit(type[type[0] == 'q' ? 1 : std::min<std::size_t>(2, type.size() - 1)]);
}

/// "-00001-of-00003"
std::string_view withoutPart(std::string_view name)
{
    constexpr std::string_view kForm = "-#####-of-#####";
    if (name.size() <= kForm.size()) {
        return name;
    }
    const std::string_view tail = name.substr(name.size() - kForm.size());
    const bool isPart = std::ranges::equal(
        tail, kForm, [](char have, char want) { return want == '#' ? isDigit(have) : have == want; });
    return isPart ? name.substr(0, name.size() - kForm.size()) : name;
}

std::string nameOfPath(const std::filesystem::path &path)
{
    const std::filesystem::path whole = path.lexically_normal();
    const std::string last = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
    std::string_view name = last;
    constexpr std::string_view kEnding = ".gguf";
    if (!name.ends_with(kEnding)) {
        return last;
    }
    name = withoutPart(name.substr(0, name.size() - kEnding.size()));
    const std::size_t type = name.find_last_of(".-");
    if (type != name.npos && type > 0 && isWeightType(name.substr(type + 1))) {
        name = name.substr(0, type);
    }
    return std::string(name);
}

} // namespace

std::string modelName(std::string_view said, const std::filesystem::path &path)
{
    while (said.ends_with('/')) {
        said.remove_suffix(1);
    }
    const std::string_view last = said.substr(said.find_last_of('/') + 1); // "owner/name", or where it lay
    const std::vector<std::string> words = wordsOf(last);
    if (!isTrainingRun(words) && !isNoName(words)) {
        return std::string(last);
    }
    const std::string name = nameOfPath(path);
    return name.empty() ? std::string(last) : name;
}

} // namespace engine
