#pragma once

#include "rag/types.h"

#include <QFont>
#include <QString>
#include <QTextDocument>

#include <memory>
#include <vector>

namespace ui {

/// A document that loads nothing: no picture, no style, from nowhere. What a model writes must not make the
/// program open a file or a connection.
class InertDocument final : public QTextDocument
{
    Q_OBJECT

public:
    using QTextDocument::QTextDocument;

protected:
    QVariant loadResource(int type, const QUrl &name) override;
};

/// Markdown (HTML in it is shown as text, pictures as their description) with the marks "[1]" of the given
/// citations as links "cite:1". Each paragraph runs in the direction of its own text. Laid out nowhere yet:
/// setting Markdown on a document that is shown takes time that grows with the square of its length (Qt 6.4).
/// @param sentences  of the text, shown as verdict_marks.h says
std::unique_ptr<QTextDocument> renderMarkdown(const std::string &markdown,
                                              const std::vector<rag::Citation> &citations, const QFont &font,
                                              const std::vector<rag::AnswerSentence> &sentences = {});

/// The same without any mark-up.
std::unique_ptr<QTextDocument> renderPlain(const QString &text, const QFont &font);

/// "[1]" -> "[\[1\]](cite:1)" where there is a citation 1, except inside code.
QString linkMarks(const QString &markdown, const std::vector<rag::Citation> &citations);

/// The citation that a link leads to; nullptr for any other link.
const rag::Citation *citationOf(const QUrl &link, const std::vector<rag::Citation> &citations);

} // namespace ui
