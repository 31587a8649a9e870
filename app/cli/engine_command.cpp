#include "app/cli/engine_command.h"

#include <nlohmann/json.hpp>

#include <bit>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iostream>

namespace app {

using engine::ErrorCode;
using engine::Result;

void addEngineCommands(CLI::App &app, CliContext &context)
{
    CLI::App *engine =
        app.add_subcommand("engine", "Run the inference engine alone, for tests and comparisons");
    engine->require_subcommand(1);
    engine->fallthrough();
    addEngineRunCommands(*engine, context);
    addEngineTextCommands(*engine, context);
    addEngineFileCommands(*engine, context);
}

Result<void> eachJsonLine(const engine::CancelToken &cancel,
                          const std::function<Result<void>(const nlohmann::json &)> &take)
{
    std::string line;
    for (int number = 1; std::getline(std::cin, line); ++number) {
        if (cancel.isCancelled()) {
            return engine::fail(ErrorCode::Cancelled, "cancelled");
        }
        if (line.find_first_not_of(" \t\r") == std::string::npos) {
            continue;
        }
        const auto json = nlohmann::json::parse(line, nullptr, false);
        if (json.is_discarded()) {
            return engine::fail(ErrorCode::Damaged,
                                "line " + std::to_string(number) + " of stdin is no JSON");
        }
        RETURN_IF_ERROR(take(json));
    }
    return {};
}

void printJsonLine(const nlohmann::json &value)
{
    const std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

Result<std::vector<engine::TokenId>> parseTokens(const std::string &text)
{
    std::vector<engine::TokenId> tokens;
    const char *at = text.data();
    const char *end = at + text.size();
    while (at < end) {
        while (at < end && (*at == ' ' || *at == ',')) {
            ++at;
        }
        if (at == end) {
            break;
        }
        engine::TokenId token = 0;
        const auto [next, error] = std::from_chars(at, end, token);
        if (error != std::errc() || (next < end && *next != ',' && *next != ' ')) {
            return engine::fail(ErrorCode::Damaged, "--tokens wants numbers with commas between them");
        }
        tokens.push_back(token);
        at = next;
    }
    return tokens;
}

Result<void> writeFloats(const std::filesystem::path &path, std::span<const float> values)
{
    static_assert(std::endian::native == std::endian::little, "the files are little-endian");
    std::ofstream file(path, std::ios::binary);
    const auto bytes = std::as_bytes(values);
    file.write(reinterpret_cast<const char *>(bytes.data()), std::streamsize(bytes.size()));
    file.close();
    if (!file) {
        return engine::fail(ErrorCode::Storage, "cannot write " + path.string());
    }
    return {};
}

} // namespace app
