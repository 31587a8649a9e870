#include "ui/library/document_text.h"

#include <QLocale>

#include <algorithm>

namespace ui {

namespace {

using rag::DocumentState;

QString number(int value)
{
    return QLocale().toString(value);
}

QString pagesText(const rag::Document &document)
{
    QString text = DocumentModel::tr("%Ln page(s)", nullptr, document.pages);
    if (document.pagesWithoutText > 0) {
        text = DocumentModel::tr("%1, %2 without text").arg(text, number(document.pagesWithoutText));
    }
    if (document.pagesSkipped > 0) {
        text = DocumentModel::tr("%1, %2 skipped").arg(text, number(document.pagesSkipped));
    }
    return text;
}

QString failureText(const DocumentModel::Row &row)
{
    switch (row.error.value_or(rag::ErrorCode::Unsupported)) {
    case rag::ErrorCode::NotFound:
        return DocumentModel::tr("File not found");
    case rag::ErrorCode::Unreadable:
        return DocumentModel::tr("No permission to read it");
    case rag::ErrorCode::Damaged:
        return DocumentModel::tr("Not a PDF that can be read");
    case rag::ErrorCode::Storage:
        return DocumentModel::tr("Could not be saved");
    default:
        return DocumentModel::tr("Could not be read");
    }
}

QString withTimeLeft(const QString &text, const DocumentModel::Row &row)
{
    const int seconds = row.timeLeft.seconds();
    if (seconds <= 0) {
        return text;
    }
    const QString left = seconds < 60 ? DocumentModel::tr("%Ln s left", nullptr, seconds)
                                      : DocumentModel::tr("%Ln min left", nullptr, seconds / 60);
    return DocumentModel::tr("%1 · %2").arg(text, left);
}

QString jobText(const DocumentModel::Row &row)
{
    if (!row.begun) {
        return DocumentModel::tr("Waiting");
    }
    const rag::Document &document = row.document;
    if (row.stage == rag::IngestStage::Embedding && document.chunks > 0) {
        return withTimeLeft(DocumentModel::tr("Can be asked; learning its meaning, %1")
                                .arg(QLocale().toString(100 * document.chunksEmbedded / document.chunks) +
                                     QLocale().percent()),
                            row);
    }
    if (document.pages == 0) {
        return DocumentModel::tr("Opening");
    }
    return withTimeLeft(
        DocumentModel::tr("Reading page %1 of %2")
            .arg(number(std::min(document.pagesDone + 1, document.pages)), number(document.pages)),
        row);
}

} // namespace

QString statusText(const DocumentModel::Row &row)
{
    if (row.job != 0) {
        return jobText(row);
    }
    switch (row.document.state) {
    case DocumentState::Waiting:
        return DocumentModel::tr("Waiting");
    case DocumentState::Ingesting:
        return row.document.pages > 0 ? DocumentModel::tr("Stopped after page %1 of %2")
                                            .arg(number(row.document.pagesDone), number(row.document.pages))
                                      : DocumentModel::tr("Stopped");
    case DocumentState::Done:
    case DocumentState::PartlyDone:
        return pagesText(row.document);
    case DocumentState::NeedsPassword:
        return DocumentModel::tr("Needs its password");
    case DocumentState::Failed:
        return failureText(row);
    }
    return {};
}

/// Reading counts for the first half, embedding for the second.
double progressOf(const DocumentModel::Row &row)
{
    if (row.job == 0) {
        return -1;
    }
    const rag::Document &document = row.document;
    const double pages = document.pages > 0 ? double(document.pagesDone) / document.pages : 0;
    const double chunks = document.chunks > 0 ? double(document.chunksEmbedded) / document.chunks : 0;
    return row.stage == rag::IngestStage::Reading ? pages / 2 : 0.5 + chunks / 2;
}

} // namespace ui
