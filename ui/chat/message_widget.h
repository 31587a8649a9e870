#pragma once

#include "ui/chat/chat_message.h"

#include <QElapsedTimer>
#include <QFrame>
#include <QTimer>
#include <QUrl>

namespace ui {

class AnswerFoot;
class AnswerWishes;
class SearchedForLine;
class TextView;
class ThoughtsView;

/// One message: its text, which can be selected; of an answer also what was searched for and thought above
/// it, and below it all that AnswerFoot shows.
class MessageWidget final : public QFrame
{
    Q_OBJECT

public:
    MessageWidget(bool fromUser, AnswerWishes &wishes, QWidget *parent = nullptr);

    void setMessage(const ChatMessage &message);
    void setIsLast(bool last);
    QString plainText() const;

protected:
    void changeEvent(QEvent *event) override;

private:
    void buildQuestion();
    void buildAnswer();
    void renderSoon();
    void render();
    void showParts();
    void openLink(const QUrl &link);
    void explainLink(const QUrl &link);
    bool looksDifferent(const ChatMessage &message) const;

    bool isWriting() const { return m_shown.message.state == rag::MessageState::Streaming; }

    AnswerWishes &m_wishes;
    bool m_fromUser;
    bool m_isLast = false;
    ChatMessage m_shown;
    TextView *m_text = nullptr;
    SearchedForLine *m_searchedFor = nullptr;
    ThoughtsView *m_thoughts = nullptr;
    AnswerFoot *m_foot = nullptr;
    QTimer m_renderTimer;
    QElapsedTimer m_sinceRender;
    qint64 m_renderCost = 0; ///< ms, of the last time
};

} // namespace ui
