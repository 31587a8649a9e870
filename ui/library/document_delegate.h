#pragma once

#include <QStyledItemDelegate>

namespace ui {

/// Paints a document: check box, name, what it is or what is being done to it, and a thin bar of progress.
class DocumentDelegate final : public QStyledItemDelegate
{
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    bool editorEvent(QEvent *event, QAbstractItemModel *model, const QStyleOptionViewItem &option,
                     const QModelIndex &index) override;

    /// Where the check box is painted, to be clicked.
    static QRect checkRect(const QStyleOptionViewItem &option);
};

} // namespace ui
