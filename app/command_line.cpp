#include "app/command_line.h"

#include "app/paths.h"

#include <map>
#include <string>

namespace app {

void addServiceOptions(CLI::App &app, ServiceOptions &options)
{
    const std::map<std::string, engine::Device> devices{
        {"auto", engine::Device::Auto}, {"cpu", engine::Device::Cpu}, {"cuda", engine::Device::Cuda}};
    constexpr int kMostThreads = 1024;

    options.library = defaultLibrary();
    app.add_option("--library", options.library, "Folder of the library (" + defaultLibrary().string() + ")");
    app.add_option("--model", options.model, "Generator: a GGUF file, a Hugging Face folder, or a name");
    app.add_option("--embedder", options.embedder, "Embedding model, likewise");
    app.add_option("--threads", options.threads, "Threads for the models; 0: one a core")
        ->check(CLI::Range(0, kMostThreads));
    app.add_option("--device", options.device, "auto, cpu or cuda")
        ->transform(CLI::CheckedTransformer(devices, CLI::ignore_case));
    app.add_flag("!--no-ocr", options.ocr, "Do not read pages without text from their picture");
    app.add_option("--ocr-languages", options.ocrLanguages,
                   "Tesseract's names of them, as eng,ara; all that are installed")
        ->delimiter(',');
}

} // namespace app
