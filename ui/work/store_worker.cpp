#include "ui/work/store_worker.h"

#include "rag/chunk/chunker.h"
#include "rag/store/library_store.h"
#include "rag/store/sqlite.h"
#include "ui/shared/convert.h"
#include "ui/work/guarded.h"

#include <QDir>
#include <QDirIterator>
#include <QFileInfo>

namespace ui {

StoreWorker::StoreWorker(const Factories &factories)
    : m_factories(factories)
{
}

StoreWorker::~StoreWorker() = default;

/// `body` gets the database and returns a Result; its error, or that of connecting, is reported under `task`.
template <class Body>
void StoreWorker::withDatabase(StoreTask task, Body &&body)
{
    const auto done = guarded([&]() -> rag::Result<void> {
        if (!m_database) {
            ASSIGN_OR_RETURN(m_database, m_factories.connect());
        }
        return body(*m_database);
    });
    if (!done) {
        emit failed(task, done.error());
    }
}

void StoreWorker::recover()
{
    withDatabase(StoreTask::Conversations, [this](rag::Database &database) -> rag::Result<void> {
        ASSIGN_OR_RETURN(const int answers, rag::HistoryStore(database).markBrokenOff());
        emit brokenOffFound(answers);
        return {};
    });
}

void StoreWorker::loadDocuments()
{
    withDatabase(StoreTask::Documents, [this](rag::Database &database) -> rag::Result<void> {
        ASSIGN_OR_RETURN(const auto documents, rag::LibraryStore(database).documents());
        emit documentsLoaded(documents);
        return {};
    });
}

void StoreWorker::removeDocument(rag::DocumentId id)
{
    const auto removed = guarded([&] { return m_factories.removeDocument(id); });
    if (removed) {
        emit documentRemoved(id);
    } else {
        emit failed(StoreTask::RemoveDocument, removed.error());
    }
    loadDocuments();
}

void StoreWorker::loadConversations(const QString &search)
{
    withDatabase(StoreTask::Conversations, [&](rag::Database &database) -> rag::Result<void> {
        rag::HistoryStore history(database);
        const QString words = search.trimmed();
        ASSIGN_OR_RETURN(const auto conversations,
                         words.isEmpty() ? history.conversations() : history.search(toUtf8(words)));
        emit conversationsLoaded(conversations, search);
        return {};
    });
}

void StoreWorker::loadMessages(rag::ConversationId id)
{
    withDatabase(StoreTask::Messages, [&](rag::Database &database) -> rag::Result<void> {
        rag::HistoryStore history(database);
        OpenedConversation conversation;
        conversation.id = id;
        ASSIGN_OR_RETURN(conversation.messages, history.messages(id));
        ASSIGN_OR_RETURN(conversation.scope, history.scope(id));
        emit messagesLoaded(conversation);
        return {};
    });
}

void StoreWorker::renameConversation(rag::ConversationId id, const QString &title)
{
    withDatabase(StoreTask::Conversations, [&](rag::Database &database) -> rag::Result<void> {
        return rag::HistoryStore(database).rename(id, toUtf8(title));
    });
}

void StoreWorker::removeConversation(rag::ConversationId id)
{
    withDatabase(StoreTask::Conversations, [&](rag::Database &database) -> rag::Result<void> {
        return rag::HistoryStore(database).remove(id);
    });
}

void StoreWorker::findPdfs(const QStringList &paths)
{
    QStringList files;
    QStringList others;
    for (const QString &path : paths) {
        const QFileInfo info(path);
        if (!info.isDir()) {
            // Whatever its name: the reader looks at the content and says so when it is no PDF.
            const bool named = info.suffix().compare(QLatin1String("pdf"), Qt::CaseInsensitive) == 0;
            (named || paths.size() == 1 ? files : others).append(QDir::cleanPath(info.absoluteFilePath()));
            continue;
        }
        QDirIterator folder(info.absoluteFilePath(), {QStringLiteral("*.pdf"), QStringLiteral("*.PDF")},
                            QDir::Files | QDir::Readable, QDirIterator::Subdirectories);
        QStringList inside;
        while (folder.hasNext()) {
            inside.append(folder.next());
        }
        inside.sort();
        (inside.isEmpty() ? others : files).append(inside.isEmpty() ? QStringList{path} : inside);
    }
    files.removeDuplicates();
    emit pdfsFound(files, others);
}

void StoreWorker::locate(const rag::Passage &passage)
{
    withDatabase(StoreTask::Documents, [&](rag::Database &database) -> rag::Result<void> {
        ASSIGN_OR_RETURN(const auto page, rag::LibraryStore(database).page(passage.document, passage.page));
        rag::Citation place;
        place.document = passage.document;
        place.documentName = passage.documentName;
        place.page = passage.page;
        place.pageLabel = passage.pageLabel;
        place.quote = passage.text;
        if (page) {
            place.boxes = rag::boxesOf(passage.segments, 0, std::uint32_t(passage.text.size()), *page);
        }
        emit located(place);
        return {};
    });
}

} // namespace ui
