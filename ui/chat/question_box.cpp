#include "ui/chat/question_box.h"

#include "ui/shared/icons.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPlainTextEdit>
#include <QStyle>
#include <QTextDocument>
#include <QTextOption>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui {

namespace {

constexpr int kMostLines = 8;

} // namespace

QuestionBox::QuestionBox(QWidget *parent)
    : QFrame(parent)
    , m_edit(new QPlainTextEdit(this))
    , m_scope(new QToolButton(this))
    , m_button(new QToolButton(this))
{
    setObjectName(QStringLiteral("questionFrame"));
    m_edit->setObjectName(QStringLiteral("question"));
    m_edit->setAccessibleName(tr("Question"));
    m_edit->setFrameShape(QFrame::NoFrame);
    m_edit->setTabChangesFocus(true);
    m_edit->setAcceptDrops(false); // a file dropped here is meant for the library, not as text
    m_edit->setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    m_edit->viewport()->setAutoFillBackground(false);
    m_edit->installEventFilter(this);
    connect(m_edit, &QPlainTextEdit::textChanged, this, &QuestionBox::grow);
    connect(m_edit, &QPlainTextEdit::textChanged, this, &QuestionBox::showButton);

    m_scope->setObjectName(QStringLiteral("scope"));
    m_scope->setIcon(icon(Icon::Scope));
    m_scope->setIconSize({14, 14});
    m_scope->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_scope->setPopupMode(QToolButton::InstantPopup);
    m_scope->setToolTip(tr("Choose what is asked: the library, a collection, documents, pages"));
    m_scope->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    m_scope->setMinimumWidth(60);
    m_button->setObjectName(QStringLiteral("send"));
    m_button->setIconSize({20, 20});
    connect(m_button, &QToolButton::clicked, this, [this] {
        if (m_answering) {
            emit stopClicked();
        } else {
            send();
        }
    });

    auto *below = new QHBoxLayout;
    below->addWidget(m_scope);
    below->addStretch(1); // the button stays at the end also where there is no scope to show
    below->addWidget(m_button);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 6);
    column->setSpacing(2);
    column->addWidget(m_edit);
    column->addLayout(below);
    setFocusProxy(m_edit);
    grow();
    showButton();
}

void QuestionBox::setAnswering(bool answering)
{
    m_answering = answering;
    showButton();
}

void QuestionBox::setScopeText(const QString &text)
{
    QString shown = text;
    m_scope->setText(shown.replace(QLatin1Char('&'), QStringLiteral("&&")));
    m_scope->setVisible(!text.isEmpty());
}

void QuestionBox::setScopeMenu(QMenu *menu)
{
    m_scope->setMenu(menu);
}

void QuestionBox::setPlaceholder(const QString &text)
{
    m_edit->setPlaceholderText(text);
    m_edit->viewport()->update(); // QPlainTextEdit does not by itself
}

void QuestionBox::setText(const QString &text)
{
    m_edit->setPlainText(text);
    m_edit->moveCursor(QTextCursor::End);
}

QString QuestionBox::text() const
{
    return m_edit->toPlainText();
}

void QuestionBox::clear()
{
    m_edit->clear();
}

void QuestionBox::focusText()
{
    m_edit->setFocus(Qt::ShortcutFocusReason);
}

bool QuestionBox::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        const bool enter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
        if (enter && !(key->modifiers() & (Qt::ShiftModifier | Qt::AltModifier))) {
            send();
            return true;
        }
    } else if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
        setProperty("focused", event->type() == QEvent::FocusIn);
        style()->unpolish(this);
        style()->polish(this);
    } else if (event->type() == QEvent::Resize || event->type() == QEvent::FontChange) {
        grow();
    }
    return QFrame::eventFilter(watched, event);
}

void QuestionBox::send()
{
    const QString question = text().trimmed();
    if (!m_answering && !question.isEmpty()) {
        emit sent(question);
    }
}

void QuestionBox::grow()
{
    // Without a letter it is written from where the window's language begins; then as its own text wants it.
    const QString shown = text();
    const bool letters = std::any_of(shown.begin(), shown.end(), [](QChar c) { return c.isLetter(); });
    const auto direction = letters ? Qt::LayoutDirectionAuto : layoutDirection();
    // A plain text edit places its lines by the alignment alone, whatever their direction (Qt 6.4).
    const bool fromRight = letters ? shown.isRightToLeft() : layoutDirection() == Qt::RightToLeft;
    const auto alignment = fromRight ? Qt::AlignRight | Qt::AlignAbsolute : Qt::Alignment(Qt::AlignLeft);
    QTextOption option = m_edit->document()->defaultTextOption();
    if (option.textDirection() != direction || option.alignment() != alignment) {
        option.setTextDirection(direction);
        option.setAlignment(alignment);
        m_edit->document()->setDefaultTextOption(option);
    }
    // A plain text document tells its height in lines.
    const int lines = std::clamp(int(m_edit->document()->size().height()), 1, kMostLines);
    const int height =
        lines * m_edit->fontMetrics().lineSpacing() + 2 * int(m_edit->document()->documentMargin()) + 4;
    if (height != m_edit->height()) {
        m_edit->setFixedHeight(height);
    }
}

void QuestionBox::showButton()
{
    const QString what = m_answering ? tr("Stop (Esc)") : tr("Ask (Enter)");
    m_button->setIcon(icon(m_answering ? Icon::Stop : Icon::Send, QPalette::HighlightedText));
    m_button->setToolTip(what);
    m_button->setAccessibleName(m_answering ? tr("Stop") : tr("Ask"));
    m_button->setEnabled(m_answering || !text().trimmed().isEmpty());
}

} // namespace ui
