#include "ui/library/ask_scope.h"

#include "ui/shared/convert.h"

#include <QLocale>

#include <algorithm>

namespace ui {

namespace {

constexpr qsizetype kNameShown = 40;

QString nameOf(const rag::Document &document)
{
    QString name = toQString(document.name);
    if (name.size() > kNameShown) {
        name = name.left(kNameShown) + QChar(0x2026);
    }
    return QChar(0x2068) + name + QChar(0x2069);
}

} // namespace

AskScope::AskScope(DocumentModel &documents, QObject *parent)
    : QObject(parent)
    , m_documents(documents)
{
    connect(&documents, &DocumentModel::scopeChanged, this, &AskScope::documentsChanged);
    connect(&documents, &QAbstractItemModel::rowsInserted, this, &AskScope::documentsChanged);
    connect(&documents, &QAbstractItemModel::rowsRemoved, this, &AskScope::documentsChanged);
}

const rag::Document *AskScope::only() const
{
    const rag::Document *only = nullptr;
    for (int i = 0; i < m_documents.rowCount(); ++i) {
        const auto *row = m_documents.row(i);
        if (row->inScope && row->document.id != 0) {
            if (only) {
                return nullptr;
            }
            only = &row->document;
        }
    }
    return only;
}

void AskScope::askPages(int first, int last)
{
    const rag::Document *document = only();
    if (!document) {
        return;
    }
    m_firstPage = std::clamp(first, 0, std::max(0, document->pages - 1));
    m_lastPage = last < m_firstPage || last >= document->pages - 1 ? -1 : last;
    m_pagesOf = m_firstPage == 0 && m_lastPage < 0 ? 0 : document->id;
    emit changed();
}

void AskScope::documentsChanged()
{
    const rag::Document *document = only();
    if (!document || document->id != m_pagesOf) {
        m_pagesOf = 0;
        m_firstPage = 0;
        m_lastPage = -1;
    }
    emit changed();
}

QString AskScope::text() const
{
    if (m_documents.rowCount() == 0) {
        return {};
    }
    const int asked = m_documents.countInScope();
    if (const rag::Document *document = only(); document && (m_pagesOf != 0 || m_documents.rowCount() > 1)) {
        const int last = m_lastPage < 0 ? document->pages - 1 : m_lastPage;
        return m_pagesOf == 0 ? tr("Asking only %1").arg(nameOf(*document))
                              : tr("Asking only %1, pages %2 to %3")
                                    .arg(nameOf(*document), QLocale().toString(m_firstPage + 1),
                                         QLocale().toString(last + 1));
    }
    if (documents().empty() && asked > 0) {
        return tr("Asking the whole library: %Ln document(s)", nullptr, asked);
    }
    return asked == 0 ? tr("No document is ticked") : tr("Asking %Ln document(s)", nullptr, asked);
}

} // namespace ui
