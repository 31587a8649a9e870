#include "app/cli/engine_command.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace app {
namespace {

using engine::ErrorCode;
using engine::Model;
using engine::Result;
using engine::TextKind;

constexpr std::size_t kLinesAtOnce = 64; ///< texts given to the encoder together

Result<std::shared_ptr<const Model>> load(const CliContext &context, std::string_view role)
{
    ASSIGN_OR_RETURN(const std::filesystem::path path, context.findModel(context.model, role));
    return Model::load(path, context.loadOptions());
}

struct LogitsOptions
{
    std::string tokens;
    std::filesystem::path out;
};

Result<void> runLogits(const CliContext &context, const LogitsOptions &options)
{
    ASSIGN_OR_RETURN(const std::vector<engine::TokenId> tokens, parseTokens(options.tokens));
    ASSIGN_OR_RETURN(const auto model, load(context, "generator"));
    ASSIGN_OR_RETURN(auto session,
                     engine::Session::open(model, {.contextLength = std::max(1, int(tokens.size())),
                                                   .kv = engine::KvType::F32,
                                                   .reuse = false}));
    ASSIGN_OR_RETURN(const engine::Matrix logits, session.logits(tokens, context.cancel));
    return writeFloats(options.out, logits.values);
}

struct GenerateFlags
{
    std::string tokens;
    std::string prompt;
    bool parseSpecial = false;
    std::string kv = "f32"; ///< this command is for comparisons
    engine::GenerateOptions options;
};

Result<std::vector<engine::TokenId>> promptTokens(const Model &model, const GenerateFlags &flags)
{
    if (!flags.tokens.empty()) {
        return parseTokens(flags.tokens);
    }
    if (flags.prompt.empty()) {
        return engine::fail(ErrorCode::Unsupported, "give --tokens or --prompt");
    }
    return model.encode(flags.prompt, {true, flags.parseSpecial});
}

engine::KvType kvTypeOf(std::string_view name)
{
    return name == "f32" ? engine::KvType::F32 : name == "q8_0" ? engine::KvType::Q8_0 : engine::KvType::F16;
}

const char *reasonName(engine::StopReason reason)
{
    switch (reason) {
    case engine::StopReason::EndOfText:
        return "end of text";
    case engine::StopReason::StopText:
        return "stop text";
    case engine::StopReason::MaxTokens:
        return "max tokens";
    case engine::StopReason::ContextFull:
        return "context full";
    case engine::StopReason::Cancelled:
        break;
    }
    return "cancelled";
}

nlohmann::json toJson(const std::vector<engine::LogProbabilities> &all)
{
    auto json = nlohmann::json::array();
    for (const engine::LogProbabilities &entry : all) {
        auto top = nlohmann::json::array();
        for (const engine::TokenLogProbability &token : entry.top) {
            top.push_back({{"token", token.token}, {"value", token.value}});
        }
        json.push_back({{"token", entry.chosen.token}, {"value", entry.chosen.value}, {"top", top}});
    }
    return json;
}

Result<void> runGenerate(const CliContext &context, GenerateFlags flags)
{
    ASSIGN_OR_RETURN(const auto model, load(context, "generator"));
    ASSIGN_OR_RETURN(const auto prompt, promptTokens(*model, flags));
    flags.options.sampling.temperature = context.temperature;
    flags.options.sampling.seed = context.seed;
    ASSIGN_OR_RETURN(auto session, engine::Session::open(model, {.kv = kvTypeOf(flags.kv)}));
    const auto show = [&](std::string_view text, engine::TextPart part) {
        if (!context.json) {
            std::FILE *to = part == engine::TextPart::Answer ? stdout : stderr;
            std::fwrite(text.data(), 1, text.size(), to);
            std::fflush(to);
        }
    };
    ASSIGN_OR_RETURN(const engine::Generated generated,
                     session.generate(prompt, flags.options, show, context.cancel));
    if (context.json) {
        nlohmann::json json;
        json["tokens"] = generated.tokens;
        json["text"] = generated.text;
        json["thinking"] = generated.thinking;
        json["reason"] = reasonName(generated.reason);
        if (flags.options.logProbabilities >= 0) {
            json["log_probabilities"] = toJson(generated.logProbabilities);
        }
        printJsonLine(json);
    } else {
        std::fputc('\n', stdout);
    }
    if (generated.reason == engine::StopReason::Cancelled) {
        return engine::fail(ErrorCode::Cancelled, "cancelled");
    }
    return {};
}

struct EmbedFlags
{
    bool raw = false;
    std::string kind;
};

Result<void> embedLines(const CliContext &context, const Model &model, TextKind kind,
                        std::vector<std::string> &lines)
{
    const std::vector<std::string_view> texts(lines.begin(), lines.end());
    ASSIGN_OR_RETURN(const engine::Matrix vectors, model.embed(texts, kind, context.cancel));
    for (int i = 0; i < vectors.rows; ++i) {
        const auto row = vectors.row(i);
        printJsonLine(std::vector<float>(row.begin(), row.end()));
    }
    lines.clear();
    return {};
}

Result<void> runEmbed(const CliContext &context, const EmbedFlags &flags)
{
    TextKind kind = TextKind::Raw;
    if (!flags.raw && !flags.kind.empty()) {
        kind = flags.kind == "query" ? TextKind::Query : TextKind::Passage;
    }
    ASSIGN_OR_RETURN(const auto model, load(context, "embedder"));
    std::vector<std::string> lines;
    RETURN_IF_ERROR(eachJsonLine(context.cancel, [&](const nlohmann::json &json) -> Result<void> {
        if (!json.is_string()) {
            return engine::fail(ErrorCode::Damaged, "each line must be a JSON string");
        }
        lines.push_back(json.get<std::string>());
        return lines.size() < kLinesAtOnce ? Result<void>() : embedLines(context, *model, kind, lines);
    }));
    return lines.empty() ? Result<void>() : embedLines(context, *model, kind, lines);
}

Result<void> runRerank(const CliContext &context)
{
    ASSIGN_OR_RETURN(const auto model, load(context, "reranker"));
    return eachJsonLine(context.cancel, [&](const nlohmann::json &json) -> Result<void> {
        if (!json.is_object() || !json.contains("query") || !json["query"].is_string() ||
            !json.contains("text") || !json["text"].is_string()) {
            return engine::fail(ErrorCode::Damaged,
                                "each line must be {\"query\": \"...\", \"text\": \"...\"}");
        }
        const std::string text = json["text"].get<std::string>();
        const std::string_view texts[] = {text};
        ASSIGN_OR_RETURN(const auto scores,
                         model->rerank(json["query"].get<std::string>(), texts, context.cancel));
        printJsonLine(scores.front());
        return {};
    });
}

void addGenerate(CLI::App &engine, CliContext &context)
{
    auto flags = std::make_shared<GenerateFlags>();
    engine::SamplingOptions &sampling = flags->options.sampling;
    CLI::App *command = engine.add_subcommand("generate", "Continue a prompt");
    command->fallthrough();
    command->add_option("--tokens", flags->tokens, "Prompt as token ids: 1,2,3");
    command->add_option("--prompt", flags->prompt,
                        "Prompt as text; the model's special tokens are put round it");
    command->add_flag("--parse-special", flags->parseSpecial, "Recognise control tokens in --prompt");
    command->add_option("--max-tokens", flags->options.maxTokens, "At most so many new tokens")
        ->check(CLI::NonNegativeNumber);
    command->add_flag("--ignore-eos", flags->options.ignoreEnd, "Go on past the end token");
    command->add_option("--stop", flags->options.stop, "End before this text; may be repeated");
    command->add_option("--top-k", sampling.topK, "Draw from the k likeliest; 0: all");
    command->add_option("--top-p", sampling.topP, "Draw from the fewest that reach this probability");
    command->add_option("--min-p", sampling.minP,
                        "Leave out what is less likely than this share of the best");
    command->add_option("--typical-p", sampling.typicalP, "Draw from what is as surprising as expected");
    command->add_option("--repetition-penalty", sampling.repetitionPenalty, "Above 1: repeat less");
    command->add_option("--frequency-penalty", sampling.frequencyPenalty, "Taken off for each time it came");
    command->add_option("--presence-penalty", sampling.presencePenalty, "Taken off once if it came");
    command->add_option("--dry", sampling.dry.multiplier, "Above 0: do not continue a repetition");
    command->add_option("--mirostat", sampling.mirostat.tau, "Bits of surprise to hold; 0: off");
    command->add_option("--thinking-budget", flags->options.thinkingBudget,
                        "Close a reasoning model's thoughts after so many tokens");
    command->add_option("--log-probabilities", flags->options.logProbabilities,
                        "With --json: natural logarithms of each token and of the n likeliest in its place");
    command->add_option("--kv", flags->kv, "How keys and values are kept")
        ->check(CLI::IsMember({"f32", "f16", "q8_0"}));
    onRun(*command, context, [&context, flags] { return runGenerate(context, *flags); });
}

} // namespace

void addEngineRunCommands(CLI::App &engine, CliContext &context)
{
    auto logits = std::make_shared<LogitsOptions>();
    CLI::App *command = engine.add_subcommand("logits", "Write the logits after every token");
    command->fallthrough();
    command->add_option("--tokens", logits->tokens, "Token ids: 1,2,3")->required();
    command->add_option("--out", logits->out, "float32 little-endian [n, vocabulary]")->required();
    onRun(*command, context, [&context, logits] { return runLogits(context, *logits); });

    addGenerate(engine, context);

    auto embed = std::make_shared<EmbedFlags>();
    command =
        engine.add_subcommand("embed", "A JSON string a line on stdin, its vector as a JSON array on stdout");
    command->fallthrough();
    CLI::Option *kind =
        command->add_option("--kind", embed->kind, "Put the model's own prefix before each text")
            ->check(CLI::IsMember({"query", "passage"}));
    command->add_flag("--raw", embed->raw, "No prefix (the default)")->excludes(kind);
    onRun(*command, context, [&context, embed] { return runEmbed(context, *embed); });

    command =
        engine.add_subcommand("rerank", "{\"query\", \"text\"} a line on stdin, the raw logit on stdout");
    command->fallthrough();
    onRun(*command, context, [&context] { return runRerank(context); });
}

} // namespace app
