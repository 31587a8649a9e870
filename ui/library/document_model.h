#pragma once

#include "rag/ingest/ingestor.h"
#include "rag/types.h"
#include "ui/library/time_left.h"

#include <QAbstractListModel>
#include <QString>

#include <optional>
#include <vector>

namespace ui {

/// The documents of the library, newest first, with what is being done to them, and which of them are asked.
/// A file that was just dropped has a row before it has a document id; the two are joined when its id is
/// known.
class DocumentModel final : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role {
        IdRole = Qt::UserRole + 1, ///< rag::DocumentId as qlonglong; 0: not known yet
        NameRole,                  ///< file name
        PathRole,
        StateRole,    ///< int of rag::DocumentState
        StatusRole,   ///< one translated line: what it is or what is done to it
        ProgressRole, ///< 0 .. 1, or -1 when nothing is being done
        JobRole,      ///< qulonglong; 0: none
        InScopeRole   ///< bool: questions are asked of it
    };

    struct Row
    {
        rag::Document document;
        quint64 job = 0;
        bool begun = false; ///< the job runs
        rag::IngestStage stage = rag::IngestStage::Reading;
        TimeLeft timeLeft;                   ///< of the stage
        std::optional<rag::ErrorCode> error; ///< of the last job
        bool inScope = true;
    };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value,
                 int role) override; ///< InScopeRole, CheckStateRole
    Qt::ItemFlags flags(const QModelIndex &index) const override;

    /// The library as stored; rows of jobs stay.
    void setDocuments(const std::vector<rag::Document> &documents);

    void addJob(quint64 job, const QString &path, rag::DocumentId document = 0);
    void jobBegun(quint64 job);
    void jobProgressed(quint64 job, const rag::IngestProgress &progress);
    void jobFinished(quint64 job, const rag::Ingested &document);
    void jobFailed(quint64 job, const engine::Error &error);

    const Row *row(int row) const;
    const Row *find(rag::DocumentId id) const;
    const Row *findJob(quint64 job) const;
    int rowOf(rag::DocumentId id) const;
    void forget(int row); ///< a row without a document
    /// Documents that are asked; empty when all are.
    std::vector<rag::DocumentId> scope() const;
    int countInScope() const; ///< with an id
    /// @param documents  empty: all
    void setScope(const std::vector<rag::DocumentId> &documents);

signals:
    void scopeChanged();

private:
    int rowOfJob(quint64 job) const;
    int rowWithoutId(const QString &path) const;
    int joinWithId(int row, rag::DocumentId id);
    void changed(int row);
    void takeOut(int row);

    std::vector<Row> m_rows;
};

} // namespace ui
