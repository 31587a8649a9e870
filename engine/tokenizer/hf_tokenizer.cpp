#include "engine/tokenizer/hf_tokenizer.h"

namespace engine {

Result<std::unique_ptr<const Tokenizer>> loadHfTokenizer(const ModelFile &file)
{
    return fail(ErrorCode::Unsupported, file.path().string() + ": tokenizer.json is not read yet");
}

} // namespace engine
