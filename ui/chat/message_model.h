#pragma once

#include "ui/chat/chat_message.h"

#include <QAbstractListModel>

#include <vector>

namespace ui {

/// The messages of the open conversation. At most the last one is being written.
class MessageModel final : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role {
        TextRole = Qt::UserRole + 1,
        FromUserRole,
        StateRole ///< int of rag::MessageState
    };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;

    void setMessages(std::vector<ChatMessage> messages);
    void append(ChatMessage message);
    void removeLast();
    /// The last message gives way to this one.
    void replaceLast(ChatMessage message);

    const ChatMessage &at(int row) const { return m_messages[std::size_t(row)]; }

    bool isEmpty() const { return m_messages.empty(); }

private:
    std::vector<ChatMessage> m_messages;
};

} // namespace ui
