#pragma once

#include "rag/types.h"

#include <QString>

#include <utility>
#include <vector>

class QTextDocument;

namespace ui {

/// How each sentence of an answer is borne out, shown in its text: supported plain, weak dotted, unsupported
/// grey and dashed with a tool tip (so that colour is never the only sign).
///
/// Sentences are byte ranges of Markdown; where they stand in the document that Qt makes of it is found with
/// two rare brackets put around each, which are taken out again.
class VerdictMarks
{
public:
    /// @param sentences  of `markdown`, in any order; malformed ranges are left out
    VerdictMarks(const std::string &markdown, const std::vector<rag::AnswerSentence> &sentences);

    /// The Markdown to be set on the document.
    const QString &marked() const { return m_marked; }

    /// Takes the brackets out of the document and remembers where they stood.
    void collect(QTextDocument &document);
    /// Nothing else may have changed the text's length since.
    void paint(QTextDocument &document) const;

private:
    std::vector<rag::AnswerSentence> m_sentences;
    QString m_marked;
    std::vector<std::pair<int, int>> m_places; ///< of each sentence in the document; empty: none is shown
};

/// One line that says what the marks mean, naming only those that are there; empty without any.
QString verdictLegend(const std::vector<rag::AnswerSentence> &sentences);

} // namespace ui
