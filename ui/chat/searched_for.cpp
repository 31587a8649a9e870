#include "ui/chat/searched_for.h"

#include "ui/shared/convert.h"
#include "ui/shared/icons.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

namespace ui {

SearchedForLine::SearchedForLine(QWidget *parent)
    : QWidget(parent)
    , m_label(new QLabel(this))
    , m_edit(new QLineEdit(this))
    , m_pencil(new QToolButton(this))
{
    setObjectName(QStringLiteral("searchedForLine"));
    m_label->setObjectName(QStringLiteral("faint"));
    m_label->setTextFormat(Qt::PlainText);
    m_label->setWordWrap(true);
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_edit->setObjectName(QStringLiteral("searchedForEdit"));
    m_edit->setAccessibleName(tr("Words to search for"));
    m_edit->setAcceptDrops(false);
    m_edit->installEventFilter(this);
    connect(m_edit, &QLineEdit::returnPressed, this, [this] {
        const QString text = m_edit->text().trimmed();
        edit(false);
        if (!text.isEmpty()) {
            emit askAgain(text);
        }
    });
    m_pencil->setObjectName(QStringLiteral("searchedForPencil"));
    m_pencil->setIcon(icon(Icon::Pencil));
    m_pencil->setIconSize({14, 14});
    m_pencil->setAutoRaise(true);
    m_pencil->setToolTip(tr("Change what is searched for and ask again"));
    m_pencil->setAccessibleName(m_pencil->toolTip());
    connect(m_pencil, &QToolButton::clicked, this, [this] { edit(m_edit->isHidden()); });

    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(m_label, 1);
    row->addWidget(m_edit, 1);
    row->addWidget(m_pencil, 0, Qt::AlignTop);
    m_edit->hide();
    hide();
}

void SearchedForLine::setMessage(const ChatMessage &message, bool canAskAgain)
{
    m_text = toQString(message.details.searchedFor);
    const bool differs = !m_text.isEmpty() && m_text.simplified() != message.question.simplified();
    m_label->setText(tr("Searched for: %1").arg(QChar(0x2068) + m_text + QChar(0x2069)));
    m_pencil->setVisible(canAskAgain);
    if (!canAskAgain) {
        edit(false);
    }
    setVisible(differs);
}

void SearchedForLine::edit(bool editing)
{
    m_edit->setVisible(editing);
    m_label->setVisible(!editing);
    if (editing) {
        m_edit->setText(m_text);
        m_edit->setFocus(Qt::OtherFocusReason);
        m_edit->selectAll();
    }
}

bool SearchedForLine::eventFilter(QObject *watched, QEvent *event)
{
    // Escape also stops an answer; here it only leaves the line.
    if (watched == m_edit && event->type() == QEvent::ShortcutOverride &&
        static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape) {
        event->accept();
        return true;
    }
    if (watched == m_edit && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape) {
        edit(false);
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace ui
