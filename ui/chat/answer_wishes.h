#pragma once

#include "rag/types.h"

#include <QObject>
#include <QUrl>

namespace ui {

/// What the user can want of an answer. The parts of its widget say it here; the window listens.
class AnswerWishes final : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

signals:
    void citation(const rag::Citation &citation);
    void passage(const rag::Passage &passage);
    void page(rag::DocumentId document, int page); ///< from 0
    void link(const QUrl &link);                   ///< one that a model wrote
    void again();
    void againSearchingFor(const QString &text); ///< the same question, with other words to search for
    void answerNow();                            ///< stop thinking
    void ask(const QString &question);           ///< a suggestion
};

} // namespace ui
