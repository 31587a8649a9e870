#include "rag/store/answer_details.h"

#include "rag/store/sqlite.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace rag {

namespace {

std::string numbersText(const std::vector<int> &numbers)
{
    std::string text;
    for (const int number : numbers)
        text += (text.empty() ? "" : " ") + std::to_string(number);
    return text;
}

std::vector<int> numbersOf(std::string_view text)
{
    std::vector<int> numbers;
    std::istringstream stream{std::string(text)};
    for (int number = 0; stream >> number;)
        numbers.push_back(number);
    return numbers;
}

/// A line's end or a tab within a term would end it.
std::string onOneLine(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
    return text;
}

std::optional<TermHits> termOf(std::string_view line)
{
    const std::size_t first = line.find('\t');
    const std::size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
    if (second == std::string_view::npos)
        return std::nullopt;
    TermHits term;
    const std::string_view pages = line.substr(0, first);
    if (std::from_chars(pages.data(), pages.data() + pages.size(), term.pages).ec != std::errc())
        return std::nullopt;
    term.term = line.substr(first + 1, second - first - 1);
    std::istringstream places{std::string(line.substr(second + 1))};
    DocumentId document = 0;
    int page = 0;
    char colon = 0;
    while (places >> document >> colon >> page && colon == ':')
        term.places.emplace_back(document, page);
    return term;
}

Verdict verdictOf(std::int64_t value)
{
    return value >= 0 && value <= static_cast<std::int64_t>(Verdict::Unsupported)
               ? static_cast<Verdict>(value)
               : Verdict::Unsupported;
}

} // namespace

std::string scanText(const ScopeScan &scan)
{
    std::string text = std::to_string(scan.pagesSearched) + " " + std::to_string(scan.pagesInScope) + "\n";
    for (const TermHits &term : scan.terms) {
        text += std::to_string(term.pages) + "\t" + onOneLine(term.term) + "\t";
        for (std::size_t i = 0; i < term.places.size(); ++i)
            text += (i == 0 ? "" : " ") + std::to_string(term.places[i].first) + ":" +
                    std::to_string(term.places[i].second);
        text += "\n";
    }
    return text;
}

std::optional<ScopeScan> scanOf(std::string_view text)
{
    std::istringstream lines{std::string(text)};
    ScopeScan scan;
    std::string line;
    if (!(lines >> scan.pagesSearched >> scan.pagesInScope) || !std::getline(lines, line))
        return std::nullopt;
    while (std::getline(lines, line)) {
        std::optional<TermHits> term = termOf(line);
        if (!term)
            return std::nullopt;
        scan.terms.push_back(*std::move(term));
    }
    return scan;
}

Result<void> saveDetails(Database &database, MessageId message, const Answer &answer)
{
    RETURN_IF_ERROR(database.run("DELETE FROM answer_details WHERE message = ?", message));
    RETURN_IF_ERROR(database.run("DELETE FROM answer_sentences WHERE message = ?", message));
    RETURN_IF_ERROR(
        database.run("INSERT INTO answer_details (message, searched_for, extract, generated, thinking, "
                     "confidence, scan) VALUES (?, ?, ?, ?, ?, ?, ?)",
                     message, answer.searchedFor, answer.extract, answer.generated, answer.thinking,
                     answer.confidence, answer.scan ? scanText(*answer.scan) : std::string()));
    for (const AnswerSentence &sentence : answer.sentences)
        RETURN_IF_ERROR(
            database.run("INSERT INTO answer_sentences (message, begins, ends, verdict, quoted, support, "
                         "citations) VALUES (?, ?, ?, ?, ?, ?, ?)",
                         message, sentence.begin, sentence.end, static_cast<int>(sentence.verdict),
                         sentence.quoted, sentence.support, numbersText(sentence.citations)));
    return {};
}

Result<AnswerDetails> loadDetails(Database &database, MessageId message, std::size_t textSize)
{
    AnswerDetails details;
    {
        ASSIGN_OR_RETURN(Statement row,
                         database.prepare("SELECT searched_for, extract, generated, thinking, "
                                          "confidence, scan FROM answer_details WHERE message = ?",
                                          message));
        ASSIGN_OR_RETURN(const bool there, row.step());
        if (!there)
            return details;
        details.searchedFor = row.text(0);
        details.extract = row.text(1);
        details.generated = row.text(2);
        details.thinking = row.text(3);
        details.confidence = row.real(4);
        details.scan = scanOf(row.text(5));
    }
    ASSIGN_OR_RETURN(Statement row,
                     database.prepare("SELECT begins, ends, verdict, quoted, support, citations FROM "
                                      "answer_sentences WHERE message = ? ORDER BY id",
                                      message));
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return details;
        const std::int64_t begin = row.integer(0);
        const std::int64_t end = row.integer(1);
        if (begin < 0 || end < begin || end > std::int64_t(textSize))
            continue;
        details.sentences.push_back({std::uint32_t(begin), std::uint32_t(end), verdictOf(row.integer(2)),
                                     row.integer(3) != 0, row.real(4), numbersOf(row.text(5))});
    }
}

} // namespace rag
