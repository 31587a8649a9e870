#pragma once

#include "ui/library/ask_scope.h"

#include <QDialog>

class QSpinBox;

namespace ui {

/// Which pages of the one document are asked. Deletes itself when closed.
class PagesDialog final : public QDialog
{
    Q_OBJECT

public:
    /// @param document  the one that is asked
    PagesDialog(AskScope &scope, const rag::Document &document, QWidget *parent = nullptr);

private:
    AskScope &m_scope;
    QSpinBox *m_first;
    QSpinBox *m_last;
};

} // namespace ui
