#pragma once

#include "rag/store/collection_store.h"
#include "rag/store/history_store.h"
#include "rag/store/page_report.h"
#include "ui/work/factories.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <memory>
#include <vector>

namespace ui {

/// A conversation as it is opened.
struct OpenedConversation
{
    rag::ConversationId id = 0;
    std::vector<rag::Message> messages;
    std::vector<rag::DocumentId> scope; ///< empty: the whole library
};

/// A named group of documents.
struct CollectionEntry
{
    rag::CollectionId id = 0;
    QString name;
    std::vector<rag::DocumentId> documents;
};

/// How the pages of a document were read.
struct ReadingReport
{
    rag::DocumentId document = 0;
    std::vector<rag::PageReport> pages;
};

/// Which list a StoreWorker could not read or change.
enum class StoreTask { Documents, Conversations, Messages, RemoveDocument, Collections, Report };

/// Short reads and writes for the lists, and looking into dropped folders, off the GUI thread. Each slot
/// answers with a signal; a change is followed by the list it changed.
class StoreWorker final : public QObject
{
    Q_OBJECT

public:
    explicit StoreWorker(const Factories &factories);
    ~StoreWorker() override;

public slots:
    /// Marks answers that a crash broke off. To be posted before all else.
    void recover();
    void loadDocuments();
    void removeDocument(rag::DocumentId id);
    /// @param search  empty: all
    void loadConversations(const QString &search);
    void loadMessages(rag::ConversationId id);
    void renameConversation(rag::ConversationId id, const QString &title);
    void removeConversation(rag::ConversationId id);
    /// Files and folders -> the PDF files in them, folders looked through to the bottom, links not followed.
    void findPdfs(const QStringList &paths);
    void loadCollections();
    /// @param name  one that is there already gets these documents in place of its own
    void saveCollection(const QString &name, const std::vector<rag::DocumentId> &documents);
    void removeCollection(rag::CollectionId id);
    void loadReport(rag::DocumentId document);
    /// Where the passage stands on its first page.
    void locate(const rag::Passage &passage);

signals:
    void documentsLoaded(const std::vector<rag::Document> &documents);
    void documentRemoved(rag::DocumentId id);
    void conversationsLoaded(const std::vector<rag::Conversation> &conversations, const QString &search);
    void messagesLoaded(const ui::OpenedConversation &conversation);
    void pdfsFound(const QStringList &files, const QStringList &notPdfs);
    void collectionsLoaded(const std::vector<ui::CollectionEntry> &collections);
    void reportLoaded(const ui::ReadingReport &report);
    void located(const rag::Citation &place);
    void brokenOffFound(int answers);
    void failed(ui::StoreTask task, const engine::Error &error);

private:
    template <class Body>
    void withDatabase(StoreTask task, Body &&body);

    Factories m_factories;
    std::unique_ptr<rag::Database> m_database;
};

} // namespace ui
