#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// Small PDFs for tests: uncompressed, in Helvetica, every byte under the test's control.
namespace support {

struct PdfText
{
    double x = 72;        ///< points from the left
    double baseline = 72; ///< points from the top
    std::string
        text; ///< UTF-8, ASCII drawn in Helvetica; with other characters: boxes of 0.6 em, mapped to Unicode
    double size = 12;
    bool bold = false;
    int turn = 0; ///< degrees the text is turned counter-clockwise: 0, 90, 180, 270
};

struct PdfPage
{
    std::vector<PdfText> texts;
    double width = 612;
    double height = 792;
    int rotate = 0;      ///< of the page, clockwise
    std::string content; ///< drawn after the texts, as it is
};

struct PdfBookmark
{
    std::string title; ///< ASCII
    int level = 0;
    int page = 0;
};

struct PdfSpec
{
    std::vector<PdfPage> pages;
    std::string title;
    /// As in /PageLabels: pairs of the page it begins at and the dictionary, {0, "/S /r"}, {2, "/S /D"}; may
    /// be empty.
    std::vector<std::pair<int, std::string>> labels;
    std::vector<PdfBookmark> outline;
};

/// A page for each text; lines ("\n") stand 14 points apart from the top left, in 12 points.
PdfSpec pagesOf(const std::vector<std::string> &texts);

std::string makePdf(const PdfSpec &spec);
bool writePdf(const std::filesystem::path &path, const PdfSpec &spec);

} // namespace support
