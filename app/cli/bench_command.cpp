#include "app/cli/context.h"
#include "app/cli/peak_memory.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace app {
namespace {

using engine::Model;
using engine::ModelKind;
using engine::Result;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr int kRounds = 3;      ///< the best counts: other programs can only make a round slower
constexpr int kEmbedTexts = 32; ///< texts of one embedding round

struct BenchOptions
{
    int prompt = 0; ///< 0: 512 tokens for a generator, 256 a text for an embedder
    int generate = 64;
};

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Ordinary ids spread over the vocabulary; another first one each round, so that no round finds its prompt
/// cached.
std::vector<engine::TokenId> benchPrompt(int vocabulary, int count, int round)
{
    std::vector<engine::TokenId> tokens;
    for (int i = 0; i < count; ++i) {
        tokens.push_back(engine::TokenId((std::int64_t(i + round) * 7919 + 13) % vocabulary));
    }
    return tokens;
}

Result<void> benchGenerator(const std::shared_ptr<const Model> &model, const BenchOptions &options,
                            const engine::CancelToken &cancel, Json &json)
{
    const int prompt = options.prompt > 0 ? options.prompt : 512;
    ASSIGN_OR_RETURN(auto session,
                     engine::Session::open(model, {.contextLength = prompt + options.generate + 1}));
    engine::GenerateOptions generate;
    generate.maxTokens = options.generate + 1; // the first comes with the prompt
    generate.ignoreEnd = true;
    double prefill = 0;
    double decode = 0;
    for (int round = 0; round < kRounds; ++round) {
        const auto tokens = benchPrompt(model->info().vocabulary, prompt, round);
        ASSIGN_OR_RETURN(const engine::Generated run, session.generate(tokens, generate, {}, cancel));
        if (run.reason == engine::StopReason::Cancelled) {
            return engine::fail(engine::ErrorCode::Cancelled, "cancelled");
        }
        prefill = std::max(prefill, prompt / run.prefillSeconds);
        decode = std::max(decode, options.generate / run.decodeSeconds);
    }
    json["prompt_tokens"] = prompt;
    json["prefill_tokens_per_second"] = prefill;
    json["generated_tokens"] = options.generate;
    json["decode_tokens_per_second"] = decode;
    return {};
}

Result<void> benchEmbedder(const Model &model, const BenchOptions &options, const engine::CancelToken &cancel,
                           Json &json)
{
    const int wanted = std::min(options.prompt > 0 ? options.prompt : 256, model.info().contextLength);
    const std::string sentence =
        "The keeper of the canal wrote down the level of the water every morning at six. ";
    std::string text = sentence;
    while (model.countTokens(text + sentence) + 2 <= wanted) {
        text += sentence;
    }
    const std::vector<std::string_view> texts(kEmbedTexts, text);
    double best = 0;
    for (int round = 0; round < kRounds; ++round) {
        const auto start = Clock::now();
        ASSIGN_OR_RETURN(const engine::Matrix vectors, model.embed(texts, engine::TextKind::Raw, cancel));
        best = std::max(best, vectors.rows / secondsSince(start));
    }
    const int tokens = model.countTokens(text) + 2;
    json["text_tokens"] = tokens;
    json["texts_per_second"] = best;
    json["tokens_per_second"] = best * tokens;
    return {};
}

void printTable(const Json &json)
{
    for (const auto &[key, value] : json.items()) {
        std::string name = key;
        std::ranges::replace(name, '_', ' ');
        if (value.is_number_float()) {
            std::printf("%-28s %.2f\n", name.c_str(), value.get<double>());
        } else {
            std::printf("%-28s %s\n", name.c_str(),
                        value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
        }
    }
}

Result<void> runBench(const CliContext &context, const BenchOptions &options)
{
    ASSIGN_OR_RETURN(const auto path, context.findModel(context.model, "generator"));
    const auto start = Clock::now();
    ASSIGN_OR_RETURN(const auto model, Model::load(path, context.loadOptions()));
    const double loadSeconds = secondsSince(start);
    const engine::ModelInfo &info = model->info();
    Json json;
    json["model"] = info.name;
    json["weights"] = info.weights;
    json["device"] = info.device;
    json["load_seconds"] = loadSeconds;
    if (info.kind == ModelKind::Decoder) {
        RETURN_IF_ERROR(benchGenerator(model, options, context.cancel, json));
    } else {
        RETURN_IF_ERROR(benchEmbedder(*model, options, context.cancel, json));
    }
    json["peak_memory_bytes"] = peakMemoryBytes();
    if (context.json) {
        CliContext::print(json);
    } else {
        printTable(json);
    }
    return {};
}

} // namespace

void addBenchCommand(CLI::App &app, CliContext &context)
{
    auto options = std::make_shared<BenchOptions>();
    CLI::App *command =
        app.add_subcommand("bench", "Measure a model: prefill and decode, or texts embedded, a second");
    command->fallthrough();
    command->add_option("--prompt", options->prompt, "Tokens of the prompt (512), or of each text (256)")
        ->check(CLI::PositiveNumber);
    command->add_option("--generate", options->generate, "Tokens to generate")->check(CLI::PositiveNumber);
    onRun(*command, context, [&context, options] { return runBench(context, *options); });
}

} // namespace app
