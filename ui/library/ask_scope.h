#pragma once

#include "ui/library/document_model.h"

#include <QObject>

#include <vector>

namespace ui {

/// What questions are asked of: the documents that are ticked, and of a single one perhaps only some pages.
class AskScope final : public QObject
{
    Q_OBJECT

public:
    explicit AskScope(DocumentModel &documents, QObject *parent = nullptr);

    /// Empty: the whole library.
    std::vector<rag::DocumentId> documents() const { return m_documents.scope(); }

    int firstPage() const { return m_firstPage; } ///< from 0

    int lastPage() const { return m_lastPage; } ///< -1: to the end

    /// The document that alone is asked; nullptr when there are several, or none.
    const rag::Document *only() const;

    void askAll() { m_documents.setScope({}); }

    /// @param documents  empty: all
    void ask(const std::vector<rag::DocumentId> &documents) { m_documents.setScope(documents); }

    /// Of the document that alone is asked; forgotten when another is. @param last  -1: to the end
    void askPages(int first, int last);

    /// "Asking rules.pdf, pages 3 to 10"; empty without documents.
    QString text() const;

signals:
    void changed();

private:
    void documentsChanged();

    DocumentModel &m_documents;
    rag::DocumentId m_pagesOf = 0; ///< whose pages are chosen
    int m_firstPage = 0;
    int m_lastPage = -1;
};

} // namespace ui
