#include "ui/chat/message_model.h"

#include "ui/shared/convert.h"

namespace ui {

int MessageModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_messages.size());
}

QVariant MessageModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    const rag::Message &message = at(index.row()).message;
    switch (role) {
    case Qt::DisplayRole:
    case TextRole:
        return toQString(message.text);
    case FromUserRole:
        return message.fromUser;
    case StateRole:
        return int(message.state);
    default:
        return {};
    }
}

void MessageModel::setMessages(std::vector<ChatMessage> messages)
{
    beginResetModel();
    m_messages = std::move(messages);
    endResetModel();
}

void MessageModel::append(ChatMessage message)
{
    beginInsertRows({}, rowCount(), rowCount());
    m_messages.push_back(std::move(message));
    endInsertRows();
}

void MessageModel::removeLast()
{
    if (m_messages.empty()) {
        return;
    }
    beginRemoveRows({}, rowCount() - 1, rowCount() - 1);
    m_messages.pop_back();
    endRemoveRows();
}

void MessageModel::replaceLast(ChatMessage message)
{
    if (m_messages.empty()) {
        return;
    }
    m_messages.back() = std::move(message);
    const QModelIndex last = index(rowCount() - 1);
    emit dataChanged(last, last);
}

} // namespace ui
