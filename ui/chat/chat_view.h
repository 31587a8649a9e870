#pragma once

#include "ui/chat/message_model.h"

#include <QElapsedTimer>
#include <QScrollArea>

#include <vector>

class QVBoxLayout;

namespace ui {

class MessageWidget;

/// The open conversation: a widget for each message of the model. Follows the end while it is in sight.
class ChatView final : public QScrollArea
{
    Q_OBJECT

public:
    explicit ChatView(MessageModel &model, QWidget *parent = nullptr);

    /// The newest answer as it was written, in Markdown; empty without one.
    QString lastAnswer() const;

signals:
    void citationClicked(const rag::Citation &citation);
    void passageClicked(const rag::Passage &passage);
    void linkClicked(const QUrl &link);
    void regenerateClicked();

private:
    void rebuild();
    void insert(int first, int last);
    void remove(int first, int last);
    void update(int first, int last);
    void markLast();
    void followEnd();

    MessageModel &m_model;
    QWidget *m_canvas;
    QVBoxLayout *m_column;
    std::vector<MessageWidget *> m_widgets;
    bool m_atEnd = true;
    QElapsedTimer m_sinceChange; ///< of the model; what unfolds later by a click is not followed
};

} // namespace ui
