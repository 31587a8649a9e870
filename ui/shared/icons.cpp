#include "ui/shared/icons.h"

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>

#include <initializer_list>

namespace ui {

namespace {

/// Shapes on a grid of 24 x 24, drawn with a round pen of 1.7.
struct Shape
{
    QPainterPath lines;
    QPainterPath filled;

    Shape &polyline(std::initializer_list<QPointF> points)
    {
        auto point = points.begin();
        lines.moveTo(*point);
        while (++point != points.end()) {
            lines.lineTo(*point);
        }
        return *this;
    }

    Shape &rounded(const QRectF &rect, qreal radius)
    {
        lines.addRoundedRect(rect, radius, radius);
        return *this;
    }

    Shape &circle(const QPointF &centre, qreal radius)
    {
        lines.addEllipse(centre, radius, radius);
        return *this;
    }

    Shape &dot(const QPointF &centre, qreal radius)
    {
        filled.addEllipse(centre, radius, radius);
        return *this;
    }
};

Shape magnifier()
{
    return Shape().circle({10.5, 10.5}, 6).polyline({{15, 15}, {20, 20}});
}

Shape triangleSign()
{
    Shape sign;
    sign.polyline({{12, 4}, {21, 19.5}, {3, 19.5}, {12, 4}}).polyline({{12, 10}, {12, 14.5}});
    return sign.dot({12, 17}, 1);
}

Shape turningArrow()
{
    Shape shape;
    shape.lines.arcMoveTo(QRectF(5, 5, 14, 14), 40);
    shape.lines.arcTo(QRectF(5, 5, 14, 14), 40, 290);
    return shape.polyline({{17.8, 3.5}, {17.6, 7.8}, {13.3, 7.6}});
}

Shape sliders()
{
    Shape shape;
    shape.polyline({{4, 7}, {12.5, 7}}).polyline({{17.5, 7}, {20, 7}}).circle({15, 7}, 2.4);
    return shape.polyline({{4, 17}, {6.5, 17}}).polyline({{11.5, 17}, {20, 17}}).circle({9, 17}, 2.4);
}

Shape lock()
{
    Shape shape;
    shape.rounded({5.5, 11, 13, 9}, 2);
    shape.lines.moveTo(8.5, 11);
    shape.lines.lineTo(8.5, 8);
    shape.lines.arcTo(QRectF(8.5, 4.5, 7, 7), 180, -180);
    shape.lines.lineTo(15.5, 11);
    return shape;
}

Shape speech()
{
    Shape shape;
    shape.polyline({{13, 5},
                    {6, 5},
                    {4, 7},
                    {4, 15},
                    {6, 17},
                    {7, 17},
                    {7, 20.5},
                    {11, 17},
                    {17, 17},
                    {19, 15},
                    {19, 12}});
    return shape.polyline({{18.5, 3}, {18.5, 9}}).polyline({{15.5, 6}, {21.5, 6}});
}

Shape shapeOf(Icon which)
{
    switch (which) {
    case Icon::Add:
        return Shape().polyline({{12, 5}, {12, 19}}).polyline({{5, 12}, {19, 12}});
    case Icon::Folder:
        return Shape().polyline(
            {{3.5, 18.5}, {3.5, 6}, {9.5, 6}, {11.5, 8.5}, {20.5, 8.5}, {20.5, 18.5}, {3.5, 18.5}});
    case Icon::NewChat:
        return speech();
    case Icon::Send:
        return Shape().polyline({{12, 19.5}, {12, 5}}).polyline({{6, 11}, {12, 5}, {18, 11}});
    case Icon::Stop: {
        Shape square;
        square.filled.addRoundedRect(QRectF(7, 7, 10, 10), 2, 2);
        return square;
    }
    case Icon::Copy:
        return Shape()
            .rounded({8.5, 8.5, 11, 11.5}, 2)
            .polyline({{15.5, 5}, {6.5, 4.5}, {4.5, 6.5}, {4.5, 15.5}});
    case Icon::Redo:
        return turningArrow();
    case Icon::Close:
        return Shape().polyline({{6.5, 6.5}, {17.5, 17.5}}).polyline({{17.5, 6.5}, {6.5, 17.5}});
    case Icon::Previous:
        return Shape().polyline({{14.5, 6}, {8.5, 12}, {14.5, 18}});
    case Icon::Next:
        return Shape().polyline({{9.5, 6}, {15.5, 12}, {9.5, 18}});
    case Icon::Unfolded:
        return Shape().polyline({{6, 9.5}, {12, 15.5}, {18, 9.5}});
    case Icon::ZoomIn:
        return magnifier().polyline({{10.5, 8}, {10.5, 13}}).polyline({{8, 10.5}, {13, 10.5}});
    case Icon::ZoomOut:
        return magnifier().polyline({{8, 10.5}, {13, 10.5}});
    case Icon::FitWidth:
        return Shape()
            .polyline({{3.5, 5}, {3.5, 19}})
            .polyline({{20.5, 5}, {20.5, 19}})
            .polyline({{7, 12}, {17, 12}})
            .polyline({{9.5, 9}, {6.5, 12}, {9.5, 15}})
            .polyline({{14.5, 9}, {17.5, 12}, {14.5, 15}});
    case Icon::Search:
        return magnifier();
    case Icon::Settings:
        return sliders();
    case Icon::Trash:
        return Shape()
            .polyline({{4.5, 7}, {19.5, 7}})
            .polyline({{9, 7}, {9, 4.5}, {15, 4.5}, {15, 7}})
            .polyline({{6.5, 7}, {7.5, 20}, {16.5, 20}, {17.5, 7}});
    case Icon::Pencil:
        return Shape().polyline({{4.5, 19.5}, {5.5, 15}, {16, 4.5}, {19.5, 8}, {9, 18.5}, {4.5, 19.5}});
    case Icon::Document:
        return Shape()
            .polyline(
                {{14, 3.5}, {6, 3.5}, {6, 20.5}, {18, 20.5}, {18, 7.5}, {14, 3.5}, {14, 7.5}, {18, 7.5}})
            .polyline({{9, 12}, {15, 12}})
            .polyline({{9, 16}, {15, 16}});
    case Icon::Lock:
        return lock();
    case Icon::Warning:
        return triangleSign();
    case Icon::Info:
        return Shape().circle({12, 12}, 8.5).polyline({{12, 11.5}, {12, 16}}).dot({12, 8}, 1.1);
    case Icon::Quote:
        return Shape()
            .polyline({{5, 6}, {5, 18}})
            .polyline({{9, 8}, {20, 8}})
            .polyline({{9, 12}, {20, 12}})
            .polyline({{9, 16}, {16, 16}});
    case Icon::More:
        return Shape().dot({6, 12}, 1.6).dot({12, 12}, 1.6).dot({18, 12}, 1.6);
    case Icon::Sidebar:
        return Shape().rounded({3.5, 5, 17, 14}, 2.5).polyline({{9.5, 5}, {9.5, 19}});
    case Icon::Reader:
        return Shape().rounded({3.5, 5, 17, 14}, 2.5).polyline({{14, 5}, {14, 19}});
    case Icon::Ask:
        return Shape().polyline({{5, 5}, {5, 12}, {18, 12}}).polyline({{13.5, 7.5}, {18, 12}, {13.5, 16.5}});
    case Icon::Scope:
        return Shape()
            .polyline({{4, 7}, {20, 7}})
            .polyline({{7, 12}, {17, 12}})
            .polyline({{10, 17}, {14, 17}});
    case Icon::Report:
        return Shape()
            .rounded({4, 4, 6.5, 6.5}, 1.5)
            .rounded({13.5, 4, 6.5, 6.5}, 1.5)
            .rounded({4, 13.5, 6.5, 6.5}, 1.5)
            .polyline({{13.5, 17}, {16, 19.5}, {20.5, 14}});
    case Icon::List:
        return Shape()
            .dot({5.5, 7}, 1.3)
            .dot({5.5, 12}, 1.3)
            .dot({5.5, 17}, 1.3)
            .polyline({{9.5, 7}, {19.5, 7}})
            .polyline({{9.5, 12}, {19.5, 12}})
            .polyline({{9.5, 17}, {19.5, 17}});
    case Icon::Compare:
        return Shape().rounded({3.5, 5, 7, 14}, 1.5).rounded({13.5, 5, 7, 14}, 1.5);
    }
    return {};
}

bool isMirrored(Icon which)
{
    switch (which) {
    case Icon::Previous:
    case Icon::Next:
    case Icon::Quote:
    case Icon::Sidebar:
    case Icon::Reader:
    case Icon::NewChat:
    case Icon::Ask:
    case Icon::List:
        return QGuiApplication::isRightToLeft();
    default:
        return false;
    }
}

class LineIconEngine final : public QIconEngine
{
public:
    LineIconEngine(Icon which, QPalette::ColorRole colour)
        : m_which(which)
        , m_colour(colour)
    {
    }

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        const QPalette palette = QGuiApplication::palette();
        const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        const QColor colour = palette.color(group, mode == QIcon::Disabled ? QPalette::ButtonText : m_colour);
        const Shape shape = shapeOf(m_which);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(rect.topLeft());
        painter->scale(rect.width() / 24.0, rect.height() / 24.0);
        if (isMirrored(m_which)) {
            painter->translate(24, 0);
            painter->scale(-1, 1);
        }
        painter->setPen(QPen(colour, 1.7, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->drawPath(shape.lines);
        painter->fillPath(shape.filled, colour);
        painter->restore();
    }

    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine *clone() const override { return new LineIconEngine(m_which, m_colour); }

private:
    Icon m_which;
    QPalette::ColorRole m_colour;
};

} // namespace

QIcon icon(Icon which, QPalette::ColorRole colour)
{
    return QIcon(new LineIconEngine(which, colour));
}

} // namespace ui
