#include "ui/shared/message_bar.h"

#include "ui/shared/icons.h"
#include "ui/shared/mirrored.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace ui {

namespace {

constexpr int kMost = 3;

class NoticeFrame final : public QFrame
{
public:
    NoticeFrame(const Notice &notice, QWidget *parent)
        : QFrame(parent)
    {
        setObjectName(QStringLiteral("notice"));
        setProperty("key", notice.key);
        setProperty("kind", notice.kind == Notice::Kind::Error     ? QStringLiteral("error")
                            : notice.kind == Notice::Kind::Warning ? QStringLiteral("warning")
                                                                   : QStringLiteral("info"));
        auto *sign = new QLabel(this);
        sign->setPixmap(icon(notice.kind == Notice::Kind::Info ? Icon::Info : Icon::Warning).pixmap(20, 20));

        auto *text = new QLabel(this);
        text->setObjectName(QStringLiteral("noticeText"));
        text->setTextFormat(Qt::PlainText);
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        text->setText(notice.detail.isEmpty() ? notice.text
                                              : notice.text + QLatin1Char('\n') + notice.detail);
        setAccessibleName(text->text());

        auto *row = new QHBoxLayout(this);
        row->setContentsMargins(mirrored({12, 8, 8, 8}, *this));
        row->setSpacing(10);
        row->addWidget(sign, 0, Qt::AlignTop);
        row->addWidget(text, 1);
        if (!notice.actionText.isEmpty()) {
            auto *button = new QPushButton(notice.actionText, this);
            button->setObjectName(QStringLiteral("noticeAction"));
            connect(button, &QPushButton::clicked, this, [this, action = notice.action] {
                deleteLater();
                hide();
                if (action) {
                    action();
                }
            });
            row->addWidget(button);
        }
        auto *close = new QToolButton(this);
        close->setObjectName(QStringLiteral("noticeClose"));
        close->setIcon(icon(Icon::Close));
        close->setAutoRaise(true);
        close->setToolTip(MessageBar::tr("Close this message"));
        close->setAccessibleName(close->toolTip());
        connect(close, &QToolButton::clicked, this, &QObject::deleteLater);
        row->addWidget(close, 0, Qt::AlignTop);
        if (notice.milliseconds > 0) {
            QTimer::singleShot(notice.milliseconds, this, &QObject::deleteLater);
        }
    }
};

} // namespace

MessageBar::MessageBar(QWidget *parent)
    : QFrame(parent)
    , m_layout(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("messageBar"));
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(6);
}

void MessageBar::show(const Notice &notice)
{
    if (!notice.key.isEmpty()) {
        dismiss(notice.key);
    }
    while (m_layout->count() >= kMost) {
        delete m_layout->itemAt(0)->widget();
    }
    auto *frame = new NoticeFrame(notice, this);
    m_layout->addWidget(frame);
    frame->show();
    QAccessibleEvent alert(frame, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void MessageBar::dismiss(const QString &key)
{
    for (int i = m_layout->count() - 1; i >= 0; --i) {
        if (QWidget *frame = m_layout->itemAt(i)->widget(); frame->property("key").toString() == key) {
            delete frame;
        }
    }
}

int MessageBar::count() const
{
    return m_layout->count();
}

} // namespace ui
