#include "ui/shared/password_dialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace ui {

PasswordDialog::PasswordDialog(const QString &documentName, bool wasWrong, QWidget *parent)
    : QDialog(parent)
    , m_password(new QLineEdit(this))
{
    setObjectName(QStringLiteral("passwordDialog"));
    setWindowTitle(tr("Password needed"));
    setAttribute(Qt::WA_DeleteOnClose);

    auto *text =
        new QLabel(wasWrong ? tr("That password does not open “%1”. Try another.").arg(documentName)
                            : tr("“%1” is protected. Its password is needed to read it.").arg(documentName),
                   this);
    text->setWordWrap(true);
    text->setTextFormat(Qt::PlainText);
    m_password->setObjectName(QStringLiteral("password"));
    m_password->setEchoMode(QLineEdit::Password);
    m_password->setAccessibleName(tr("Password"));
    m_password->setPlaceholderText(tr("Password"));
    auto *visible = new QCheckBox(tr("&Show the password"), this);
    connect(visible, &QCheckBox::toggled, this,
            [this](bool on) { m_password->setEchoMode(on ? QLineEdit::Normal : QLineEdit::Password); });
    auto *note = new QLabel(tr("The password is kept in memory only, until Warraq is closed."), this);
    note->setObjectName(QStringLiteral("faint"));
    note->setWordWrap(true);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    QPushButton *open = buttons->button(QDialogButtonBox::Ok);
    open->setText(tr("&Open"));
    open->setEnabled(false);
    buttons->button(QDialogButtonBox::Cancel)->setText(tr("Cancel"));
    connect(m_password, &QLineEdit::textChanged, open,
            [open](const QString &typed) { open->setEnabled(!typed.isEmpty()); });
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto *column = new QVBoxLayout(this);
    column->setSpacing(10);
    column->addWidget(text);
    column->addWidget(m_password);
    column->addWidget(visible);
    column->addWidget(note);
    column->addWidget(buttons);
    setMinimumWidth(380);
}

QString PasswordDialog::password() const
{
    return m_password->text();
}

} // namespace ui
