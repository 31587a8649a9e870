#pragma once

#include "ui/work/factories.h"

#include <QImage>
#include <QObject>
#include <QSizeF>
#include <QString>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>

namespace ui {

struct PageRequest
{
    quint64 number = 0; ///< grows; a newer request makes older ones void
    rag::DocumentId document = 0;
    QString path;
    QString password;
    int page = 0;
    double pixelsPerPoint = 1; ///< device pixels; not read when fitWidth is given
    int fitWidth = 0;          ///< device pixels the page shall be wide; 0: pixelsPerPoint holds
};

struct RenderedPage
{
    quint64 number = 0;
    rag::DocumentId document = 0;
    int page = 0;
    int pages = 0;
    QString label; ///< as printed; may be empty
    QImage image;
    QSizeF points; ///< size of the page
};

/// Page images off the GUI thread. Keeps the last few PDFs open. Only cancel() may be called from another
/// thread.
class PageRenderer final : public QObject
{
    Q_OBJECT

public:
    explicit PageRenderer(const Factories &factories);
    ~PageRenderer() override;

    /// Requests numbered below `number` are dropped, also a running one.
    void cancelBefore(quint64 number);

public slots:
    void render(const ui::PageRequest &request);

signals:
    void rendered(const ui::RenderedPage &page);
    void failed(quint64 number, rag::DocumentId document, const engine::Error &error);

private:
    struct OpenPdf;

    rag::Result<OpenPdf *> open(const PageRequest &request);
    rag::Result<RenderedPage> draw(const PageRequest &request);
    rag::CancelToken begin(quint64 number);

    Factories m_factories;
    std::deque<OpenPdf> m_open; ///< last used first

    std::mutex m_mutex; ///< guards what follows
    quint64 m_oldest = 0;
    quint64 m_current = 0;
    rag::CancelToken m_cancel;
};

} // namespace ui
