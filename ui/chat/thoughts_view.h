#pragma once

#include "ui/chat/chat_message.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

class QPlainTextEdit;
class QPushButton;

namespace ui {

class Fold;

/// What a reasoning model thought before it answered: folded away, no part of the answer, never copied with
/// it. While it thinks: for how long, and a button that makes it answer now.
class ThoughtsView final : public QWidget
{
    Q_OBJECT

public:
    explicit ThoughtsView(QWidget *parent = nullptr);

    void setMessage(const ChatMessage &message);

signals:
    void answerNow();

private:
    void showText(const std::string &thinking);
    void showTitle();

    QPlainTextEdit *m_text;
    Fold *m_fold;
    QPushButton *m_now;
    QTimer m_clock; ///< once a second while it thinks
    QElapsedTimer m_since;
    std::size_t m_shown = 0; ///< bytes of the thoughts that are in the view
    bool m_thinking = false;
    double m_seconds = 0;
};

} // namespace ui
