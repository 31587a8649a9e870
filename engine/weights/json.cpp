#include "engine/weights/json.h"

namespace engine {

namespace {

constexpr std::size_t kDeepest = 64;
constexpr std::size_t kMostValues = 8'000'000;

/// Depth and number of values are seen from the brackets and commas outside strings, before the parser
/// allocates.
Result<void> checkLimits(std::string_view text, const std::string &source)
{
    std::size_t depth = 0;
    std::size_t values = 1;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString) {
            if (c == '\\') {
                ++i;
            } else if (c == '"') {
                inString = false;
            }
            continue;
        }
        if (c == '"') {
            inString = true;
        } else if (c == '[' || c == '{') {
            ++values;
            if (++depth > kDeepest) {
                return fail(ErrorCode::Damaged,
                            source + ": JSON nested deeper than " + std::to_string(kDeepest));
            }
        } else if (c == ']' || c == '}') {
            depth -= depth > 0 ? 1 : 0;
        } else if (c == ',') {
            ++values;
        } else if (c == '\0') { // which the parser takes for the end
            return fail(ErrorCode::Damaged, source + ": JSON with a NUL byte");
        }
    }
    if (values > kMostValues) {
        return fail(ErrorCode::Damaged,
                    source + ": JSON of more than " + std::to_string(kMostValues) + " values");
    }
    return {};
}

} // namespace

Result<nlohmann::json> parseJson(std::string_view text, const std::string &source)
{
    RETURN_IF_ERROR(checkLimits(text, source));
    auto value = nlohmann::json::parse(text, nullptr, false);
    if (value.is_discarded()) {
        return fail(ErrorCode::Damaged, source + ": not JSON");
    }
    return value;
}

} // namespace engine
