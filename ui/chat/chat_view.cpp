#include "ui/chat/chat_view.h"

#include "ui/chat/answer_wishes.h"
#include "ui/chat/message_widget.h"

#include <QHBoxLayout>
#include <QScrollBar>
#include <QVBoxLayout>

namespace ui {

namespace {

constexpr qint64 kFollowMs = 600;
constexpr int kTextWidth = 780; ///< about 90 characters a line: longer ones are hard to follow

} // namespace

ChatView::ChatView(MessageModel &model, QWidget *parent)
    : QScrollArea(parent)
    , m_model(model)
    , m_wishes(new AnswerWishes(this))
    , m_canvas(new QWidget(this))
{
    setObjectName(QStringLiteral("chatView"));
    setAccessibleName(tr("Conversation"));
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_canvas->setObjectName(QStringLiteral("chatCanvas"));

    auto *column = new QWidget(m_canvas);
    column->setMaximumWidth(kTextWidth);
    m_column = new QVBoxLayout(column);
    m_column->setContentsMargins(24, 24, 24, 24);
    m_column->setSpacing(22);
    m_column->addStretch(1);
    auto *row = new QHBoxLayout(m_canvas);
    row->setContentsMargins(0, 0, 0, 0);
    row->addStretch(1);
    row->addWidget(column, 100);
    row->addStretch(1);
    setWidget(m_canvas);

    connect(&model, &QAbstractItemModel::modelReset, this, &ChatView::rebuild);
    connect(&model, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { insert(first, last); });
    connect(&model, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex &, int first, int last) { remove(first, last); });
    connect(&model, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex &first, const QModelIndex &last) { update(first.row(), last.row()); });
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, &ChatView::followEnd);
    connect(verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] {
        m_atEnd = verticalScrollBar()->sliderPosition() >= verticalScrollBar()->maximum() - 4;
    });
    rebuild();
}

QString ChatView::lastAnswer() const
{
    for (int row = m_model.rowCount() - 1; row >= 0; --row) {
        if (!m_model.at(row).message.fromUser) {
            return m_widgets[std::size_t(row)]->plainText();
        }
    }
    return {};
}

void ChatView::rebuild()
{
    remove(0, int(m_widgets.size()) - 1);
    m_atEnd = true;
    if (m_model.rowCount() > 0) {
        insert(0, m_model.rowCount() - 1);
    }
}

void ChatView::insert(int first, int last)
{
    for (int row = first; row <= last; ++row) {
        const ChatMessage &message = m_model.at(row);
        auto *widget = new MessageWidget(message.message.fromUser, *m_wishes, m_canvas);
        m_column->insertWidget(row, widget);
        m_widgets.insert(m_widgets.begin() + row, widget);
        widget->setMessage(message);
    }
    m_atEnd = true;
    m_sinceChange.start();
    markLast();
}

void ChatView::remove(int first, int last)
{
    for (int row = last; row >= first; --row) {
        MessageWidget *widget = m_widgets[std::size_t(row)];
        m_widgets.erase(m_widgets.begin() + row);
        m_column->removeWidget(widget);
        widget->hide();
        widget->deleteLater(); // it may be the one whose button was pressed
    }
    markLast();
}

void ChatView::update(int first, int last)
{
    m_sinceChange.start();
    for (int row = first; row <= last; ++row) {
        m_widgets[std::size_t(row)]->setMessage(m_model.at(row));
    }
}

void ChatView::markLast()
{
    for (MessageWidget *widget : m_widgets) {
        widget->setIsLast(widget == m_widgets.back());
    }
}

void ChatView::followEnd()
{
    if (m_atEnd && m_sinceChange.isValid() && m_sinceChange.elapsed() < kFollowMs) {
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    }
}

} // namespace ui
