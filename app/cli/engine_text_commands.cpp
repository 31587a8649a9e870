#include "app/cli/engine_command.h"
#include "engine/tokenizer/chat_template.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/weights/mapped_file.h"
#include "engine/weights/model_file.h"

#include <nlohmann/json.hpp>

namespace app {
namespace {

using engine::ErrorCode;
using engine::Result;

/// The tokenizer alone: a file with nothing but a vocabulary is enough.
Result<void> runTokenize(const CliContext &context, const engine::Tokenizer::Options &options)
{
    ASSIGN_OR_RETURN(const std::filesystem::path path, context.findModel(context.model, "generator"));
    ASSIGN_OR_RETURN(const auto file, engine::ModelFile::openMetadata(path));
    ASSIGN_OR_RETURN(const auto tokenizer, engine::Tokenizer::load(*file));
    return eachJsonLine(context.cancel, [&](const nlohmann::json &json) -> Result<void> {
        if (!json.is_string()) {
            return engine::fail(ErrorCode::Damaged, "each line must be a JSON string");
        }
        printJsonLine(tokenizer->encode(json.get<std::string>(), options));
        return {};
    });
}

/// A request that the template refuses is an answer, too; one that is no object is the caller's mistake.
Result<void> runTemplate(const CliContext &context, const std::filesystem::path &path)
{
    ASSIGN_OR_RETURN(const auto file, engine::MappedFile::open(path));
    const std::string_view source(reinterpret_cast<const char *>(file.bytes().data()), file.bytes().size());
    return eachJsonLine(context.cancel, [&](const nlohmann::json &json) -> Result<void> {
        if (!json.is_object()) {
            return engine::fail(ErrorCode::Damaged, "each line must be a JSON object with messages");
        }
        const auto text = engine::renderTemplateJson(source, json.dump());
        printJsonLine(text ? nlohmann::json{{"text", *text}}
                           : nlohmann::json{{"error", text.error().detail}});
        return {};
    });
}

} // namespace

void addEngineTextCommands(CLI::App &engine, CliContext &context)
{
    auto options = std::make_shared<engine::Tokenizer::Options>();
    CLI::App *command =
        engine.add_subcommand("tokenize", "A JSON string a line on stdin, its token ids on stdout");
    command->fallthrough();
    command->add_flag("--add-special", options->addSpecial,
                      "Put the tokens at the ends that the model expects");
    command->add_flag("--parse-special", options->parseSpecial, "Recognise control tokens in the text");
    onRun(*command, context, [&context, options] { return runTokenize(context, *options); });

    auto path = std::make_shared<std::filesystem::path>();
    command = engine.add_subcommand("template", "Render a chat template: a request a line on stdin");
    command->fallthrough();
    command->add_option("--template", *path, "The Jinja template")->required();
    onRun(*command, context, [&context, path] { return runTemplate(context, *path); });
}

} // namespace app
