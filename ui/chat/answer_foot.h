#pragma once

#include "ui/chat/chat_message.h"

#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace ui {

class AnswerWishes;
class GlassBox;
class ScanView;
class SourceList;
class SuggestionRow;

/// What stands under the text of an answer: what is being done, what its marks mean, what was searched, its
/// sources, how it was made, what can be done with it, what to ask next.
class AnswerFoot final : public QWidget
{
    Q_OBJECT

public:
    explicit AnswerFoot(AnswerWishes &wishes, QWidget *parent = nullptr);

    void setMessage(const ChatMessage &message, bool isLast);

signals:
    void copyClicked();

private:
    QWidget *buildButtons();
    QToolButton *makeButton(const char *name, int icon, const QString &text);
    void showSources(const ChatMessage &message);
    void showState(const ChatMessage &message);
    void showFacts(const ChatMessage &message);

    AnswerWishes &m_wishes;
    QLabel *m_state;
    QProgressBar *m_meter; ///< of a task on whole documents
    QLabel *m_legend;
    ScanView *m_scan;
    SourceList *m_sources;
    GlassBox *m_glass;
    SuggestionRow *m_suggestions;
    QWidget *m_buttons = nullptr;
    QLabel *m_facts = nullptr;
    QToolButton *m_again = nullptr;
    std::size_t m_sourcesShown = 0;
    bool m_nearestShown = false;
};

} // namespace ui
