#include "app/cli/answer_printer.h"
#include "app/cli/context.h"
#include "app/cli/ingest_files.h"
#include "app/cli/to_json.h"

namespace app {

using engine::Result;

namespace {

struct AskOptions
{
    std::vector<std::string> words; ///< the PDFs, and the question last
    std::string password;
    rag::AnswerOptions answer;
};

Json answerJson(const rag::Answer &answer, double ingestSeconds)
{
    Json citations = Json::array();
    for (const rag::Citation &citation : answer.citations)
        citations.push_back(toJson(citation));
    return {{"answer", answer.text},
            {"abstained", answer.abstained},
            {"citations", citations},
            {"passages", toJson(answer.passages)},
            {"model", answer.model},
            {"prompt_tokens", answer.promptTokens},
            {"reused_tokens", answer.reusedTokens},
            {"answer_tokens", answer.answerTokens},
            {"seconds",
             {{"ingest", ingestSeconds},
              {"retrieve", answer.seconds.retrieve},
              {"prefill", answer.seconds.prefill},
              {"decode", answer.seconds.decode}}}};
}

Result<void> ask(CliContext &context, AskOptions &options)
{
    options.answer.temperature = context.temperature;
    options.answer.seed = context.seed;
    const std::vector<std::string> pdfs(options.words.begin(), options.words.end() - 1);
    double ingestSeconds = 0;
    ASSIGN_OR_RETURN(const auto documents, documentsFor(context, pdfs, options.password, ingestSeconds));
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto answerer, services->makeAnswerer());

    AnswerPrinter printer(!context.json);
    ASSIGN_OR_RETURN(const rag::Answer answer,
                     answerer->ask({options.words.back(), documents, 0}, {}, options.answer,
                                   printer.onEvent(), context.cancel));
    printer.finish(answer);
    if (context.json)
        CliContext::print(answerJson(answer, ingestSeconds));
    if (answer.stopped)
        return engine::fail(engine::ErrorCode::Cancelled, "stopped");
    if (answer.abstained)
        context.exitCode = ExitCode::NothingFound;
    return {};
}

} // namespace

void addAskCommand(CLI::App &app, CliContext &context)
{
    auto options = std::make_shared<AskOptions>();
    CLI::App *command =
        app.add_subcommand("ask", "Answer a question from the named PDFs or the whole library");
    command->add_option("QUESTION", options->words, "Files to answer from, and the question")
        ->required()
        ->option_text("[PDF...] QUESTION");
    command->add_option("--password", options->password, "Password of the files that need one");
    addAnswerOptions(*command, options->answer);
    onRun(*command, context, [&context, options] { return ask(context, *options); });
}

} // namespace app
