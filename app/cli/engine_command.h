#pragma once

#include "app/cli/context.h"

#include <functional>
#include <string>

namespace app {

// The parts of `warraq-cli engine ...`: each adds its subcommands to `engine`.
void addEngineRunCommands(CLI::App &engine, CliContext &context);  ///< logits, generate, embed, rerank
void addEngineTextCommands(CLI::App &engine, CliContext &context); ///< tokenize, template
void addEngineFileCommands(CLI::App &engine, CliContext &context); ///< dequantize, quantize, import-e5

/// A JSON value for each line of stdin that is not empty, with the line's number, until `take` fails.
/// Errors: Damaged (names the line), Cancelled, and those of `take`.
engine::Result<void> eachJsonLine(const engine::CancelToken &cancel,
                                  const std::function<engine::Result<void>(const nlohmann::json &)> &take);

/// A compact JSON value on a line of stdout; malformed UTF-8 becomes U+FFFD.
void printJsonLine(const nlohmann::json &value);

/// "1,2,3" as token ids. Errors: Damaged (what is no number).
engine::Result<std::vector<engine::TokenId>> parseTokens(const std::string &text);

/// Errors: Storage (names the file).
engine::Result<void> writeFloats(const std::filesystem::path &path, std::span<const float> values);

} // namespace app
