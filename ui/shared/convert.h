#pragma once

#include "rag/types.h"

#include <QFile>
#include <QImage>
#include <QRectF>
#include <QString>

#include <filesystem>
#include <string>
#include <string_view>

/// The one crossing between Qt's values and those of rag.
namespace ui {

inline QString toQString(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), qsizetype(utf8.size()));
}

inline std::string toUtf8(const QString &text)
{
    return text.toStdString();
}

inline std::filesystem::path toPath(const QString &path)
{
#ifdef Q_OS_WIN
    return path.toStdWString();
#else
    return QFile::encodeName(path).toStdString();
#endif
}

inline QString fromPath(const std::filesystem::path &path)
{
#ifdef Q_OS_WIN
    return QString::fromStdWString(path.wstring());
#else
    return QFile::decodeName(path.c_str());
#endif
}

/// A deep copy: the pixels of `page` may go away.
inline QImage toQImage(const rag::PageImage &page)
{
    const auto needed = std::size_t(page.width) * std::size_t(page.height) * 4;
    if (page.width <= 0 || page.height <= 0 || page.pixels.size() < needed) {
        return {};
    }
    return QImage(page.pixels.data(), page.width, page.height, page.width * 4, QImage::Format_RGB32).copy();
}

/// For a tool tip, which would read text that looks like HTML as HTML.
inline QString asToolTip(const QString &plain)
{
    return QStringLiteral("<p style=\"white-space:pre-wrap\">") + plain.toHtmlEscaped() +
           QStringLiteral("</p>");
}

inline QRectF toQRectF(const rag::Box &box)
{
    return {double(box.x), double(box.y), double(box.width), double(box.height)};
}

} // namespace ui
