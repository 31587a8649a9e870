#pragma once

#include "ui/library/ask_scope.h"
#include "ui/work/store_worker.h"

#include <QMenu>

namespace ui {

/// What may be asked: the whole library, the document on the page beside, some of its pages, a collection.
/// Filled anew whenever it opens.
class ScopeMenu final : public QMenu
{
    Q_OBJECT

public:
    explicit ScopeMenu(AskScope &scope, QWidget *parent = nullptr);

    void setCollections(std::vector<CollectionEntry> collections) { m_collections = std::move(collections); }

    /// The document whose page is open. @param id  0: none
    void setOpenDocument(rag::DocumentId id, const QString &name);

signals:
    void pagesWanted();
    void saveWanted(); ///< what is asked now, as a collection
    void removeWanted(const ui::CollectionEntry &collection);

private:
    void fill();
    void addCollections();
    QAction *addChoice(const QString &text, bool chosen);

    AskScope &m_scope;
    std::vector<CollectionEntry> m_collections;
    rag::DocumentId m_open = 0;
    QString m_openName;
};

} // namespace ui
