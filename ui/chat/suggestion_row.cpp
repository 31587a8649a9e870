#include "ui/chat/suggestion_row.h"

#include "ui/shared/icons.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace ui {

namespace {

constexpr qsizetype kShown = 90; ///< characters of a long one

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
            auto *button = new QPushButton(
                icon(Icon::Ask), QString(shown).replace(QLatin1Char('&'), QStringLiteral("&&")), this);
            button->setObjectName(QStringLiteral("suggestion"));
            button->setProperty("chip", true);
            button->setAccessibleName(tr("Ask: %1").arg(question));
            connect(button, &QPushButton::clicked, this, [this, question] { emit chosen(question); });
            m_column->addWidget(button, 0, Qt::AlignLeading);
        }
    }
    setVisible(!questions.isEmpty());
}

} // namespace ui
