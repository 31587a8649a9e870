#include "rag/eval/comparison.h"

#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

namespace rag {

using engine::ErrorCode;
using engine::fail;
using engine::Result;
using Json = nlohmann::ordered_json;

namespace {

using Figures = std::map<std::string, double>;

/// Numbers by their path: "by_type/lookup/document/recall@5".
void collect(const Json &json, const std::string &path, Figures &figures)
{
    if (json.is_number())
        figures[path] = json.get<double>();
    if (!json.is_object())
        return;
    for (const auto &[key, value] : json.items())
        if (key != "rows" && key != "seconds" && key != "compare")
            collect(value, path.empty() ? key : path + "/" + key, figures);
}

std::map<std::string, bool> rightByQuestion(const Json &run)
{
    std::map<std::string, bool> right;
    const auto rows = run.find("rows");
    if (rows == run.end() || !rows->is_array())
        return right;
    for (const Json &row : *rows)
        if (row.is_object() && row.contains("id") && row["id"].is_string() && row.contains("right") &&
            row["right"].is_boolean())
            right[row["id"].get<std::string>()] = row["right"].get<bool>();
    return right;
}

} // namespace

Result<Json> readRun(const std::filesystem::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return fail(ErrorCode::NotFound, "cannot open " + file.string());
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    Json whole = Json::parse(text, nullptr, false);
    if (whole.is_object() && !whole.contains("id"))
        return whole;
    Json run{{"rows", Json::array()}};
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.find_first_not_of(" \t\r") == line.npos)
            continue;
        Json row = Json::parse(line, nullptr, false);
        if (!row.is_object())
            return fail(ErrorCode::Damaged,
                        file.string() + " holds neither figures nor rows of an evaluation");
        run["rows"].push_back(std::move(row));
    }
    return run;
}

Json compareRuns(const Json &old, const Json &now)
{
    constexpr double kAlike = 5e-5;
    Figures before;
    Figures after;
    collect(old, "", before);
    collect(now, "", after);
    Json changes = Json::array();
    for (const auto &[metric, value] : after)
        if (const auto was = before.find(metric);
            was != before.end() && std::abs(was->second - value) > kAlike)
            changes.push_back({{"metric", metric}, {"old", was->second}, {"new", value}});

    Json worse = Json::array();
    Json better = Json::array();
    const auto rightBefore = rightByQuestion(old);
    int compared = 0;
    for (const auto &[id, right] : rightByQuestion(now))
        if (const auto was = rightBefore.find(id); was != rightBefore.end()) {
            ++compared;
            if (was->second && !right)
                worse.push_back(id);
            if (!was->second && right)
                better.push_back(id);
        }
    return {{"figures", changes},
            {"right_to_wrong", worse},
            {"wrong_to_right", better},
            {"compared_rows", compared}};
}

} // namespace rag
