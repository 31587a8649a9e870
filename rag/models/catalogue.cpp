#include "rag/models/catalogue.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

namespace rag {

using engine::ErrorCode;
using engine::fail;
using engine::Result;

namespace {

ModelEntry readEntry(const nlohmann::json &json)
{
    ModelEntry entry;
    entry.name = json.at("name").get<std::string>();
    entry.title = json.value("title", entry.name);
    entry.role = json.at("role").get<std::string>();
    entry.isDefault = json.value("default", false);
    entry.file = json.at("file").get<std::string>();
    entry.alternatives = json.value("alternatives", std::vector<std::string>());
    entry.sha256 = json.value("sha256", std::string());
    entry.bytes = json.value("bytes", std::uint64_t(0));
    entry.licence = json.value("licence", std::string());
    return entry;
}

} // namespace

const ModelEntry *Catalogue::find(std::string_view name) const
{
    for (const ModelEntry &entry : models)
        if (entry.name == name)
            return &entry;
    return nullptr;
}

const ModelEntry *Catalogue::defaultFor(std::string_view role) const
{
    for (const ModelEntry &entry : models)
        if (entry.role == role && entry.isDefault)
            return &entry;
    return nullptr;
}

Result<Catalogue> parseCatalogue(std::string_view json)
{
    try {
        const nlohmann::json parsed = nlohmann::json::parse(json);
        Catalogue catalogue;
        for (const nlohmann::json &entry : parsed.at("models"))
            catalogue.models.push_back(readEntry(entry));
        return catalogue;
    } catch (const nlohmann::json::exception &error) {
        return fail(ErrorCode::Damaged, std::string("catalogue of models: ") + error.what());
    }
}

Result<Catalogue> readCatalogue(const std::filesystem::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return fail(ErrorCode::NotFound, "catalogue of models: cannot open " + file.string());
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    if (stream.bad())
        return fail(ErrorCode::Unreadable, "catalogue of models: cannot read " + file.string());
    return parseCatalogue(text);
}

} // namespace rag
