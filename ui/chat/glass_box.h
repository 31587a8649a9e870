#pragma once

#include "ui/chat/chat_message.h"

#include <QWidget>

class QVBoxLayout;

namespace ui {

class AnswerWishes;

/// "How this was answered", folded away under an answer: what was searched for, how sure the program is, by
/// which model, how long each step took, and every passage with its place in the search. Made when it is
/// first unfolded.
class GlassBox final : public QWidget
{
    Q_OBJECT

public:
    GlassBox(AnswerWishes &wishes, QWidget *parent = nullptr);

    void setMessage(const ChatMessage &message);

private:
    void fill();

    AnswerWishes &m_wishes;
    QWidget *m_inside;
    QVBoxLayout *m_lines;
    ChatMessage m_message;
    bool m_filled = false;
};

/// "By meaning 1st (0.87) · by words 3rd · score 0.0321".
QString ranksText(const rag::Passage &passage);

} // namespace ui
