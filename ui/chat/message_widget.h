#pragma once

#include "ui/chat/message_model.h"

#include <QElapsedTimer>
#include <QFrame>
#include <QTimer>
#include <QUrl>

class QLabel;
class QToolButton;

namespace ui {

class SourceList;
class TextView;

/// One message: its text, which can be selected; under an answer its sources and what can be done with it.
class MessageWidget final : public QFrame
{
    Q_OBJECT

public:
    explicit MessageWidget(bool fromUser, QWidget *parent = nullptr);

    void setMessage(const ChatMessage &message);
    void setIsLast(bool last);
    QString plainText() const;

signals:
    void citationClicked(const rag::Citation &citation);
    void passageClicked(const rag::Passage &passage);
    void linkClicked(const QUrl &link); ///< one that a model wrote
    void regenerateClicked();

protected:
    void changeEvent(QEvent *event) override;

private:
    void buildQuestion();
    void buildAnswer();
    QToolButton *makeButton(const char *name, int icon, const QString &text);
    void renderSoon();
    void render();
    void showSources();
    void showState();
    void openLink(const QUrl &link);
    void explainLink(const QUrl &link);
    QString stateText() const;

    bool isWriting() const { return m_shown.message.state == rag::MessageState::Streaming; }

    bool m_fromUser;
    bool m_isLast = false;
    ChatMessage m_shown;
    TextView *m_text = nullptr;
    SourceList *m_sources = nullptr;
    QLabel *m_state = nullptr;
    QWidget *m_footer = nullptr;
    QLabel *m_facts = nullptr;
    QToolButton *m_again = nullptr;
    QTimer m_renderTimer;
    QElapsedTimer m_sinceRender;
    qint64 m_renderCost = 0; ///< ms, of the last time
    std::size_t m_sourcesShown = 0;
    bool m_passagesShown = false;
};

} // namespace ui
