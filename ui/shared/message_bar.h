#pragma once

#include <QFrame>
#include <QString>

#include <functional>

class QVBoxLayout;

namespace ui {

/// Something the user should know, and what can be done about it.
struct Notice
{
    enum class Kind { Info, Warning, Error };

    Kind kind = Kind::Info;
    QString text;
    QString detail;               ///< what to do; may be empty
    QString actionText;           ///< empty: no button
    std::function<void()> action; ///< called when the button is pressed
    int milliseconds = 0;         ///< goes by itself after this time; 0: stays until closed
    QString key;                  ///< a newer notice with the same key takes this one's place; may be empty
};

/// Notices inside the window, the newest lowest, at most three at a time. Never takes the keyboard away.
class MessageBar final : public QFrame
{
    Q_OBJECT

public:
    explicit MessageBar(QWidget *parent = nullptr);

    void show(const Notice &notice);
    void dismiss(const QString &key);
    int count() const;

private:
    QVBoxLayout *m_layout;
};

} // namespace ui
