#pragma once

#include "rag/store/history_store.h"

#include <QAbstractListModel>

#include <set>
#include <vector>

namespace ui {

/// Past conversations, latest first, without those that are about to be deleted.
class ConversationModel final : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role {
        IdRole = Qt::UserRole + 1, ///< rag::ConversationId as qlonglong
        TitleRole,                 ///< also Qt::EditRole
        WhenRole                   ///< "14:05", "Tuesday", "3 May 2026": as short as is clear
    };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override; ///< emits renamed()
    Qt::ItemFlags flags(const QModelIndex &index) const override;

    void setConversations(const std::vector<rag::Conversation> &conversations);
    void hide(rag::ConversationId id);
    void unhide(rag::ConversationId id); ///< seen again after the next setConversations()

    int rowOf(rag::ConversationId id) const;
    rag::ConversationId idAt(int row) const; ///< 0 when there is no such row

signals:
    void renamed(rag::ConversationId id, const QString &title);

private:
    std::vector<rag::Conversation> m_rows;
    std::set<rag::ConversationId> m_hidden;
};

/// @param iso  ISO 8601, UTC
QString shortTime(const QString &iso, const QDateTime &now);

} // namespace ui
