// For development: what reading a PDF gives.
//
//   dump_pages FILE [FIRST [LAST]] [--raw] [--ocr] [--password P]
//       pages as text (counted from 1); --raw: the file's words; --ocr: reads pictures where there is no text
//   dump_pages --gold QUESTIONS.jsonl PDFS [--misses] [--ocr]
//       gold quotes found on their pages, by file
//   dump_pages --recall TEXT FILE [--misses] [--ocr]
//       share of the words of TEXT, the file's source, that were read
//   dump_pages --time FILE
//       pages a second, through helper and reading order

#include "rag/eval/extraction.h"
#include "rag/ingest/page_source.h"
#include "rag/pdf/pdf_document.h"
#include "rag/pdf/reading_order.h"
#include "rag/text/normalizer.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

namespace {

struct Arguments
{
    std::vector<std::string> plain;
    bool raw = false;
    bool chars = false;
    bool gold = false;
    bool recall = false;
    bool misses = false;
    bool time = false;
    bool ocr = false;
    std::string password;
};

Arguments readArguments(int count, char **values)
{
    Arguments out;
    for (int i = 1; i < count; ++i) {
        const std::string value = values[i];
        if (value == "--raw")
            out.raw = true;
        else if (value == "--chars")
            out.raw = out.chars = true;
        else if (value == "--gold")
            out.gold = true;
        else if (value == "--recall")
            out.recall = true;
        else if (value == "--misses")
            out.misses = true;
        else if (value == "--ocr")
            out.ocr = true;
        else if (value == "--time")
            out.time = true;
        else if (value == "--password" && i + 1 < count)
            out.password = values[++i];
        else
            out.plain.push_back(value);
    }
    return out;
}

void printRaw(const rag::PageText &page, bool chars)
{
    for (const rag::PageWord &word : page.words) {
        std::printf("%7.2f %7.2f %6.2f %5.2f  %4.1f r%d f%d %c %zu |%s|\n", double(word.box.x),
                    double(word.box.y), double(word.box.width), double(word.box.height),
                    double(word.fontSize), word.rotation, word.font, word.spaceAfter ? '_' : '.',
                    word.chars.size(), word.text.c_str());
        if (chars) {
            for (const rag::CharBox &c : word.chars)
                std::printf("      %s %.2f+%.2f\n", word.text.substr(c.begin, c.end - c.begin).c_str(),
                            double(c.box.x), double(c.box.width));
        }
    }
    for (std::size_t i = 0; i < page.fonts.size(); ++i)
        std::printf("font %zu %s\n", i, page.fonts[i].c_str());
}

const char *signOf(rag::BlockKind kind)
{
    switch (kind) {
    case rag::BlockKind::Heading:
        return "# ";
    case rag::BlockKind::Running:
        return "~ ";
    case rag::BlockKind::Table:
        return "[table]\n";
    case rag::BlockKind::Caption:
        return "[caption] ";
    case rag::BlockKind::Body:
        break;
    }
    return "";
}

void printOrdered(const rag::PageContent &page)
{
    std::printf("==== page %d \"%s\" %.0fx%.0f state %d %s\n", page.page + 1, page.label.c_str(),
                double(page.width), double(page.height), static_cast<int>(page.state), page.note.c_str());
    for (const rag::Block &block : page.blocks)
        std::printf("%s%s\n\n", signOf(block.kind),
                    page.text.substr(block.begin, block.end - block.begin).c_str());
}

rag::OpenSource source(const Arguments &arguments)
{
    rag::PdfOptions options;
    options.ocr = arguments.ocr;
    return rag::pdfSource(options);
}

/// The pages [first, last), in reading order.
void dumpOrdered(const Arguments &arguments, int first, int last)
{
    const rag::CancelToken never;
    auto pages = source(arguments)(arguments.plain.at(0), arguments.password);
    for (int page = first; pages && page < last; ++page) {
        const auto content = (*pages)->page(page, never);
        if (content)
            printOrdered(*content);
        else
            std::printf("==== page %d: %s\n", page + 1, content.error().detail.c_str());
    }
}

int dump(const Arguments &arguments)
{
    auto document = rag::PdfDocument::open(arguments.plain.at(0), arguments.password);
    if (!document) {
        std::printf("error %d: %s\n", static_cast<int>(document.error().code),
                    document.error().detail.c_str());
        return 1;
    }
    const rag::PdfInfo &info = document->info();
    std::printf("%d pages, \"%s\", %s, %zu outline items, %zu labels\n", info.pages, info.title.c_str(),
                info.producer.c_str(), info.outline.size(), info.labels.size());
    const int first = arguments.plain.size() > 1 ? std::stoi(arguments.plain[1]) : 1;
    const int last = arguments.plain.size() > 2 ? std::stoi(arguments.plain[2])
                                                : (arguments.plain.size() > 1 ? first : info.pages);
    if (!arguments.raw)
        dumpOrdered(arguments, first - 1, last);
    for (int page = first - 1; arguments.raw && page < last; ++page) {
        const auto text = document->text(page);
        if (text)
            printRaw(*text, arguments.chars);
        else
            std::printf("==== page %d: %s\n", page + 1, text.error().detail.c_str());
    }
    return 0;
}

/// As the evaluation set says quotes are to be compared: folded, without blanks and punctuation.
std::string folded(const std::string &text)
{
    std::string out;
    for (const char c : rag::normalizeForIndex(text).text) {
        const bool letter =
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
        if (letter)
            out += c;
    }
    // Arabic punctuation takes two bytes.
    for (const char *mark : {"\xD8\x8C", "\xD8\x9B", "\xD8\x9F", "\xC2\xAB", "\xC2\xBB", "\xE2\x80\x93",
                             "\xE2\x80\x94", "\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\xA2"}) {
        const std::string sign = mark;
        for (std::size_t at = out.find(sign); at != std::string::npos; at = out.find(sign, at))
            out.erase(at, sign.size());
    }
    return out;
}

struct Count
{
    int quotes = 0;
    int found = 0;
};

int gold(const Arguments &arguments)
{
    std::ifstream in(arguments.plain.at(0));
    std::map<std::string, Count> counts;
    std::map<std::string, std::map<int, std::vector<std::string>>> wanted;
    for (std::string line; std::getline(in, line);) {
        const auto question = nlohmann::json::parse(line);
        for (const auto &gold : question.at("gold"))
            wanted[gold.at("pdf")][gold.at("page").get<int>()].push_back(gold.at("quote"));
    }
    for (const auto &[name, pages] : wanted) {
        const std::string password = name.starts_with("fhs") ? "library card" : "";
        const rag::CancelToken never;
        auto document = source(arguments)(arguments.plain.at(1) + "/" + name, password);
        Count &count = counts[name];
        for (const auto &[page, quotes] : pages) {
            std::string text;
            if (document) {
                if (const auto read = (*document)->page(page - 1, never))
                    text = folded(read->text);
            }
            for (const std::string &quote : quotes) {
                ++count.quotes;
                const bool found = text.find(folded(quote)) != std::string::npos;
                count.found += found;
                if (!found && arguments.misses)
                    std::printf("  missing %s p%d: %s\n", name.c_str(), page, quote.c_str());
            }
        }
        std::printf("%-34s %3d of %3d\n", name.c_str(), count.found, count.quotes);
    }
    return 0;
}

/// Line by line of the source: misses are shown with the line they stand in.
int recall(const Arguments &arguments)
{
    std::ifstream in(arguments.plain.at(0));
    const std::string known(std::istreambuf_iterator<char>(in), {});
    const rag::CancelToken never;
    auto pages = source(arguments)(arguments.plain.at(1), arguments.password);
    if (known.empty() || !pages)
        return 1;
    std::string text;
    for (int page = 0; page < (*pages)->info().pages; ++page)
        if (const auto read = (*pages)->page(page, never))
            text += read->text + "\n";
    std::istringstream lines(known);
    for (std::string line; arguments.misses && std::getline(lines, line);)
        if (rag::wordRecall(line, text) < 1)
            std::printf("  %s\n", line.c_str());
    std::printf("%s: %.4f of the words\n", arguments.plain.at(1).c_str(), rag::wordRecall(known, text));
    return 0;
}

int measure(const Arguments &arguments)
{
    const auto begin = std::chrono::steady_clock::now();
    auto document = rag::PdfDocument::open(arguments.plain.at(0), arguments.password);
    if (!document)
        return 1;
    double ordering = 0;
    std::size_t bytes = 0;
    for (int page = 0; page < document->info().pages; ++page) {
        const auto text = document->text(page);
        if (!text)
            continue;
        const auto middle = std::chrono::steady_clock::now();
        bytes += rag::orderPage(*text).text.size();
        ordering += std::chrono::duration<double>(std::chrono::steady_clock::now() - middle).count();
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%d pages in %.2f s (%.1f a second), of these %.2f s for the order; %zu bytes\n",
                document->info().pages, seconds, document->info().pages / seconds, ordering, bytes);
    return 0;
}

} // namespace

int main(int count, char **values)
{
    const Arguments arguments = readArguments(count, values);
    if (arguments.plain.empty() || ((arguments.gold || arguments.recall) && arguments.plain.size() < 2)) {
        std::fputs("usage: see the head of tests/rag/dump_pages.cpp\n", stderr);
        return 2;
    }
    if (arguments.gold)
        return gold(arguments);
    if (arguments.recall)
        return recall(arguments);
    return arguments.time ? measure(arguments) : dump(arguments);
}
