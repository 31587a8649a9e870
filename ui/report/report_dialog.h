#pragma once

#include "ui/work/store_worker.h"

#include <QDialog>

class QLabel;
class QListWidget;
class QScrollArea;

namespace ui {

class PageStrip;

/// How a document was read, page by page; a click on a page opens it in the window, and the dialog stays.
class ReportDialog final : public QDialog
{
    Q_OBJECT

public:
    ReportDialog(rag::DocumentId document, const QString &name, QWidget *parent = nullptr);

    rag::DocumentId document() const { return m_document; }

    void setReport(const ReadingReport &report);

signals:
    void pageWanted(rag::DocumentId document, int page);

private:
    void list(const std::vector<rag::PageReport> &pages);

    rag::DocumentId m_document;
    QLabel *m_summary;
    QScrollArea *m_scroll;
    PageStrip *m_strip;
    QListWidget *m_list; ///< pages of which there is something to say, the gravest first
};

} // namespace ui
