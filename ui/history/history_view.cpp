#include "ui/history/history_view.h"

#include "ui/history/conversation_delegate.h"
#include "ui/shared/icons.h"
#include "ui/shared/mirrored.h"

#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace ui {

HistoryView::HistoryView(ConversationModel &model, QAction *newConversation, QWidget *parent)
    : QWidget(parent)
    , m_model(model)
    , m_search(new QLineEdit(this))
    , m_list(new QListView(this))
    , m_empty(new QLabel(this))
{
    setObjectName(QStringLiteral("historyView"));
    auto *title = new QLabel(tr("Conversations"), this);
    title->setObjectName(QStringLiteral("heading"));
    auto *add = new QToolButton(this);
    add->setObjectName(QStringLiteral("newConversation"));
    add->setDefaultAction(newConversation);
    add->setToolButtonStyle(Qt::ToolButtonIconOnly);

    m_search->setObjectName(QStringLiteral("searchConversations"));
    m_search->setPlaceholderText(tr("Search conversations"));
    m_search->setAccessibleName(tr("Search conversations"));
    m_search->setClearButtonEnabled(true);
    m_search->setAcceptDrops(false);
    auto *typing = new QTimer(this);
    typing->setSingleShot(true);
    typing->setInterval(150);
    connect(m_search, &QLineEdit::textChanged, typing, [typing] { typing->start(); });
    connect(typing, &QTimer::timeout, this, [this] { emit searched(m_search->text()); });

    m_list->setObjectName(QStringLiteral("conversations"));
    m_list->setAccessibleName(tr("Conversations"));
    m_list->setModel(&model);
    m_list->setItemDelegate(new ConversationDelegate(this));
    m_list->setMouseTracking(true);
    m_list->setUniformItemSizes(true);
    m_list->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_list->installEventFilter(this);
    connect(m_list, &QListView::customContextMenuRequested, this, &HistoryView::showMenu);
    const auto open = [this](const QModelIndex &index) { emit openWanted(m_model.idAt(index.row())); };
    connect(m_list, &QListView::clicked, this, open);
    connect(m_list, &QListView::activated, this, open);

    m_empty->setObjectName(QStringLiteral("faint"));
    m_empty->setWordWrap(true);
    m_empty->setContentsMargins(14, 4, 14, 4);
    m_empty->setAlignment(Qt::AlignTop | Qt::AlignLeading);

    auto *header = new QHBoxLayout;
    header->setContentsMargins(mirrored({12, 0, 8, 0}, *this));
    header->addWidget(title);
    header->addStretch(1);
    header->addWidget(add);
    auto *searchRow = new QHBoxLayout;
    searchRow->setContentsMargins(10, 0, 10, 0);
    searchRow->addWidget(m_search);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 8, 0, 0);
    column->setSpacing(4);
    column->addLayout(header);
    column->addLayout(searchRow);
    column->addWidget(m_empty, 1);
    column->addWidget(m_list, 1);
    connect(&model, &QAbstractItemModel::modelReset, this, &HistoryView::markOpen);
    connect(&model, &QAbstractItemModel::rowsRemoved, this, &HistoryView::showEmpty);
    showEmpty();
}

void HistoryView::setOpen(rag::ConversationId id)
{
    m_open = id;
    markOpen();
}

void HistoryView::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void HistoryView::showMenu(const QPoint &where)
{
    const QModelIndex index = m_list->indexAt(where);
    if (!index.isValid()) {
        return;
    }
    const rag::ConversationId id = m_model.idAt(index.row());
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("conversationMenu"));
    menu->addAction(icon(Icon::Document), tr("Open"), this, [this, id] { emit openWanted(id); });
    menu->addAction(icon(Icon::Pencil), tr("Rename"), this, [this, id] {
        if (const int row = m_model.rowOf(id); row >= 0) {
            m_list->setCurrentIndex(m_model.index(row));
            m_list->edit(m_model.index(row));
        }
    });
    menu->addAction(icon(Icon::Trash), tr("Delete"), this, [this, id] { emit removeWanted(id); });
    menu->popup(m_list->viewport()->mapToGlobal(where));
}

void HistoryView::markOpen()
{
    showEmpty();
    const int row = m_model.rowOf(m_open);
    if (row >= 0) {
        m_list->setCurrentIndex(m_model.index(row));
    } else {
        m_list->setCurrentIndex({});
    }
}

void HistoryView::showEmpty()
{
    const bool empty = m_model.rowCount() == 0;
    const bool searching = !m_search->text().trimmed().isEmpty();
    m_empty->setText(searching ? tr("No conversation has these words.")
                               : tr("Your conversations will be kept here."));
    m_empty->setVisible(empty);
    m_list->setVisible(!empty);
}

bool HistoryView::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_list && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->matches(QKeySequence::Delete) && m_list->currentIndex().isValid()) {
            emit removeWanted(m_model.idAt(m_list->currentIndex().row()));
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace ui
