#include "ui/history/conversation_delegate.h"

#include "ui/history/conversation_model.h"
#include "ui/settings/theme.h"

#include <QPainter>

namespace ui {

namespace {

constexpr int kPad = 7;

} // namespace

void ConversationDelegate::paint(QPainter *painter, const QStyleOptionViewItem &given,
                                 const QModelIndex &index) const
{
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool selected = option.state & QStyle::State_Selected;
    if (selected || option.state & QStyle::State_MouseOver) {
        const bool focused = selected && option.state & QStyle::State_HasFocus;
        painter->setPen(focused ? QPen(option.palette.color(QPalette::Highlight)) : QPen(Qt::NoPen));
        painter->setBrush(selected ? themeColours().cardHover : themeColours().card);
        painter->drawRoundedRect(QRectF(option.rect).adjusted(2.5, 1.5, -2.5, -1.5), 7, 7);
    }
    QFont small = option.font;
    small.setPointSizeF(small.pointSizeF() * 0.85);
    const QString when = index.data(ConversationModel::WhenRole).toString();
    const int whenWidth = QFontMetrics(small).horizontalAdvance(when);
    const QRect inside = option.rect.adjusted(kPad + 6, 0, -kPad - 4, 0);
    const QRect title(inside.left(), inside.top(), inside.width() - whenWidth - 8, inside.height());
    const QRect time(inside.right() - whenWidth, inside.top(), whenWidth + 1, inside.height());
    const auto align = int(QStyle::visualAlignment(option.direction, Qt::AlignLeading | Qt::AlignVCenter));

    painter->setPen(option.palette.color(QPalette::Text));
    painter->setFont(option.font);
    painter->drawText(
        QStyle::visualRect(option.direction, option.rect, title), align,
        QFontMetrics(option.font).elidedText(index.data().toString(), Qt::ElideRight, title.width()));
    painter->setPen(themeColours().faint);
    painter->setFont(small);
    painter->drawText(QStyle::visualRect(option.direction, option.rect, time), align, when);
    painter->restore();
}

QSize ConversationDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    return {160, QFontMetrics(option.font).lineSpacing() + 2 * kPad};
}

} // namespace ui
