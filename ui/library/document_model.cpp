#include "ui/library/document_model.h"

#include "ui/library/document_text.h"
#include "ui/shared/convert.h"

#include <QFileInfo>

#include <algorithm>

namespace ui {

using rag::DocumentState;

int DocumentModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

QVariant DocumentModel::data(const QModelIndex &index, int role) const
{
    const Row *row = index.isValid() ? this->row(index.row()) : nullptr;
    if (!row) {
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
    case NameRole:
        return toQString(row->document.name);
    case Qt::AccessibleTextRole:
        return tr("%1, %2").arg(toQString(row->document.name), statusText(*row));
    case Qt::ToolTipRole:
        return asToolTip(row->document.title.empty() ? toQString(row->document.path)
                                                     : toQString(row->document.title) + QLatin1Char('\n') +
                                                           toQString(row->document.path));
    case Qt::CheckStateRole:
        return row->inScope ? Qt::Checked : Qt::Unchecked;
    case IdRole:
        return qlonglong(row->document.id);
    case PathRole:
        return toQString(row->document.path);
    case StateRole:
        return int(row->document.state);
    case StatusRole:
        return statusText(*row);
    case ProgressRole:
        return progressOf(*row);
    case JobRole:
        return qulonglong(row->job);
    case InScopeRole:
        return row->inScope;
    default:
        return {};
    }
}

bool DocumentModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!index.isValid() || index.row() >= rowCount() ||
        (role != InScopeRole && role != Qt::CheckStateRole)) {
        return false;
    }
    m_rows[std::size_t(index.row())].inScope =
        role == InScopeRole ? value.toBool() : value.toInt() == Qt::Checked;
    changed(index.row());
    emit scopeChanged();
    return true;
}

Qt::ItemFlags DocumentModel::flags(const QModelIndex &index) const
{
    return index.isValid() ? QAbstractListModel::flags(index) | Qt::ItemIsUserCheckable : Qt::NoItemFlags;
}

void DocumentModel::setDocuments(const std::vector<rag::Document> &documents)
{
    for (int i = rowCount() - 1; i >= 0; --i) {
        const Row &row = m_rows[std::size_t(i)];
        const bool stored =
            std::any_of(documents.begin(), documents.end(),
                        [&](const rag::Document &document) { return document.id == row.document.id; });
        if (row.document.id != 0 && row.job == 0 && !stored) {
            takeOut(i);
        }
    }
    for (const rag::Document &document : documents) {
        int at = rowOf(document.id);
        if (at < 0) {
            at = rowWithoutId(toQString(document.path));
        }
        if (at < 0) {
            beginInsertRows({}, 0, 0);
            m_rows.insert(m_rows.begin(), Row{.document = document, .timeLeft = {}, .error = {}});
            endInsertRows();
        } else if (m_rows[std::size_t(at)].job == 0) {
            m_rows[std::size_t(at)].document = document;
            changed(at);
        }
    }
    emit scopeChanged();
}

/// A file that could not be read, and that the library has taken note of since.
int DocumentModel::rowWithoutId(const QString &path) const
{
    const auto found = std::find_if(m_rows.begin(), m_rows.end(), [&path](const Row &row) {
        return row.document.id == 0 && row.job == 0 && toQString(row.document.path) == path;
    });
    return found == m_rows.end() ? -1 : int(found - m_rows.begin());
}

void DocumentModel::addJob(quint64 job, const QString &path, rag::DocumentId document)
{
    int at = document != 0 ? rowOf(document) : -1;
    for (int i = 0; at < 0 && i < rowCount(); ++i) {
        const Row &row = m_rows[std::size_t(i)];
        if (row.job == 0 && row.document.state != DocumentState::Done &&
            toQString(row.document.path) == path) {
            at = i;
        }
    }
    if (at < 0) {
        Row row;
        row.document.id = document;
        row.document.path = toUtf8(path);
        row.document.name = toUtf8(QFileInfo(path).fileName());
        beginInsertRows({}, 0, 0);
        m_rows.insert(m_rows.begin(), std::move(row));
        endInsertRows();
        at = 0;
    }
    Row &row = m_rows[std::size_t(at)];
    row.job = job;
    row.begun = false;
    row.error.reset();
    changed(at);
}

void DocumentModel::jobBegun(quint64 job)
{
    if (const int at = rowOfJob(job); at >= 0) {
        Row &row = m_rows[std::size_t(at)];
        row.begun = true;
        row.stage = rag::IngestStage::Reading;
        row.timeLeft = {};
        changed(at);
    }
}

void DocumentModel::jobProgressed(quint64 job, const rag::IngestProgress &progress)
{
    int at = rowOfJob(job);
    if (at < 0) {
        return;
    }
    at = joinWithId(at, progress.document);
    Row &row = m_rows[std::size_t(at)];
    row.begun = true;
    row.stage = progress.stage;
    row.document.pages = progress.pages;
    row.document.pagesDone = progress.pagesDone;
    row.document.chunks = progress.chunks;
    row.document.chunksEmbedded = progress.chunksEmbedded;
    const bool reading = progress.stage == rag::IngestStage::Reading;
    row.timeLeft.note(int(progress.stage), reading ? progress.pagesDone : progress.chunksEmbedded,
                      reading ? progress.pages : progress.chunks);
    changed(at);
}

void DocumentModel::jobFinished(quint64 job, const rag::Ingested &document)
{
    int at = rowOfJob(job);
    if (at < 0) {
        return;
    }
    at = joinWithId(at, document.document);
    Row &row = m_rows[std::size_t(at)];
    row.job = 0;
    row.document.state = document.pagesSkipped > 0 ? DocumentState::PartlyDone : DocumentState::Done;
    row.document.pages = document.pages;
    row.document.pagesDone = document.pages;
    row.document.pagesWithoutText = document.pagesWithoutText;
    row.document.pagesSkipped = document.pagesSkipped;
    changed(at);
    emit scopeChanged();
}

void DocumentModel::jobFailed(quint64 job, const engine::Error &error)
{
    const int at = rowOfJob(job);
    if (at < 0) {
        return;
    }
    Row &row = m_rows[std::size_t(at)];
    row.job = 0;
    if (error.code == rag::ErrorCode::Cancelled) {
        row.document.state = DocumentState::Ingesting;
        if (row.document.id == 0) {
            takeOut(at);
            return;
        }
    } else {
        row.error = error.code;
        row.document.state =
            error.code == rag::ErrorCode::Locked ? DocumentState::NeedsPassword : DocumentState::Failed;
    }
    changed(at);
}

const DocumentModel::Row *DocumentModel::row(int row) const
{
    return row >= 0 && row < rowCount() ? &m_rows[std::size_t(row)] : nullptr;
}

const DocumentModel::Row *DocumentModel::find(rag::DocumentId id) const
{
    return row(rowOf(id));
}

const DocumentModel::Row *DocumentModel::findJob(quint64 job) const
{
    return row(rowOfJob(job));
}

int DocumentModel::rowOf(rag::DocumentId id) const
{
    const auto found = std::find_if(m_rows.begin(), m_rows.end(),
                                    [id](const Row &row) { return id != 0 && row.document.id == id; });
    return found == m_rows.end() ? -1 : int(found - m_rows.begin());
}

int DocumentModel::rowOfJob(quint64 job) const
{
    const auto found = std::find_if(m_rows.begin(), m_rows.end(),
                                    [job](const Row &row) { return job != 0 && row.job == job; });
    return found == m_rows.end() ? -1 : int(found - m_rows.begin());
}

void DocumentModel::forget(int row)
{
    if (const Row *gone = this->row(row); gone && gone->document.id == 0 && gone->job == 0) {
        takeOut(row);
    }
}

std::vector<rag::DocumentId> DocumentModel::scope() const
{
    std::vector<rag::DocumentId> documents;
    bool all = true;
    for (const Row &row : m_rows) {
        if (row.inScope && row.document.id != 0) {
            documents.push_back(row.document.id);
        }
        all = all && row.inScope;
    }
    return all ? std::vector<rag::DocumentId>() : documents;
}

int DocumentModel::countInScope() const
{
    return int(std::count_if(m_rows.begin(), m_rows.end(),
                             [](const Row &row) { return row.inScope && row.document.id != 0; }));
}

void DocumentModel::setScope(const std::vector<rag::DocumentId> &documents)
{
    for (int i = 0; i < rowCount(); ++i) {
        Row &row = m_rows[std::size_t(i)];
        const bool inScope = documents.empty() || std::find(documents.begin(), documents.end(),
                                                            row.document.id) != documents.end();
        if (inScope != row.inScope) {
            row.inScope = inScope;
            changed(i);
        }
    }
    emit scopeChanged();
}

/// The row's document is known now: if the library has a row of it already, that one takes over the job.
int DocumentModel::joinWithId(int row, rag::DocumentId id)
{
    const int known = rowOf(id);
    if (id == 0 || known == row) {
        return row;
    }
    if (known < 0) {
        m_rows[std::size_t(row)].document.id = id;
        emit scopeChanged();
        return row;
    }
    m_rows[std::size_t(known)].job = m_rows[std::size_t(row)].job;
    m_rows[std::size_t(known)].begun = true;
    m_rows[std::size_t(row)].job = 0;
    takeOut(row);
    return known > row ? known - 1 : known;
}

void DocumentModel::changed(int row)
{
    emit dataChanged(index(row), index(row));
}

void DocumentModel::takeOut(int row)
{
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
    emit scopeChanged();
}

} // namespace ui
