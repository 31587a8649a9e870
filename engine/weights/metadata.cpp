#include "engine/weights/model_file.h"
#include "engine/weights/names.h"

#include <limits>

namespace engine {

namespace {

/// Empty for a value that is no integer or does not fit.
std::optional<std::int64_t> asInteger(const MetadataValue &value)
{
    if (const auto *number = std::get_if<std::int64_t>(&value)) {
        return *number;
    }
    if (const auto *number = std::get_if<std::uint64_t>(&value)) {
        if (*number <= std::uint64_t(std::numeric_limits<std::int64_t>::max())) {
            return std::int64_t(*number);
        }
    }
    return std::nullopt;
}

std::string field(const std::string &source, std::string_view key)
{
    return source + ": " + printable(key);
}

} // namespace

void Metadata::insert(std::string key, MetadataValue value)
{
    m_values.insert_or_assign(std::move(key), std::move(value));
}

bool Metadata::contains(std::string_view key) const
{
    return m_values.find(key) != m_values.end();
}

const MetadataValue *Metadata::find(std::string_view key) const
{
    const auto found = m_values.find(key);
    return found == m_values.end() ? nullptr : &found->second;
}

Result<std::int64_t> Metadata::integer(std::string_view key, std::int64_t least, std::int64_t most) const
{
    const MetadataValue *value = find(key);
    if (!value) {
        return fail(ErrorCode::NotFound, field(source, key) + ": the key is missing");
    }
    const auto number = asInteger(*value);
    if (!number) {
        return fail(ErrorCode::Damaged, field(source, key) + ": not an integer");
    }
    if (*number < least || *number > most) {
        return fail(ErrorCode::Damaged, field(source, key) + ": " + std::to_string(*number) + " is outside " +
                                            std::to_string(least) + ".." + std::to_string(most));
    }
    return *number;
}

Result<double> Metadata::number(std::string_view key) const
{
    const MetadataValue *value = find(key);
    if (!value) {
        return fail(ErrorCode::NotFound, field(source, key) + ": the key is missing");
    }
    if (const auto *number = std::get_if<double>(value)) {
        return *number;
    }
    if (const auto number = asInteger(*value)) {
        return double(*number);
    }
    return fail(ErrorCode::Damaged, field(source, key) + ": not a number");
}

Result<std::string> Metadata::text(std::string_view key) const
{
    const MetadataValue *value = find(key);
    if (!value) {
        return fail(ErrorCode::NotFound, field(source, key) + ": the key is missing");
    }
    if (const auto *text = std::get_if<std::string>(value)) {
        return *text;
    }
    return fail(ErrorCode::Damaged, field(source, key) + ": not a string");
}

Result<std::int64_t> Metadata::integerOr(std::string_view key, std::int64_t fallback, std::int64_t least,
                                         std::int64_t most) const
{
    return contains(key) ? integer(key, least, most) : Result<std::int64_t>(fallback);
}

Result<double> Metadata::numberOr(std::string_view key, double fallback) const
{
    return contains(key) ? number(key) : Result<double>(fallback);
}

Result<bool> Metadata::flagOr(std::string_view key, bool fallback) const
{
    const MetadataValue *value = find(key);
    if (!value) {
        return fallback;
    }
    if (const auto *flag = std::get_if<bool>(value)) {
        return *flag;
    }
    return fail(ErrorCode::Damaged, field(source, key) + ": not true or false");
}

} // namespace engine
