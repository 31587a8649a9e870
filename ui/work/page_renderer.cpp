#include "ui/work/page_renderer.h"

#include "ui/shared/convert.h"
#include "ui/work/guarded.h"

#include <algorithm>
#include <cmath>

namespace ui {

namespace {

constexpr std::size_t kKeptOpen = 3;
constexpr double kUsualWidth = 595; ///< A4, points: the guess before a page's size is known

} // namespace

struct PageRenderer::OpenPdf
{
    QString path;
    std::unique_ptr<PageSource> pdf;
};

PageRenderer::PageRenderer(const Factories &factories)
    : m_factories(factories)
{
}

PageRenderer::~PageRenderer() = default;

void PageRenderer::cancelBefore(quint64 number)
{
    const std::lock_guard lock(m_mutex);
    m_oldest = std::max(m_oldest, number);
    if (m_current < number) {
        m_cancel.cancel();
    }
}

void PageRenderer::render(const PageRequest &request)
{
    const auto page = guarded([&] { return draw(request); });
    if (page) {
        emit rendered(*page);
    } else if (page.error().code != engine::ErrorCode::Cancelled) {
        emit failed(request.number, request.document, page.error());
    }
}

rag::Result<RenderedPage> PageRenderer::draw(const PageRequest &request)
{
    const rag::CancelToken cancel = begin(request.number);
    if (cancel.isCancelled()) {
        return rag::fail(rag::ErrorCode::Cancelled, "a newer page is wanted");
    }
    ASSIGN_OR_RETURN(OpenPdf * open, this->open(request));
    const rag::PdfInfo &info = open->pdf->info();
    const int page = std::clamp(request.page, 0, std::max(0, info.pages - 1));
    double scale = request.fitWidth > 0 ? request.fitWidth / kUsualWidth : request.pixelsPerPoint;
    ASSIGN_OR_RETURN(rag::PageImage image, open->pdf->render(page, scale, cancel));
    if (request.fitWidth > 0 && std::abs(image.width - request.fitWidth) > 2 && image.width > 0) {
        scale = request.fitWidth / (double(image.width) * double(image.pointsPerPixel));
        ASSIGN_OR_RETURN(image, open->pdf->render(page, scale, cancel));
    }
    RenderedPage result;
    result.number = request.number;
    result.document = request.document;
    result.page = page;
    result.pages = info.pages;
    if (std::size_t(page) < info.labels.size()) {
        result.label = toQString(info.labels[std::size_t(page)]);
    }
    result.image = toQImage(image);
    result.points = QSizeF(image.width, image.height) * double(image.pointsPerPixel);
    return result;
}

rag::Result<PageRenderer::OpenPdf *> PageRenderer::open(const PageRequest &request)
{
    const auto found = std::find_if(m_open.begin(), m_open.end(),
                                    [&](const OpenPdf &open) { return open.path == request.path; });
    if (found != m_open.end()) {
        std::rotate(m_open.begin(), found, found + 1);
        return &m_open.front();
    }
    ASSIGN_OR_RETURN(auto pdf, m_factories.openPdf(toPath(request.path), toUtf8(request.password)));
    m_open.push_front({request.path, std::move(pdf)});
    if (m_open.size() > kKeptOpen) {
        m_open.pop_back();
    }
    return &m_open.front();
}

rag::CancelToken PageRenderer::begin(quint64 number)
{
    const std::lock_guard lock(m_mutex);
    m_current = number;
    m_cancel = {};
    if (number < m_oldest) {
        m_cancel.cancel();
    }
    return m_cancel;
}

} // namespace ui
