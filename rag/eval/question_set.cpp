#include "rag/eval/question_set.h"

#include "rag/retrieve/question_text.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

namespace rag {

using engine::ErrorCode;
using engine::fail;
using engine::Result;

namespace {

std::string textOrEmpty(const nlohmann::json &object, const char *key)
{
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? std::string() : found->get<std::string>();
}

/// A value or a list of values.
template <class T>
std::vector<T> listOf(const nlohmann::json &object, const char *key)
{
    const auto found = object.find(key);
    if (found == object.end() || found->is_null())
        return {};
    return found->is_array() ? found->get<std::vector<T>>() : std::vector<T>{found->get<T>()};
}

/// What a person writes for their own library: {"question", "pdf", "page", "answer"}; see README.md.
EvalQuestion readShort(const nlohmann::json &json, int line)
{
    EvalQuestion question;
    question.id = json.contains("id") ? textOrEmpty(json, "id") : "line " + std::to_string(line);
    question.pdf = textOrEmpty(json, "pdf");
    question.question = json.at("question").get<std::string>();
    question.language =
        json.contains("lang") ? textOrEmpty(json, "lang") : questionLanguage(question.question);
    question.documentLanguage = textOrEmpty(json, "doc_lang");
    question.type = json.contains("type") ? textOrEmpty(json, "type") : "own";
    question.answers = listOf<std::string>(json, "answer");
    question.shortAnswer = !question.answers.empty();
    for (const int page : listOf<int>(json, "page"))
        question.gold.push_back({question.pdf, page - 1, textOrEmpty(json, "quote")});
    question.answerable = json.value("answerable", !question.answers.empty() || !question.gold.empty());
    question.followUpOf = textOrEmpty(json, "follow_up_of");
    return question;
}

EvalQuestion readQuestion(const nlohmann::json &json, int line)
{
    if (!json.contains("answerable") || json.contains("answer") || json.contains("page"))
        return readShort(json, line);
    EvalQuestion question;
    question.id = json.contains("id") ? json.at("id").get<std::string>() : "line " + std::to_string(line);
    question.pdf = textOrEmpty(json, "pdf");
    question.documentLanguage = textOrEmpty(json, "doc_lang");
    question.language = textOrEmpty(json, "lang");
    question.type = textOrEmpty(json, "type");
    question.answerable = json.at("answerable").get<bool>();
    question.question = json.at("question").get<std::string>();
    question.answers = json.value("answers", std::vector<std::string>());
    question.shortAnswer = textOrEmpty(json, "answer_kind") == "short";
    question.allGold = textOrEmpty(json, "gold_mode") == "all";
    question.followUpOf = textOrEmpty(json, "follow_up_of");
    for (const nlohmann::json &gold : json.value("gold", nlohmann::json::array()))
        question.gold.push_back(
            {gold.at("pdf").get<std::string>(), gold.at("page").get<int>() - 1, textOrEmpty(gold, "quote")});
    return question;
}

} // namespace

Result<std::vector<EvalQuestion>> parseQuestions(std::string_view jsonLines)
{
    std::vector<EvalQuestion> questions;
    int number = 0;
    while (!jsonLines.empty()) {
        const std::size_t end = std::min(jsonLines.find('\n'), jsonLines.size());
        const std::string_view line = jsonLines.substr(0, end);
        jsonLines.remove_prefix(std::min(end + 1, jsonLines.size()));
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        try {
            questions.push_back(readQuestion(nlohmann::json::parse(line), number));
        } catch (const nlohmann::json::exception &error) {
            return fail(ErrorCode::Damaged,
                        "questions, line " + std::to_string(number) + ": " + error.what());
        }
    }
    return questions;
}

Result<std::vector<EvalQuestion>> readQuestions(const std::filesystem::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return fail(ErrorCode::NotFound, "cannot open " + file.string());
    return parseQuestions(std::string(std::istreambuf_iterator<char>(stream), {}));
}

} // namespace rag
