#include "ui/library/document_delegate.h"

#include "rag/types.h"
#include "ui/library/document_model.h"
#include "ui/settings/theme.h"
#include "ui/shared/check_box.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>

namespace ui {

namespace {

constexpr int kPad = 8;

void paintGround(QPainter *painter, const QStyleOptionViewItem &option)
{
    const bool selected = option.state & QStyle::State_Selected;
    if (!selected && !(option.state & QStyle::State_MouseOver)) {
        return;
    }
    painter->setPen(option.state & QStyle::State_HasFocus && selected
                        ? QPen(option.palette.color(QPalette::Highlight))
                        : QPen(Qt::NoPen));
    painter->setBrush(selected ? themeColours().cardHover : themeColours().card);
    painter->drawRoundedRect(QRectF(option.rect).adjusted(2.5, 1.5, -2.5, -1.5), 7, 7);
}

void paintBar(QPainter *painter, const QRect &line, const QStyleOptionViewItem &option, double progress)
{
    painter->setPen(Qt::NoPen);
    painter->setBrush(themeColours().line);
    painter->drawRoundedRect(line, 1.5, 1.5);
    QRect done = line;
    done.setWidth(int(line.width() * progress));
    painter->setBrush(option.palette.color(QPalette::Highlight));
    painter->drawRoundedRect(QStyle::visualRect(option.direction, line, done), 1.5, 1.5);
}

QColor statusColour(const QModelIndex &index)
{
    const auto state = rag::DocumentState(index.data(DocumentModel::StateRole).toInt());
    const bool busy = index.data(DocumentModel::JobRole).toULongLong() != 0;
    const bool bad =
        !busy && (state == rag::DocumentState::Failed || state == rag::DocumentState::NeedsPassword);
    return bad ? themeColours().bad : themeColours().faint;
}

} // namespace

QRect DocumentDelegate::checkRect(const QStyleOptionViewItem &option)
{
    const QRect box(option.rect.left() + kPad + 2, option.rect.top() + kPad + 1, kCheckSize, kCheckSize);
    return QStyle::visualRect(option.direction, option.rect, box);
}

void DocumentDelegate::paint(QPainter *painter, const QStyleOptionViewItem &given,
                             const QModelIndex &index) const
{
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    paintGround(painter, option);
    paintCheck(*painter, checkRect(option), option.palette,
               index.data(DocumentModel::InScopeRole).toBool() ? Qt::Checked : Qt::Unchecked);

    const QFontMetrics metrics(option.font);
    const QRect text = option.rect.adjusted(kPad + kCheckSize + 12, kPad - 1, -kPad - 2, -kPad);
    const QRect name(text.left(), text.top(), text.width(), metrics.lineSpacing());
    const QRect status = name.translated(0, metrics.lineSpacing());
    const auto align = int(QStyle::visualAlignment(option.direction, Qt::AlignLeading | Qt::AlignVCenter));

    painter->setFont(option.font);
    painter->setPen(option.palette.color(QPalette::Text));
    painter->drawText(
        QStyle::visualRect(option.direction, option.rect, name), align,
        metrics.elidedText(index.data(DocumentModel::NameRole).toString(), Qt::ElideMiddle, name.width()));
    QFont small = option.font;
    small.setPointSizeF(small.pointSizeF() * 0.9);
    painter->setFont(small);
    painter->setPen(statusColour(index));
    painter->drawText(QStyle::visualRect(option.direction, option.rect, status), align,
                      QFontMetrics(small).elidedText(index.data(DocumentModel::StatusRole).toString(),
                                                     Qt::ElideRight, status.width()));
    if (const double progress = index.data(DocumentModel::ProgressRole).toDouble(); progress >= 0) {
        const QRect line(text.left(), option.rect.bottom() - 6, text.width(), 3);
        paintBar(painter, QStyle::visualRect(option.direction, option.rect, line), option, progress);
    }
    painter->restore();
}

QSize DocumentDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    return {160, 2 * QFontMetrics(option.font).lineSpacing() + 2 * kPad + 2};
}

bool DocumentDelegate::editorEvent(QEvent *event, QAbstractItemModel *model,
                                   const QStyleOptionViewItem &option, const QModelIndex &index)
{
    const bool press =
        event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseButtonDblClick;
    if (press || event->type() == QEvent::MouseButtonRelease) {
        const auto *mouse = static_cast<QMouseEvent *>(event);
        if (mouse->button() != Qt::LeftButton ||
            !checkRect(option).adjusted(-6, -6, 6, 6).contains(mouse->pos())) {
            return false;
        }
        return press || model->setData(index, !index.data(DocumentModel::InScopeRole).toBool(),
                                       DocumentModel::InScopeRole);
    }
    return QStyledItemDelegate::editorEvent(event, model, option, index); // the space bar
}

} // namespace ui
