#include "ui/chat/message_widget.h"

#include "ui/chat/answer_foot.h"
#include "ui/chat/answer_wishes.h"
#include "ui/chat/markdown.h"
#include "ui/chat/searched_for.h"
#include "ui/chat/source_list.h"
#include "ui/chat/text_view.h"
#include "ui/chat/thoughts_view.h"
#include "ui/shared/convert.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>

namespace ui {

namespace {

/// What an abstention says of pages searched and nearest passages stands below it with links; as text it is
/// for the clipboard, and for answers of earlier days, of which no more is kept.
std::string shownText(const ChatMessage &message)
{
    const std::string &text = message.message.text;
    const bool saidBelow =
        message.message.abstained && message.details.scan && !message.details.passages.empty();
    return saidBelow ? text.substr(0, text.find("\n\n")) : text;
}

} // namespace

MessageWidget::MessageWidget(bool fromUser, AnswerWishes &wishes, QWidget *parent)
    : QFrame(parent)
    , m_wishes(wishes)
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
    m_searchedFor = new SearchedForLine(this);
    m_thoughts = new ThoughtsView(this);
    m_foot = new AnswerFoot(m_wishes, this);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_searchedFor);
    column->addWidget(m_thoughts);
    column->addWidget(m_text);
    column->addWidget(m_foot);

    connect(m_searchedFor, &SearchedForLine::askAgain, &m_wishes, &AnswerWishes::againSearchingFor);
    connect(m_thoughts, &ThoughtsView::answerNow, &m_wishes, &AnswerWishes::answerNow);
    connect(m_text, &QTextBrowser::anchorClicked, this, &MessageWidget::openLink);
    connect(m_text, &QTextBrowser::highlighted, this, &MessageWidget::explainLink);
    connect(m_foot, &AnswerFoot::copyClicked, this,
            [this] { QGuiApplication::clipboard()->setText(plainText()); });
}

void MessageWidget::setMessage(const ChatMessage &message)
{
    const bool different = looksDifferent(message);
    m_shown = message;
    if (different) {
        if (isWriting()) {
            renderSoon();
        } else {
            render();
        }
    }
    showParts();
}

/// Whether its text has to be laid out anew.
bool MessageWidget::looksDifferent(const ChatMessage &message) const
{
    return shownText(message) != shownText(m_shown) ||
           message.message.citations.size() != m_shown.message.citations.size() ||
           message.details.sentences.size() != m_shown.details.sentences.size() ||
           message.message.state != m_shown.message.state || !m_sinceRender.isValid();
}

void MessageWidget::setIsLast(bool last)
{
    m_isLast = last;
    showParts();
}

void MessageWidget::showParts()
{
    if (!m_fromUser) {
        m_searchedFor->setMessage(m_shown, m_isLast && !isWriting());
        m_thoughts->setMessage(m_shown);
        m_foot->setMessage(m_shown, m_isLast);
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
    const std::string text = shownText(m_shown);
    m_text->show(m_fromUser
                     ? renderPlain(toQString(text), font())
                     : renderMarkdown(text, m_shown.message.citations, font(), m_shown.details.sentences));
    m_text->setVisible(!text.empty());
    m_renderCost = cost.elapsed();
    m_sinceRender.start();
}

void MessageWidget::openLink(const QUrl &link)
{
    if (const auto *citation = citationOf(link, m_shown.message.citations)) {
        emit m_wishes.citation(*citation);
    } else {
        emit m_wishes.link(link);
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
