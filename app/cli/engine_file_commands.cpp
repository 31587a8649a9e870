#include "app/cli/engine_command.h"
#include "app/cli/terminal.h"
#include "engine/convert/quantize_model.h"
#include "engine/weights/e5_container.h"
#include "engine/weights/mapped_file.h"
#include "engine/weights/quant.h"

#include <nlohmann/json.hpp>

namespace app {
namespace {

using engine::ErrorCode;
using engine::Result;

struct DequantizeOptions
{
    std::string type;
    std::filesystem::path in;
    std::filesystem::path out;
};

Result<void> runDequantize(const DequantizeOptions &options)
{
    const auto type = engine::typeNamed(options.type);
    const auto layout = type ? engine::layoutOf(*type) : std::nullopt;
    if (!layout) {
        return engine::fail(ErrorCode::Unsupported, "no tensor type is called " + options.type);
    }
    ASSIGN_OR_RETURN(const auto file, engine::MappedFile::open(options.in));
    const std::size_t blockBytes = std::size_t(layout->blockBytes);
    if (file.bytes().size() % blockBytes != 0) {
        return engine::fail(ErrorCode::Damaged, options.in.string() + " holds no whole number of blocks of " +
                                                    std::to_string(blockBytes) + " bytes");
    }
    std::vector<float> values(file.bytes().size() / blockBytes * std::size_t(layout->blockValues));
    RETURN_IF_ERROR(engine::dequantize(*type, file.bytes(), values));
    return writeFloats(options.out, values);
}

struct ImportOptions
{
    std::filesystem::path in;
    std::filesystem::path out;
    std::filesystem::path charsmap;
};

struct QuantizeFlags
{
    std::filesystem::path in;
    std::filesystem::path out;
    std::string type;
};

Result<void> runQuantize(const CliContext &context, const QuantizeFlags &flags)
{
    const auto type = engine::typeNamed(flags.type);
    if (!type) {
        return engine::fail(ErrorCode::Unsupported, "no tensor type is called " + flags.type);
    }
    ProgressBar bar(!context.quiet);
    const engine::QuantizeOptions options{
        *type, context.loadOptions().threads,
        [&](int done, int all, std::string_view tensor) { bar.show(std::string(tensor), done, all); }};
    ASSIGN_OR_RETURN(const engine::Quantized sizes,
                     engine::quantizeModel(flags.in, flags.out, options, context.cancel));
    printJsonLine(nlohmann::json{{"bytes_before", sizes.bytesBefore}, {"bytes_after", sizes.bytesAfter}});
    return {};
}

} // namespace

void addEngineFileCommands(CLI::App &engine, CliContext &context)
{
    auto dequantize = std::make_shared<DequantizeOptions>();
    CLI::App *command = engine.add_subcommand("dequantize", "Quantised blocks to float32 little-endian");
    command->fallthrough();
    command->add_option("--type", dequantize->type, "Q4_0, Q4_K, ...")->required();
    command->add_option("--in", dequantize->in, "Whole blocks")->required();
    command->add_option("--out", dequantize->out, "Their values")->required();
    onRun(*command, context, [dequantize] { return runDequantize(*dequantize); });

    auto quantize = std::make_shared<QuantizeFlags>();
    command =
        engine.add_subcommand("quantize", "Write a smaller GGUF of a Hugging Face folder or a larger GGUF");
    command->fallthrough();
    command->add_option("in", quantize->in, "The folder or GGUF")->required();
    command->add_option("out", quantize->out, "The GGUF to write")->required();
    command->add_option("--type", quantize->type, "F16, Q8_0, Q6_K, Q4_K, Q4_1 or Q4_0")->required();
    onRun(*command, context, [&context, quantize] { return runQuantize(context, *quantize); });

    auto import = std::make_shared<ImportOptions>();
    command = engine.add_subcommand("import-e5", "Write the default embedder's container as a GGUF");
    command->fallthrough();
    command->add_option("in", import->in, "e5-small-q4.bin")->required();
    command->add_option("out", import->out, "The GGUF to write")->required();
    command->add_option("--charsmap", import->charsmap, "XLM-R's character map")->required();
    onRun(*command, context,
          [import] { return engine::convertE5Container(import->in, import->charsmap, import->out); });
}

} // namespace app
