#include "ui/chat/thoughts_view.h"

#include "ui/shared/convert.h"
#include "ui/shared/fold.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

namespace ui {

namespace {

constexpr int kHeight = 180;

} // namespace

ThoughtsView::ThoughtsView(QWidget *parent)
    : QWidget(parent)
    , m_text(new QPlainTextEdit(this))
    , m_fold(new Fold("thoughtsFold", m_text, false, this))
    , m_now(new QPushButton(tr("Answer now"), this))
{
    setObjectName(QStringLiteral("thoughtsView"));
    m_text->setObjectName(QStringLiteral("thoughts"));
    m_text->setAccessibleName(tr("Thoughts"));
    m_text->setReadOnly(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setUndoRedoEnabled(false);
    m_text->setFixedHeight(kHeight);
    m_text->setAcceptDrops(false);
    QTextOption option(Qt::AlignLeading);
    option.setTextDirection(Qt::LayoutDirectionAuto);
    m_text->document()->setDefaultTextOption(option);
    m_fold->setToolTip(tr("What the model thought before it answered. It is no part of the answer."));
    m_now->setObjectName(QStringLiteral("answerNow"));
    m_now->setToolTip(tr("Stop thinking and answer with what it has"));
    connect(m_now, &QPushButton::clicked, this, [this] {
        m_now->setEnabled(false);
        emit answerNow();
    });
    m_clock.setInterval(1000);
    connect(&m_clock, &QTimer::timeout, this, &ThoughtsView::showTitle);

    auto *row = new QHBoxLayout;
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_fold);
    row->addWidget(m_now);
    row->addStretch(1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(m_text);
    hide();
}

void ThoughtsView::setMessage(const ChatMessage &message)
{
    const bool streaming = message.message.state == rag::MessageState::Streaming;
    const bool thinking = streaming && message.thinking;
    if (thinking && !m_since.isValid()) {
        m_since.start();
        m_clock.start();
    }
    if (m_thinking && !thinking) {
        m_seconds = double(m_since.elapsed()) / 1000;
        m_clock.stop();
    }
    if (message.thoughtSeconds > 0) {
        m_seconds = message.thoughtSeconds;
    }
    m_thinking = thinking;
    showText(message.details.thinking);
    m_now->setVisible(thinking);
    showTitle();
    setVisible(!message.details.thinking.empty());
}

/// Appended, so that a long train of thought costs no more for being long.
void ThoughtsView::showText(const std::string &thinking)
{
    if (thinking.size() < m_shown) {
        m_text->clear();
        m_shown = 0;
    }
    if (thinking.size() > m_shown) {
        QTextCursor end(m_text->document());
        end.movePosition(QTextCursor::End);
        const bool follow =
            m_text->verticalScrollBar()->value() >= m_text->verticalScrollBar()->maximum() - 2;
        end.insertText(toQString(std::string_view(thinking).substr(m_shown)));
        m_shown = thinking.size();
        if (follow) {
            m_text->verticalScrollBar()->setValue(m_text->verticalScrollBar()->maximum());
        }
    }
}

void ThoughtsView::showTitle()
{
    const int seconds = int(m_thinking ? double(m_since.elapsed()) / 1000 : m_seconds + 0.5);
    m_fold->setText(m_thinking    ? tr("Thinking… %Ln s", nullptr, seconds)
                    : seconds > 0 ? tr("Thoughts · %Ln s", nullptr, seconds)
                                  : tr("Thoughts"));
}

} // namespace ui
