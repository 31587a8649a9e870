#include "rag/pdf/paragraphs.h"

#include "engine/base/unicode.h"
#include "rag/pdf/captions.h"

#include <algorithm>
#include <cmath>

namespace rag::order {

namespace {

float middle(const Line &line)
{
    return line.box.y + line.box.height / 2;
}

bool sameSize(float a, float b)
{
    return a < 1.12F * b && b < 1.12F * a;
}

bool endsSentence(const LineText &line)
{
    if (line.tokens.empty())
        return false;
    static constexpr const char *kEnds[] = {".", "!", "?", "؟", "。", "！", "？", "۔", "؛"};
    const std::string &last = line.tokens.back().text;
    return std::find(std::begin(kEnds), std::end(kEnds), last) != std::end(kEnds);
}

/// "•", "-", "(a)", "3.", "2)" and the like, set apart by a space.
bool beginsItem(const LineText &line)
{
    static constexpr const char *kBullets[] = {"•", "◦", "▪", "■", "●", "○", "‣", "–",
                                               "—", "-", "*", "·", "",  "⇒", "→", "✓"};
    std::string label;
    for (const Token &token : line.tokens) {
        if (token.spaceBefore && !label.empty())
            break;
        label += token.text;
        if (label.size() > 12)
            return false;
    }
    if (label.empty() || label.size() == line.tokens.size())
        return false;
    if (std::find(std::begin(kBullets), std::end(kBullets), label) != std::end(kBullets))
        return true;
    const char last = label.back();
    const bool numbered =
        std::any_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
    const bool lettered = label.size() <= 4 && label.front() == '(';
    return (last == '.' || last == ')') && (numbered || lettered) && label.size() <= 6;
}

/// Enough of a line to know a caption by.
std::string startOf(const LineText &line)
{
    constexpr std::size_t kEnough = 48;
    std::string text;
    for (const Token &token : line.tokens) {
        if (token.spaceBefore)
            text += ' ';
        text += token.text;
        if (text.size() > kEnough)
            break;
    }
    return text;
}

/// Distances of lines that tell how far apart lines stand here.
constexpr std::size_t kEnoughLines = 3;

class JointFinder
{
public:
    explicit JointFinder(const std::vector<MeasuredLine> &lines)
        : m_lines(lines)
        , m_leading(usualLeading())
    {
    }

    std::vector<Joint> run() const
    {
        std::vector<Joint> joints;
        for (std::size_t i = 0; i < m_lines.size(); ++i)
            joints.push_back(i == 0 ? Joint::NewBlock : joint(i));
        return joints;
    }

private:
    /// The middle of the distances between lines of one size.
    float usualLeading() const
    {
        std::vector<float> distances;
        for (std::size_t i = 1; i < m_lines.size(); ++i) {
            const Line &a = *m_lines[i - 1].line;
            const Line &b = *m_lines[i].line;
            if (sameSize(a.size, b.size))
                distances.push_back((middle(b) - middle(a)) / std::max(1.0F, b.size));
        }
        constexpr float kTypical = 1.3F;
        if (distances.size() < kEnoughLines)
            return kTypical;
        std::sort(distances.begin(), distances.end());
        return std::max(1.0F, distances[distances.size() / 2]);
    }

    /// Whether enough lines like this one tell how far apart they stand.
    bool knowsLeading(std::size_t i) const
    {
        std::size_t alike = 0;
        for (std::size_t k = 1; k < m_lines.size(); ++k)
            alike += rightToLeft(k) == rightToLeft(i) && rightToLeft(k - 1) == rightToLeft(i) &&
                     sameSize(size(k), size(i));
        return alike >= kEnoughLines;
    }

    bool rightToLeft(std::size_t i) const { return m_lines[i].text.rightToLeft; }

    float start(std::size_t i) const { return rightToLeft(i) ? -box(i).right() : box(i).x; }

    float end(std::size_t i) const { return rightToLeft(i) ? -box(i).x : box(i).right(); }

    const Box &box(std::size_t i) const { return m_lines[i].line->box; }

    float size(std::size_t i) const { return m_lines[i].line->size; }

    /// How far lines near `i` reach; the whole region would let one wide headline decide.
    float edge(std::size_t i) const
    {
        constexpr std::size_t kNear = 4;
        float edge = end(i);
        for (std::size_t k = i > kNear ? i - kNear : 0; k < std::min(m_lines.size(), i + kNear + 1); ++k) {
            if (rightToLeft(k) == rightToLeft(i) && sameSize(size(k), size(i)))
                edge = std::max(edge, end(k));
        }
        return edge;
    }

    /// The next line's first word would have fitted: whoever set the text ended the line.
    bool endedOnPurpose(std::size_t before, std::size_t next) const
    {
        const float room = edge(before) - end(before);
        return room > m_lines[next].text.firstWordWidth + 0.6F * size(before);
    }

    bool changesStyle(std::size_t a, std::size_t b) const
    {
        if (!sameSize(size(a), size(b)) || rightToLeft(a) != rightToLeft(b))
            return true;
        const float boldA = m_lines[a].text.boldShare;
        const float boldB = m_lines[b].text.boldShare;
        return (boldA > 0.9F && boldB < 0.3F) || (boldA < 0.3F && boldB > 0.9F);
    }

    bool isIndented(std::size_t i) const
    {
        const float indent = (start(i) - start(i - 1)) / size(i);
        if (indent < 0.8F || indent > 5)
            return false;
        return i + 1 >= m_lines.size() || start(i + 1) < start(i) - 0.5F * size(i);
    }

    Joint joint(std::size_t i) const
    {
        const float distance =
            (middle(*m_lines[i].line) - middle(*m_lines[i - 1].line)) / std::max(1.0F, size(i));
        const bool onPurpose = endedOnPurpose(i - 1, i);
        const bool runsOn =
            !knowsLeading(i) && !onPurpose && !endsSentence(m_lines[i - 1].text) && distance < 2.2F;
        if ((distance > 1.35F * m_leading && !runsOn) || distance < -0.5F || changesStyle(i - 1, i))
            return Joint::NewBlock;
        const bool mayEnd = onPurpose || endsSentence(m_lines[i - 1].text) || m_lines[i - 1].text.hasWideGap;
        if (mayEnd && beginsCaption(startOf(m_lines[i].text)))
            return Joint::NewBlock;
        if (beginsItem(m_lines[i].text) && (onPurpose || endsSentence(m_lines[i - 1].text) ||
                                            std::abs(start(i) - start(i - 1)) > 0.5F * size(i)))
            return Joint::NewBlock;
        const bool row = m_lines[i].text.hasWideGap || m_lines[i - 1].text.hasWideGap;
        if (!row && isIndented(i) && !(beginsItem(m_lines[i - 1].text) && !onPurpose) &&
            (!onPurpose || endsSentence(m_lines[i - 1].text)))
            return Joint::NewBlock;
        if (onPurpose)
            return endsSentence(m_lines[i - 1].text) && !row ? Joint::NewBlock : Joint::Break;
        return m_lines[i].text.hasWideGap && m_lines[i - 1].text.hasWideGap ? Joint::Break : Joint::Space;
    }

    const std::vector<MeasuredLine> &m_lines;
    float m_leading;
};

} // namespace

std::vector<Joint> findJoints(const std::vector<MeasuredLine> &lines)
{
    return JointFinder(lines).run();
}

} // namespace rag::order
