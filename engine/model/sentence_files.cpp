#include "engine/model/config_readers.h"
#include "engine/weights/json.h"
#include "engine/weights/mapped_file.h"

#include <algorithm>

namespace engine {
namespace {

using Json = nlohmann::json;

bool isMissing(const Result<Json> &json)
{
    return !json && json.error().code == ErrorCode::NotFound;
}

} // namespace

Result<Json> readJsonFile(const ModelFile &file, const std::string &name)
{
    ASSIGN_OR_RETURN(const MappedFile mapped, MappedFile::open(file.path() / name));
    const auto bytes = mapped.bytes();
    const std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    ASSIGN_OR_RETURN(Json json, parseJson(text, name));
    if (!json.is_object()) {
        return fail(ErrorCode::Damaged, name + ": no JSON object");
    }
    return json;
}

Result<void> readSentenceFiles(const ModelFile &file, ModelConfig &config)
{
    if (auto pooling = readJsonFile(file, "1_Pooling/config.json"); !isMissing(pooling)) {
        ASSIGN_OR_RETURN(const Json json, std::move(pooling));
        const JsonReader read(json, "1_Pooling/config.json");
        config.embeds = true;
        if (read.flag({"pooling_mode_cls_token"}, false)) {
            config.pooling = Backend::Pooling::First;
        } else if (read.flag({"pooling_mode_lasttoken"}, false)) {
            config.pooling = Backend::Pooling::Last;
        } else if (!read.flag({"pooling_mode_mean_tokens"}, false)) {
            return fail(ErrorCode::Unsupported, read.where() + ": no pooling we know (mean, cls, last)");
        }
    }
    if (auto lengths = readJsonFile(file, "sentence_bert_config.json"); !isMissing(lengths)) {
        ASSIGN_OR_RETURN(const Json json, std::move(lengths));
        const JsonReader read(json, "sentence_bert_config.json");
        ASSIGN_OR_RETURN(const int longest, read.countOr({"max_seq_length"}, config.context));
        config.context = std::min(config.context, longest);
    }
    return {};
}

} // namespace engine
