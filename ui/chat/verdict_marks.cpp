#include "ui/chat/verdict_marks.h"

#include "ui/settings/theme.h"
#include "ui/shared/convert.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QTextCursor>
#include <QTextDocument>

#include <algorithm>

namespace ui {

namespace {

using rag::Verdict;

/// Left and right sideways U bracket. Punctuation to Markdown, which therefore opens and closes emphasis
/// beside them as it would without (CommonMark 0.30, 6.2).
constexpr QChar kBegin(0x2e26);
constexpr QChar kEnd(0x2e27);

class Text
{
    Q_DECLARE_TR_FUNCTIONS(VerdictMarks)
};

struct Range
{
    qsizetype begin;
    qsizetype end;
};

bool isBlank(QChar c)
{
    return c.isSpace() || c == QLatin1Char('|'); // a cell's border belongs to no sentence
}

/// Behind what makes a line a heading, a list item, a quotation.
qsizetype behindBlockSign(const QString &text, qsizetype at, qsizetype end)
{
    static const QRegularExpression sign(QStringLiteral("\\G(?:#{1,6}|[-*+]|\\d{1,9}[.)]|>)[ \\t]+"));
    for (;;) {
        while (at < end && isBlank(text.at(at))) {
            ++at;
        }
        const auto match = sign.match(text, at, QRegularExpression::NormalMatch,
                                      QRegularExpression::AnchorAtOffsetMatchOption);
        if (!match.hasMatch() || match.capturedEnd() > end) {
            return at;
        }
        at = match.capturedEnd();
    }
}

/// The sentence's own words, without the white space and signs around them.
Range trimmed(const QString &text, Range range)
{
    range.begin = behindBlockSign(text, range.begin, range.end);
    while (range.end > range.begin && isBlank(text.at(range.end - 1))) {
        --range.end;
    }
    return range;
}

QTextCharFormat formatOf(Verdict verdict)
{
    QTextCharFormat format;
    if (verdict == Verdict::Weak) {
        format.setUnderlineStyle(QTextCharFormat::DotLine);
        format.setUnderlineColor(themeColours().faint);
        format.setToolTip(asToolTip(Text::tr("The passages support this sentence only weakly.")));
    } else if (verdict == Verdict::Unsupported) {
        format.setForeground(themeColours().faint);
        format.setUnderlineStyle(QTextCharFormat::DashUnderline);
        format.setUnderlineColor(themeColours().faint);
        format.setToolTip(asToolTip(
            Text::tr("Nothing in the passages supports this sentence. Check it before you rely on it.")));
    }
    return format;
}

bool isMarked(Verdict verdict)
{
    return verdict != Verdict::Supported;
}

} // namespace

VerdictMarks::VerdictMarks(const std::string &markdown, const std::vector<rag::AnswerSentence> &sentences)
    : m_marked(toQString(markdown))
{
    if (m_marked.contains(kBegin) || m_marked.contains(kEnd)) {
        return;
    }
    for (const auto &sentence : sentences) {
        if (sentence.begin < sentence.end && sentence.end <= markdown.size()) {
            m_sentences.push_back(sentence);
        }
    }
    std::sort(m_sentences.begin(), m_sentences.end(),
              [](const auto &a, const auto &b) { return a.begin < b.begin; });
    const QString plain = m_marked;
    m_marked.clear();
    std::vector<rag::AnswerSentence> kept;
    std::size_t bytes = 0;
    qsizetype units = 0;
    qsizetype copied = 0;
    const auto unitsBefore = [&](std::size_t byte) {
        units += toQString(std::string_view(markdown).substr(bytes, byte - bytes)).size();
        bytes = byte;
        return units;
    };
    for (const auto &sentence : m_sentences) {
        if (sentence.begin < bytes) {
            continue; // overlaps the one before
        }
        const qsizetype begin = unitsBefore(sentence.begin);
        const Range range = trimmed(plain, {begin, unitsBefore(sentence.end)});
        if (range.begin >= range.end || !isMarked(sentence.verdict)) {
            continue;
        }
        m_marked += QStringView(plain).mid(copied, range.begin - copied);
        m_marked += kBegin;
        m_marked += QStringView(plain).mid(range.begin, range.end - range.begin);
        m_marked += kEnd;
        copied = range.end;
        kept.push_back(sentence);
    }
    m_marked += QStringView(plain).mid(copied);
    m_sentences = std::move(kept);
}

void VerdictMarks::collect(QTextDocument &document)
{
    if (m_sentences.empty()) {
        return;
    }
    std::vector<int> begins;
    std::vector<int> ends;
    const QRegularExpression bracket(QStringLiteral("[%1%2]").arg(kBegin).arg(kEnd));
    for (QTextCursor found = document.find(bracket); !found.isNull(); found = document.find(bracket, found)) {
        (found.selectedText().front() == kBegin ? begins : ends).push_back(found.selectionStart());
        found.removeSelectedText();
    }
    // A sentence that Markdown has swallowed (into an address, say) takes its brackets along: then none is
    // told from the next, and none is shown.
    if (begins.size() != m_sentences.size() || ends.size() != m_sentences.size()) {
        return;
    }
    for (std::size_t i = 0; i < begins.size(); ++i) {
        m_places.emplace_back(begins[i], ends[i]);
    }
}

void VerdictMarks::paint(QTextDocument &document) const
{
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        const auto [begin, end] = m_places[i];
        if (begin >= end || end >= document.characterCount()) {
            continue;
        }
        QTextCursor cursor(&document);
        cursor.setPosition(begin);
        cursor.setPosition(end, QTextCursor::KeepAnchor);
        cursor.mergeCharFormat(formatOf(m_sentences[i].verdict));
    }
}

QString verdictLegend(const std::vector<rag::AnswerSentence> &sentences)
{
    const auto count = [&sentences](Verdict verdict) {
        return int(std::count_if(sentences.begin(), sentences.end(),
                                 [verdict](const auto &sentence) { return sentence.verdict == verdict; }));
    };
    QStringList parts;
    if (const int weak = count(Verdict::Weak); weak > 0) {
        parts << Text::tr("Dotted: %Ln sentence(s) that the passages support only weakly.", nullptr, weak);
    }
    if (const int unsupported = count(Verdict::Unsupported); unsupported > 0) {
        parts << Text::tr("Grey and dashed: %Ln sentence(s) that nothing in the passages supports.", nullptr,
                          unsupported);
    }
    return parts.join(QLatin1Char('\n'));
}

} // namespace ui
