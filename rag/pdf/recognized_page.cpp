#include "rag/pdf/recognized_page.h"

#include "engine/base/unicode.h"
#include "rag/pdf/captions.h"
#include "rag/pdf/ocr_repair.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

namespace rag {

namespace {

/// Below this a word of OCR is more often a stain than a word.
constexpr float kNoise = 25;
/// A page whose words are this doubtful on the whole has no text worth finding.
constexpr float kUnreadable = 40;

struct Letter
{
    std::string text;
    bool rightToLeft = false;
    bool mark = false; ///< drawn on the letter before it
};

bool isDirectionControl(char32_t c)
{
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
           c == 0xFEFF;
}

bool isArabicMark(char32_t c)
{
    return (c >= 0x64B && c <= 0x65F) || c == 0x670;
}

std::vector<Letter> lettersOf(std::string_view word)
{
    std::vector<Letter> letters;
    std::size_t at = 0;
    while (at < word.size()) {
        const std::size_t begin = at;
        const char32_t c = engine::nextCodePoint(word, at);
        if (isDirectionControl(c) || c < 0x20)
            continue;
        letters.push_back(
            {std::string(word.substr(begin, at - begin)), engine::isRightToLeft(c), isArabicMark(c)});
    }
    return letters;
}

/// Shares of the word's width in the order they are read: from the right where most letters are written so,
/// but for runs of digits and Latin letters, which keep their own direction.
std::vector<Box> boxesOf(const std::vector<Letter> &letters, const Box &word)
{
    const auto isBase = [](const Letter &letter) { return !letter.mark; };
    const auto places = static_cast<std::size_t>(
        std::max<std::ptrdiff_t>(1, std::count_if(letters.begin(), letters.end(), isBase)));
    const float width = word.width / static_cast<float>(places);
    const bool rightToLeft =
        std::any_of(letters.begin(), letters.end(), [](const Letter &letter) { return letter.rightToLeft; });
    // The place of each base letter, counted in reading direction.
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < letters.size(); ++i)
        if (isBase(letters[i]))
            order.push_back(i);
    if (rightToLeft) {
        for (std::size_t i = 0; i < order.size();) {
            std::size_t end = i;
            while (end < order.size() && !letters[order[end]].rightToLeft)
                ++end;
            std::reverse(order.begin() + static_cast<std::ptrdiff_t>(i),
                         order.begin() + static_cast<std::ptrdiff_t>(end));
            i = end + (end == i ? 1 : 0);
        }
    }
    std::vector<Box> boxes(letters.size(), word);
    for (std::size_t place = 0; place < order.size(); ++place) {
        const std::size_t fromLeft = rightToLeft ? order.size() - 1 - place : place;
        boxes[order[place]] = {word.x + width * static_cast<float>(fromLeft), word.y, width, word.height};
    }
    for (std::size_t i = 1; i < letters.size(); ++i)
        if (letters[i].mark)
            boxes[i] = boxes[i - 1];
    return boxes;
}

using WordLine = std::span<const RecognizedWord>;

std::vector<WordLine> linesOf(const std::vector<RecognizedWord> &words)
{
    std::vector<WordLine> lines;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i].endsLine || words[i].endsParagraph || i + 1 == words.size()) {
            lines.push_back(std::span(words).subspan(begin, i + 1 - begin));
            begin = i + 1;
        }
    }
    return lines;
}

Box boxOf(WordLine line)
{
    Box box = line.front().box;
    for (const RecognizedWord &word : line)
        box = united(box, word.box);
    return box;
}

bool isRightToLeft(WordLine line)
{
    std::ptrdiff_t balance = 0;
    for (const RecognizedWord &word : line)
        for (const Letter &letter : lettersOf(word.text))
            balance += letter.rightToLeft ? 1 : -1;
    return balance > 0;
}

float medianSize(const std::vector<RecognizedWord> &words)
{
    std::vector<float> sizes;
    for (const RecognizedWord &word : words)
        sizes.push_back(word.fontSize);
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::nth_element(sizes.begin(), middle, sizes.end());
    return *middle;
}

class Writer
{
public:
    Writer(PageContent &out, float bodySize)
        : m_out(out)
        , m_bodySize(bodySize)
    {
    }

    /// Lines of one paragraph.
    void paragraph(std::span<const WordLine> lines)
    {
        if (!m_out.text.empty())
            m_out.text += "\n\n";
        const std::size_t begin = m_out.text.size();
        Box area = boxOf(lines.front());
        float size = lines.front().front().fontSize;
        for (const WordLine line : lines) {
            area = united(area, boxOf(line));
            size = std::min(size, line.front().fontSize);
        }
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (i > 0 && !dropHyphen(lines[i]))
                m_out.text += endsEarly(lines[i - 1], area) ? '\n' : ' ';
            line(lines[i]);
        }
        constexpr std::size_t kLongestHeading = 200;
        const bool heading =
            lines.size() <= 2 && m_out.text.size() - begin <= kLongestHeading && size > 1.25F * m_bodySize;
        const bool caption = order::beginsCaption(std::string_view(m_out.text).substr(begin));
        m_out.findings.captions += caption;
        m_out.blocks.push_back({static_cast<std::uint32_t>(begin),
                                static_cast<std::uint32_t>(m_out.text.size()),
                                caption   ? BlockKind::Caption
                                : heading ? BlockKind::Heading
                                          : BlockKind::Body,
                                size});
    }

private:
    static bool endsEarly(WordLine line, const Box &area)
    {
        const Box box = boxOf(line);
        const float left = isRightToLeft(line) ? box.x - area.x : area.right() - box.right();
        return left > 0.3F * area.width;
    }

    void line(WordLine words)
    {
        bool first = true;
        for (const RecognizedWord &word : words) {
            if (!first)
                m_out.text += ' ';
            first = false;
            const std::vector<Letter> letters = lettersOf(word.text);
            const std::vector<Box> boxes = boxesOf(letters, word.box);
            for (std::size_t i = 0; i < letters.size(); ++i) {
                const auto begin = static_cast<std::uint32_t>(m_out.text.size());
                m_out.text += letters[i].text;
                m_out.chars.push_back({begin, static_cast<std::uint32_t>(m_out.text.size()), boxes[i]});
            }
        }
    }

    /// Where the text ends in a hyphen and the next line goes on in lower case.
    bool dropHyphen(WordLine next)
    {
        std::string &text = m_out.text;
        if (text.size() < 3 || text.back() != '-' || text[text.size() - 2] == ' ' ||
            text[text.size() - 2] == '-')
            return false;
        std::size_t at = 0;
        const char32_t first = engine::nextCodePoint(next.front().text, at);
        if (!engine::isLetter(first) || engine::toLower(first) != first || engine::isRightToLeft(first))
            return false;
        text.pop_back();
        m_out.chars.pop_back();
        return true;
    }

    PageContent &m_out;
    float m_bodySize;
};

bool isNoise(const RecognizedWord &word)
{
    const auto isBlank = [](const Letter &letter) { return letter.text == " "; };
    const std::vector<Letter> letters = lettersOf(word.text);
    return word.confidence < kNoise || std::all_of(letters.begin(), letters.end(), isBlank);
}

} // namespace

float confidenceOf(const RecognizedPage &page)
{
    double sum = 0;
    double weight = 0;
    for (const RecognizedWord &word : page.words) {
        const auto length = static_cast<double>(word.text.size());
        sum += static_cast<double>(word.confidence) * length;
        weight += length;
    }
    return weight > 0 ? static_cast<float>(sum / weight) : 0;
}

PageContent contentOf(const RecognizedPage &page)
{
    PageContent out;
    out.width = page.width;
    out.height = page.height;
    out.state = PageState::NoText;
    // A word that is left out hands on that a line or paragraph ended with it.
    std::vector<RecognizedWord> words;
    for (const RecognizedWord &word : page.words) {
        if (!isNoise(word)) {
            words.push_back(word);
        } else if (!words.empty()) {
            words.back().endsLine |= word.endsLine;
            words.back().endsParagraph |= word.endsParagraph;
        }
    }
    const float confidence = confidenceOf(page);
    out.findings.ocr = true;
    out.findings.ocrConfidence = std::clamp(confidence / 100, 0.0F, 1.0F);
    if (words.empty() || confidence < kUnreadable) {
        out.note = words.empty() ? "nothing to read on it" : "OCR could not read it";
        return out;
    }
    repairCapitals(words);
    out.state = PageState::Read;
    out.note = "read by OCR (" + page.language + "), confidence " + std::to_string(std::lround(confidence)) +
               " of 100";
    const std::vector<WordLine> lines = linesOf(words);
    Writer writer(out, medianSize(words));
    std::size_t begin = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].back().endsParagraph || i + 1 == lines.size()) {
            writer.paragraph(std::span(lines).subspan(begin, i + 1 - begin));
            begin = i + 1;
        }
    }
    return out;
}

} // namespace rag
