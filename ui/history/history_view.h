#pragma once

#include "ui/history/conversation_model.h"

#include <QWidget>

class QAction;
class QLabel;
class QLineEdit;
class QListView;

namespace ui {

/// Past conversations: search, open, rename, delete.
class HistoryView final : public QWidget
{
    Q_OBJECT

public:
    HistoryView(ConversationModel &model, QAction *newConversation, QWidget *parent = nullptr);

    void setOpen(rag::ConversationId id);
    void focusSearch();

signals:
    void openWanted(rag::ConversationId id);
    void removeWanted(rag::ConversationId id);
    void searched(const QString &text);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void showMenu(const QPoint &where);
    void markOpen();
    void showEmpty();

    ConversationModel &m_model;
    QLineEdit *m_search;
    QListView *m_list;
    QLabel *m_empty;
    rag::ConversationId m_open = 0;
};

} // namespace ui
