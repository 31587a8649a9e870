#include "ui/history/conversation_model.h"

#include "ui/shared/convert.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>

namespace ui {

int ConversationModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

QVariant ConversationModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    const rag::Conversation &conversation = m_rows[std::size_t(index.row())];
    const QString title = toQString(conversation.title);
    switch (role) {
    case Qt::DisplayRole:
        return title.isEmpty() ? tr("Untitled") : title;
    case Qt::ToolTipRole:
        return asToolTip(title);
    case Qt::EditRole:
    case TitleRole:
        return title;
    case IdRole:
        return qlonglong(conversation.id);
    case WhenRole:
        return shortTime(toQString(conversation.updatedAt), QDateTime::currentDateTime());
    default:
        return {};
    }
}

bool ConversationModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    const QString title = value.toString().simplified();
    if (!index.isValid() || index.row() >= rowCount() || role != Qt::EditRole || title.isEmpty()) {
        return false;
    }
    rag::Conversation &conversation = m_rows[std::size_t(index.row())];
    if (toQString(conversation.title) != title) {
        conversation.title = toUtf8(title);
        emit dataChanged(index, index);
        emit renamed(conversation.id, title);
    }
    return true;
}

Qt::ItemFlags ConversationModel::flags(const QModelIndex &index) const
{
    return index.isValid() ? QAbstractListModel::flags(index) | Qt::ItemIsEditable : Qt::NoItemFlags;
}

void ConversationModel::setConversations(const std::vector<rag::Conversation> &conversations)
{
    std::vector<rag::Conversation> shown;
    std::copy_if(
        conversations.begin(), conversations.end(), std::back_inserter(shown),
        [this](const rag::Conversation &conversation) { return !m_hidden.contains(conversation.id); });
    const bool sameRows = std::equal(shown.begin(), shown.end(), m_rows.begin(), m_rows.end(),
                                     [](const auto &a, const auto &b) { return a.id == b.id; });
    if (sameRows) {
        m_rows = std::move(shown);
        if (!m_rows.empty()) {
            emit dataChanged(index(0), index(rowCount() - 1));
        }
        return;
    }
    beginResetModel();
    m_rows = std::move(shown);
    endResetModel();
}

void ConversationModel::hide(rag::ConversationId id)
{
    m_hidden.insert(id);
    if (const int row = rowOf(id); row >= 0) {
        beginRemoveRows({}, row, row);
        m_rows.erase(m_rows.begin() + row);
        endRemoveRows();
    }
}

void ConversationModel::unhide(rag::ConversationId id)
{
    m_hidden.erase(id);
}

int ConversationModel::rowOf(rag::ConversationId id) const
{
    const auto found =
        std::find_if(m_rows.begin(), m_rows.end(), [id](const auto &row) { return row.id == id; });
    return found == m_rows.end() ? -1 : int(found - m_rows.begin());
}

rag::ConversationId ConversationModel::idAt(int row) const
{
    return row >= 0 && row < rowCount() ? m_rows[std::size_t(row)].id : 0;
}

QString shortTime(const QString &iso, const QDateTime &now)
{
    QDateTime time = QDateTime::fromString(iso, Qt::ISODateWithMs);
    if (!time.isValid()) {
        return {};
    }
    if (!iso.endsWith(QLatin1Char('Z')) && !iso.contains(QLatin1Char('+'))) {
        time.setTimeSpec(Qt::UTC); // the store writes UTC, with or without the letter
    }
    time = time.toLocalTime();
    const QLocale locale;
    const qint64 days = time.date().daysTo(now.date());
    if (days == 0) {
        return locale.toString(time.time(), QLocale::ShortFormat);
    }
    if (days > 0 && days < 7) {
        return locale.dayName(time.date().dayOfWeek());
    }
    return locale.toString(time.date(), QLocale::ShortFormat);
}

} // namespace ui
