#pragma once

#include <QDialog>

class QLineEdit;

namespace ui {

/// Asks for a few words. Deletes itself when closed.
class NameDialog final : public QDialog
{
    Q_OBJECT

public:
    NameDialog(const char *name, const QString &title, const QString &question, const QString &acceptText,
               QWidget *parent = nullptr);

    void setPlaceholder(const QString &text);

signals:
    void named(const QString &text); ///< not empty

private:
    QLineEdit *m_edit;
};

} // namespace ui
