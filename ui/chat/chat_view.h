#pragma once

#include "ui/chat/message_model.h"

#include <QElapsedTimer>
#include <QScrollArea>

#include <vector>

class QVBoxLayout;

namespace ui {

class AnswerWishes;
class MessageWidget;

/// The open conversation: a widget for each message of the model. Follows the end while it is in sight.
class ChatView final : public QScrollArea
{
    Q_OBJECT

public:
    explicit ChatView(MessageModel &model, QWidget *parent = nullptr);

    /// The newest answer as it was written, in Markdown; empty without one.
    QString lastAnswer() const;

    /// What the user wants of the answers shown.
    AnswerWishes &wishes() { return *m_wishes; }

private:
    void rebuild();
    void insert(int first, int last);
    void remove(int first, int last);
    void update(int first, int last);
    void markLast();
    void followEnd();

    MessageModel &m_model;
    AnswerWishes *m_wishes;
    QWidget *m_canvas;
    QVBoxLayout *m_column;
    std::vector<MessageWidget *> m_widgets;
    bool m_atEnd = true;
    QElapsedTimer m_sinceChange; ///< of the model; what unfolds later by a click is not followed
};

} // namespace ui
