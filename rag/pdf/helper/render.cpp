#include "rag/pdf/helper/reader.h"

#include <poppler-document.h>
#include <poppler-page-renderer.h>
#include <poppler-page.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace rag::pdf {

namespace {

/// Pixels a point so that the picture of a page of this size keeps within `maxPixels`.
double fittingScale(double width, double height, double wanted, std::uint32_t maxPixels)
{
    const double area = std::max(1.0, width) * std::max(1.0, height);
    const double scale = std::min(wanted, std::sqrt(static_cast<double>(maxPixels) / area));
    const double longest = std::max({1.0, width, height});
    return std::min(scale, 30'000 / longest); // Splash counts rows and columns in 16 bits here and there
}

} // namespace

Result<PageImage> drawPage(const poppler::document &document, const DrawRequest &request,
                           std::uint32_t maxPixels)
{
    const std::unique_ptr<poppler::page> page(document.create_page(request.page));
    if (!page)
        return fail(ErrorCode::Damaged, "the page cannot be read");
    const poppler::rectf area = page->page_rect();
    const double scale =
        fittingScale(std::abs(area.width()), std::abs(area.height()), request.pixelsPerPoint, maxPixels);
    poppler::page_renderer renderer;
    renderer.set_image_format(poppler::image::format_argb32);
    renderer.set_render_hint(poppler::page_renderer::antialiasing);
    renderer.set_render_hint(poppler::page_renderer::text_antialiasing);
    const poppler::image image = renderer.render_page(page.get(), 72 * scale, 72 * scale);
    if (!image.is_valid() || image.width() <= 0 || image.height() <= 0)
        return fail(ErrorCode::Damaged, "the page cannot be drawn");
    PageImage out;
    out.width = image.width();
    out.height = image.height();
    out.pointsPerPixel = static_cast<float>(1 / scale);
    const auto row = static_cast<std::size_t>(out.width) * 4;
    out.pixels.resize(row * static_cast<std::size_t>(out.height));
    for (int y = 0; y < out.height; ++y)
        std::memcpy(out.pixels.data() + row * static_cast<std::size_t>(y),
                    image.const_data() + static_cast<std::ptrdiff_t>(y) * image.bytes_per_row(), row);
    return out;
}

} // namespace rag::pdf
