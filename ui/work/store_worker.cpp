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
        RETURN_IF_ERROR(rag::HistoryStore(database).remove(id));
        // The prompts of its questions are kept too, and hold all that was said.
        return m_factories.forgetPrompts ? m_factories.forgetPrompts() : rag::Result<void>();
    });
}

void StoreWorker::loadCollections()
{
    withDatabase(StoreTask::Collections, [this](rag::Database &database) -> rag::Result<void> {
        rag::CollectionStore store(database);
        ASSIGN_OR_RETURN(const auto collections, store.collections());
        std::vector<CollectionEntry> entries;
        for (const auto &collection : collections) {
            ASSIGN_OR_RETURN(const auto documents, store.documents(collection.id));
            entries.push_back({collection.id, toQString(collection.name), documents});
        }
        emit collectionsLoaded(entries);
        return {};
    });
}

void StoreWorker::saveCollection(const QString &name, const std::vector<rag::DocumentId> &documents)
{
    withDatabase(StoreTask::Collections, [&](rag::Database &database) -> rag::Result<void> {
        rag::CollectionStore store(database);
        ASSIGN_OR_RETURN(const auto known, store.named(toUtf8(name)));
        rag::CollectionId id = known ? known->id : 0;
        if (known) {
            ASSIGN_OR_RETURN(const auto before, store.documents(id));
            RETURN_IF_ERROR(store.take(id, before));
        } else {
            ASSIGN_OR_RETURN(id, store.create(toUtf8(name)));
        }
        return store.add(id, documents);
    });
    loadCollections();
}

void StoreWorker::removeCollection(rag::CollectionId id)
{
    withDatabase(StoreTask::Collections, [&](rag::Database &database) -> rag::Result<void> {
        return rag::CollectionStore(database).remove(id);
    });
    loadCollections();
}

void StoreWorker::loadReport(rag::DocumentId document)
{
    withDatabase(StoreTask::Report, [&](rag::Database &database) -> rag::Result<void> {
        ASSIGN_OR_RETURN(const auto pages, rag::LibraryStore(database).pageReports(document));
        emit reportLoaded({document, pages});
        return {};
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
