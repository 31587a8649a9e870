#include "ui/chat/suggestion_row.h"

#include "ui/shared/convert.h"
#include "ui/shared/icons.h"

#include <QPushButton>
#include <QStyle>
#include <QStyleOptionButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui {

namespace {

constexpr qsizetype kShown = 90; ///< characters of a long one

/// A button that gives way where there is little room: its text is cut, and the tool tip says all of it.
class Chip final : public QPushButton
{
public:
    using QPushButton::QPushButton;

    QSize minimumSizeHint() const override { return {std::min(60, sizeHint().width()), sizeHint().height()}; }

protected:
    void initStyleOption(QStyleOptionButton *option) const override
    {
        QPushButton::initStyleOption(option);
        constexpr int kBesideIcon = 4;
        const int inside = style()->subElementRect(QStyle::SE_PushButtonContents, option, this).width();
        const int room = std::max(0, inside - iconSize().width() - kBesideIcon);
        if (fontMetrics().size(Qt::TextShowMnemonic, text()).width() > room) {
            option->text = fontMetrics().elidedText(text(), Qt::ElideRight, room, Qt::TextShowMnemonic);
        }
    }
};

} // namespace

SuggestionRow::SuggestionRow(QWidget *parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("suggestions"));
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(4);
    hide();
}

void SuggestionRow::setSuggestions(const QStringList &questions)
{
    if (questions != m_shown) {
        m_shown = questions;
        while (QLayoutItem *item = m_column->takeAt(0)) {
            item->widget()->hide();
            item->widget()->deleteLater(); // it may be the one that was pressed
            delete item;
        }
        for (const QString &question : questions) {
            const QString shown = question.size() > kShown ? question.left(kShown) + QChar(0x2026) : question;
            auto *button = new Chip(icon(Icon::Ask),
                                    QString(shown).replace(QLatin1Char('&'), QStringLiteral("&&")), this);
            button->setObjectName(QStringLiteral("suggestion"));
            button->setProperty("chip", true);
            button->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
            button->setToolTip(asToolTip(question));
            button->setAccessibleName(tr("Ask: %1").arg(question));
            connect(button, &QPushButton::clicked, this, [this, question] { emit chosen(question); });
            m_column->addWidget(button, 0, Qt::AlignLeading);
        }
    }
    setVisible(!questions.isEmpty());
}

} // namespace ui
