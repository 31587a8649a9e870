#include "ui/chat/message_widget.h"

#include "ui/chat/markdown.h"
#include "ui/chat/source_list.h"
#include "ui/chat/text_view.h"
#include "ui/shared/convert.h"
#include "ui/shared/icons.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>

namespace ui {

MessageWidget::MessageWidget(bool fromUser, QWidget *parent)
    : QFrame(parent)
    , m_fromUser(fromUser)
    , m_text(new TextView(this))
{
    m_text->setObjectName(QStringLiteral("messageText"));
    if (fromUser) {
        buildQuestion();
    } else {
        buildAnswer();
    }
    m_renderTimer.setSingleShot(true);
    connect(&m_renderTimer, &QTimer::timeout, this, &MessageWidget::render);
}

void MessageWidget::buildQuestion()
{
    setObjectName(QStringLiteral("userMessage"));
    setAccessibleName(tr("Your question"));
    auto *bubble = new QFrame(this);
    bubble->setObjectName(QStringLiteral("userBubble"));
    auto *inside = new QVBoxLayout(bubble);
    inside->setContentsMargins(14, 11, 14, 5); // its last paragraph brings a margin of its own
    m_text->setAccessibleName(tr("Your question"));
    inside->addWidget(m_text);

    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addSpacing(60);
    row->addStretch(1);
    row->addWidget(bubble);
}

void MessageWidget::buildAnswer()
{
    setObjectName(QStringLiteral("answer"));
    setAccessibleName(tr("Answer"));
    m_text->setAccessibleName(tr("Answer"));
    m_state = new QLabel(this);
    m_state->setObjectName(QStringLiteral("faint"));
    m_state->setTextFormat(Qt::PlainText);
    m_state->setWordWrap(true);
    m_sources = new SourceList(this);
    m_sources->hide();
    m_footer = new QWidget(this);
    m_facts = new QLabel(m_footer);
    m_facts->setObjectName(QStringLiteral("faint"));
    m_facts->setTextFormat(Qt::PlainText);

    auto *copy = makeButton("copyAnswer", int(Icon::Copy), tr("Copy the answer"));
    connect(copy, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(plainText()); });
    m_again = makeButton("regenerate", int(Icon::Redo), tr("Answer again"));
    connect(m_again, &QToolButton::clicked, this, &MessageWidget::regenerateClicked);

    auto *row = new QHBoxLayout(m_footer);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    row->addWidget(copy);
    row->addWidget(m_again);
    row->addSpacing(6);
    row->addWidget(m_facts);
    row->addStretch(1);

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_text);
    column->addWidget(m_state);
    column->addWidget(m_sources);
    column->addWidget(m_footer);

    connect(m_text, &QTextBrowser::anchorClicked, this, &MessageWidget::openLink);
    connect(m_text, &QTextBrowser::highlighted, this, &MessageWidget::explainLink);
    connect(m_sources, &SourceList::citationClicked, this, &MessageWidget::citationClicked);
    connect(m_sources, &SourceList::passageClicked, this, &MessageWidget::passageClicked);
}

QToolButton *MessageWidget::makeButton(const char *name, int which, const QString &text)
{
    auto *button = new QToolButton(m_footer);
    button->setObjectName(QLatin1String(name));
    button->setIcon(icon(Icon(which)));
    button->setAutoRaise(true);
    button->setToolTip(text);
    button->setAccessibleName(text);
    return button;
}

void MessageWidget::setMessage(const ChatMessage &message)
{
    const bool textChanged = message.message.text != m_shown.message.text ||
                             message.message.citations.size() != m_shown.message.citations.size() ||
                             message.message.state != m_shown.message.state || !m_sinceRender.isValid();
    m_shown = message;
    if (textChanged) {
        if (isWriting()) {
            renderSoon();
        } else {
            render();
        }
    }
    if (!m_fromUser) {
        showSources();
        showState();
    }
}

void MessageWidget::setIsLast(bool last)
{
    m_isLast = last;
    if (!m_fromUser) {
        showState();
    }
}

QString MessageWidget::plainText() const
{
    return toQString(m_shown.message.text);
}

/// Rendering takes at most about an eighth of the time, however long the text grows; and a selection is left
/// alone until the answer is whole.
void MessageWidget::renderSoon()
{
    if (m_renderTimer.isActive() || m_text->hasSelection()) {
        return;
    }
    const qint64 pause = std::max<qint64>(15, 8 * m_renderCost);
    const qint64 since = m_sinceRender.isValid() ? m_sinceRender.elapsed() : pause;
    m_renderTimer.start(int(std::max<qint64>(0, pause - since)));
}

void MessageWidget::render()
{
    m_renderTimer.stop();
    QElapsedTimer cost;
    cost.start();
    const QString text = toQString(m_shown.message.text);
    m_text->show(m_fromUser ? renderPlain(text, font())
                            : renderMarkdown(text, m_shown.message.citations, font()));
    m_text->setVisible(!text.isEmpty());
    m_renderCost = cost.elapsed();
    m_sinceRender.start();
}

void MessageWidget::showSources()
{
    const rag::Message &message = m_shown.message;
    const bool passages = !isWriting() && !m_shown.passages.empty();
    if (message.citations.size() == m_sourcesShown && passages == m_passagesShown) {
        return;
    }
    m_sourcesShown = message.citations.size();
    m_passagesShown = passages;
    m_sources->setSources(message.citations, passages ? m_shown.passages : std::vector<rag::Passage>(),
                          message.abstained);
}

void MessageWidget::showState()
{
    const QString state = stateText();
    m_state->setText(state);
    m_state->setVisible(!state.isEmpty());
    m_footer->setVisible(!isWriting());
    m_again->setVisible(m_isLast);

    QStringList facts;
    if (!m_shown.message.model.empty()) {
        facts << toQString(m_shown.message.model);
    }
    if (m_shown.message.tokensPerSecond > 0) {
        facts << tr("%1 tokens/s").arg(QLocale().toString(m_shown.message.tokensPerSecond, 'f', 1));
    }
    if (m_shown.seconds > 0) {
        facts << tr("%1 s").arg(QLocale().toString(m_shown.seconds, 'f', 1));
    }
    m_facts->setText(facts.join(QStringLiteral(" · ")));
}

QString MessageWidget::stateText() const
{
    switch (m_shown.message.state) {
    case rag::MessageState::Streaming:
        if (!m_shown.message.text.empty()) {
            return {};
        }
        return m_shown.passages.empty()
                   ? tr("Searching the documents…")
                   : tr("Reading %Ln passage(s)…", nullptr, int(m_shown.passages.size()));
    case rag::MessageState::Stopped:
        return tr("Stopped.");
    case rag::MessageState::BrokenOff:
        return tr("Broken off when the program ended.");
    case rag::MessageState::Failed:
        return tr("No answer could be made.");
    case rag::MessageState::Complete:
        return m_shown.message.abstained && !m_shown.passages.empty() ? tr("These passages came nearest:")
                                                                      : QString();
    }
    return {};
}

void MessageWidget::openLink(const QUrl &link)
{
    if (const auto *citation = citationOf(link, m_shown.message.citations)) {
        emit citationClicked(*citation);
    } else {
        emit linkClicked(link);
    }
}

void MessageWidget::explainLink(const QUrl &link)
{
    if (const auto *citation = citationOf(link, m_shown.message.citations)) {
        const QString place =
            placeText(toQString(citation->documentName), citation->page, toQString(citation->pageLabel));
        QToolTip::showText(
            QCursor::pos(),
            asToolTip(place + QLatin1Char('\n') + toQString(citation->quote).simplified().left(200)), m_text);
    } else if (link.isEmpty()) {
        QToolTip::hideText();
    } else {
        QToolTip::showText(QCursor::pos(), asToolTip(link.toString()), m_text);
    }
}

void MessageWidget::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if ((event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) &&
        m_sinceRender.isValid() && !m_renderTimer.isActive()) {
        m_renderTimer.start(0);
    }
}

} // namespace ui
