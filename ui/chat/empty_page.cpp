#include "ui/chat/empty_page.h"

#include "ui/shared/icons.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace ui {

EmptyPage::EmptyPage(QWidget *parent)
    : QWidget(parent)
    , m_title(new QLabel(this))
    , m_text(new QLabel(this))
    , m_add(new QPushButton(icon(Icon::Add), tr("Add PDFs…"), this))
{
    setObjectName(QStringLiteral("emptyPage"));
    auto *picture = new QLabel(this);
    picture->setPixmap(QPixmap(QStringLiteral(":/icons/warraq-128.png"))
                           .scaled(72, 72, Qt::KeepAspectRatio, Qt::SmoothTransformation));
    picture->setAlignment(Qt::AlignCenter);
    m_title->setObjectName(QStringLiteral("emptyTitle"));
    m_title->setAlignment(Qt::AlignCenter);
    m_title->setWordWrap(true);
    m_text->setObjectName(QStringLiteral("faint"));
    m_text->setAlignment(Qt::AlignCenter);
    m_text->setWordWrap(true);
    m_text->setMaximumWidth(480);
    m_add->setObjectName(QStringLiteral("addFirst"));
    connect(m_add, &QPushButton::clicked, this, &EmptyPage::addClicked);

    auto *column = new QVBoxLayout(this);
    column->setSpacing(12);
    column->addStretch(2);
    column->addWidget(picture);
    column->addWidget(m_title);
    auto *row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(m_text, 4);
    row->addStretch(1);
    column->addLayout(row);
    column->addWidget(m_add, 0, Qt::AlignHCenter);
    column->addStretch(3);
    setDocuments(0);
}

void EmptyPage::setDocuments(int documents)
{
    if (documents == 0) {
        m_title->setText(tr("Drop a PDF here to begin"));
        m_text->setText(
            tr("Warraq reads it on this computer and answers questions about it. Every answer names the "
               "pages it rests on, and nothing leaves your machine."));
    } else {
        m_title->setText(tr("What would you like to know?"));
        m_text->setText(
            tr("Write a question below. Tick the documents on the side that shall be asked, and click a "
               "number such as [1] in an answer to see the words on their page."));
    }
    m_add->setVisible(documents == 0);
}

} // namespace ui
