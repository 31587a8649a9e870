#include "app/cli/engine_command.h"
#include "engine/weights/e5_container.h"
#include "engine/weights/mapped_file.h"
#include "engine/weights/quant.h"

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
