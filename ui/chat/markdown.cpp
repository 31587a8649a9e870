#include "ui/chat/markdown.h"

#include "ui/chat/verdict_marks.h"
#include "ui/settings/theme.h"

#include <QFontDatabase>
#include <QGuiApplication>
#include <QPalette>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextOption>
#include <QUrl>

#include <algorithm>

namespace ui {

namespace {

const auto kScheme = QStringLiteral("cite");

struct Fragment
{
    int position;
    int length;
    QTextCharFormat format;
};

std::vector<Fragment> fragmentsOf(const QTextDocument &document)
{
    std::vector<Fragment> fragments;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        for (auto it = block.begin(); !it.atEnd(); ++it) {
            const QTextFragment fragment = it.fragment();
            fragments.push_back({fragment.position(), fragment.length(), fragment.charFormat()});
        }
    }
    return fragments;
}

QTextCursor select(QTextDocument &document, const Fragment &fragment)
{
    QTextCursor cursor(&document);
    cursor.setPosition(fragment.position);
    cursor.setPosition(fragment.position + fragment.length, QTextCursor::KeepAnchor);
    return cursor;
}

void styleLinks(QTextDocument &document)
{
    const QColor linkColour = QGuiApplication::palette().color(QPalette::Link);
    for (const Fragment &fragment : fragmentsOf(document)) {
        if (!fragment.format.isAnchor()) {
            continue;
        }
        QTextCharFormat format;
        format.setForeground(linkColour);
        if (QUrl(fragment.format.anchorHref()).scheme() == kScheme) {
            format.setBackground(themeColours().accentTint);
            format.setFontUnderline(false);
            format.setFontWeight(QFont::DemiBold);
        }
        select(document, fragment).mergeCharFormat(format);
    }
}

/// Backwards, since the text's length changes.
void replacePictures(QTextDocument &document)
{
    const auto fragments = fragmentsOf(document);
    for (auto fragment = fragments.rbegin(); fragment != fragments.rend(); ++fragment) {
        if (fragment->format.isImageFormat()) {
            const QString text =
                fragment->format.toImageFormat().property(QTextFormat::ImageAltText).toString();
            select(document, *fragment)
                .insertText(QLatin1Char('[') + text + QLatin1Char(']'), QTextCharFormat());
        }
    }
}

void styleCode(QTextDocument &document, const QTextBlock &block)
{
    QTextCursor cursor(block);
    QTextBlockFormat format;
    format.setBackground(themeColours().card);
    format.setLayoutDirection(Qt::LeftToRight);
    format.setNonBreakableLines(false);
    cursor.mergeBlockFormat(format);
    cursor.select(QTextCursor::BlockUnderCursor);
    QTextCharFormat mono;
    mono.setFontFamilies(QFontDatabase::systemFont(QFontDatabase::FixedFont).families());
    cursor.mergeCharFormat(mono);
    Q_UNUSED(document);
}

void styleHeading(const QTextBlock &block, const QFont &font)
{
    QTextCursor cursor(block);
    cursor.select(QTextCursor::BlockUnderCursor);
    QTextCharFormat format;
    const int level = block.blockFormat().headingLevel();
    format.setProperty(QTextFormat::FontSizeAdjustment, 0);
    format.setFontPointSize(font.pointSizeF() * (level == 1 ? 1.3 : level == 2 ? 1.15 : 1.0));
    format.setFontWeight(QFont::DemiBold);
    cursor.mergeCharFormat(format);
}

void styleBlocks(QTextDocument &document, const QFont &font)
{
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        const QTextBlockFormat format = block.blockFormat();
        if (format.hasProperty(QTextFormat::BlockCodeFence) ||
            format.hasProperty(QTextFormat::BlockCodeLanguage)) {
            styleCode(document, block);
        } else if (format.headingLevel() > 0) {
            styleHeading(block, font);
        }
        QTextBlockFormat lines;
        lines.setLineHeight(125, QTextBlockFormat::ProportionalHeight);
        QTextCursor(block).mergeBlockFormat(lines);
    }
}

std::unique_ptr<QTextDocument> emptyDocument(const QFont &font)
{
    auto document = std::make_unique<InertDocument>();
    document->setUndoRedoEnabled(false);
    document->setDefaultFont(font);
    document->setDocumentMargin(0);
    QTextOption option(Qt::AlignLeading);
    option.setTextDirection(Qt::LayoutDirectionAuto);
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    document->setDefaultTextOption(option);
    return document;
}

bool isKnown(int n, const std::vector<rag::Citation> &citations)
{
    return std::any_of(citations.begin(), citations.end(), [n](const rag::Citation &c) { return c.n == n; });
}

/// Length of a mark "[12]" at `at`, 0 if there is none; its number in `n`.
qsizetype markAt(const QString &text, qsizetype at, int &n)
{
    qsizetype end = at + 1;
    n = 0;
    while (end < text.size() && end - at < 5 && text.at(end) >= QLatin1Char('0') &&
           text.at(end) <= QLatin1Char('9')) {
        n = n * 10 + text.at(end).digitValue();
        ++end;
    }
    const bool closed = end < text.size() && end > at + 1 && text.at(end) == QLatin1Char(']');
    return closed ? end + 1 - at : 0;
}

} // namespace

QVariant InertDocument::loadResource(int, const QUrl &)
{
    return {};
}

std::unique_ptr<QTextDocument> renderMarkdown(const std::string &markdown,
                                              const std::vector<rag::Citation> &citations, const QFont &font,
                                              const std::vector<rag::AnswerSentence> &sentences)
{
    auto document = emptyDocument(font);
    VerdictMarks verdicts(markdown, sentences);
    document->setMarkdown(linkMarks(verdicts.marked(), citations),
                          QTextDocument::MarkdownFeatures(QTextDocument::MarkdownNoHTML) |
                              QTextDocument::MarkdownDialectGitHub);
    replacePictures(*document);
    verdicts.collect(*document);
    styleBlocks(*document, font);
    verdicts.paint(*document);
    styleLinks(*document);
    return document;
}

std::unique_ptr<QTextDocument> renderPlain(const QString &text, const QFont &font)
{
    auto document = emptyDocument(font);
    document->setPlainText(text);
    styleBlocks(*document, font);
    return document;
}

QString linkMarks(const QString &markdown, const std::vector<rag::Citation> &citations)
{
    QString linked;
    linked.reserve(markdown.size() + 16 * qsizetype(citations.size()));
    bool inCode = false;
    for (qsizetype at = 0; at < markdown.size();) {
        const QChar c = markdown.at(at);
        if (c == QLatin1Char('`')) {
            inCode = !inCode; // three of them, a fence, turn it as one does
        }
        int n = 0;
        const qsizetype length = c == QLatin1Char('[') && !inCode ? markAt(markdown, at, n) : 0;
        if (length > 0 && isKnown(n, citations)) {
            linked += QStringLiteral("[\\[%1\\]](cite:%1)").arg(n);
            at += length;
        } else {
            linked += c;
            ++at;
        }
    }
    return linked;
}

const rag::Citation *citationOf(const QUrl &link, const std::vector<rag::Citation> &citations)
{
    if (link.scheme() != kScheme) {
        return nullptr;
    }
    const int n = link.path().toInt();
    const auto found =
        std::find_if(citations.begin(), citations.end(), [n](const auto &c) { return c.n == n; });
    return found == citations.end() ? nullptr : &*found;
}

} // namespace ui
