#include "ui/shared/fold.h"

#include "ui/shared/icons.h"

namespace ui {

Fold::Fold(const char *name, QWidget *below, bool unfolded, QWidget *parent)
    : QToolButton(parent)
    , m_below(below)
{
    setObjectName(QLatin1String(name));
    setProperty("fold", true);
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setIconSize({14, 14});
    setCheckable(true);
    setChecked(unfolded);
    connect(this, &QToolButton::toggled, this, &Fold::showState);
    showState();
}

void Fold::showState()
{
    setIcon(ui::icon(isChecked() ? Icon::Unfolded : Icon::Next));
    m_below->setVisible(isChecked());
}

} // namespace ui
