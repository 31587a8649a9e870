#include "ui/chat/pages_dialog.h"

#include "ui/shared/convert.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace ui {

PagesDialog::PagesDialog(AskScope &scope, const rag::Document &document, QWidget *parent)
    : QDialog(parent)
    , m_scope(scope)
    , m_first(new QSpinBox(this))
    , m_last(new QSpinBox(this))
{
    setObjectName(QStringLiteral("pagesDialog"));
    setWindowTitle(tr("Ask only some pages"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto *name = new QLabel(toQString(document.name), this);
    name->setTextFormat(Qt::PlainText);
    name->setWordWrap(true);
    for (QSpinBox *box : {m_first, m_last}) {
        box->setRange(1, std::max(1, document.pages));
    }
    m_first->setObjectName(QStringLiteral("firstPage"));
    m_last->setObjectName(QStringLiteral("lastPage"));
    m_first->setValue(scope.firstPage() + 1);
    m_last->setValue(scope.lastPage() < 0 ? document.pages : scope.lastPage() + 1);
    connect(m_first, &QSpinBox::valueChanged, m_last, &QSpinBox::setMinimum);

    auto *form = new QFormLayout;
    form->addRow(tr("&From page:"), m_first);
    form->addRow(tr("&To page:"), m_last);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("Ask these"));
    buttons->button(QDialogButtonBox::Cancel)->setText(tr("Cancel"));
    auto *all = buttons->addButton(tr("All pages"), QDialogButtonBox::ResetRole);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        m_scope.askPages(m_first->value() - 1, m_last->value() - 1);
        accept();
    });
    connect(all, &QPushButton::clicked, this, [this] {
        m_scope.askPages(0, -1);
        accept();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addWidget(name);
    column->addLayout(form);
    column->addWidget(buttons);
    setMinimumWidth(340);
}

} // namespace ui
