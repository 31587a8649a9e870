#pragma once

#include <QDialog>

class QLineEdit;

namespace ui {

/// Asks for the password of one PDF. Shown with open(), which does not block; the password is never kept on
/// disk.
class PasswordDialog final : public QDialog
{
    Q_OBJECT

public:
    /// @param wasWrong  a password was tried before
    PasswordDialog(const QString &documentName, bool wasWrong, QWidget *parent = nullptr);

    QString password() const;

private:
    QLineEdit *m_password;
};

} // namespace ui
