#pragma once

#include "ui/chat/chat_message.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QToolButton;

namespace ui {

/// Above an answer to a follow-up: the question as it was searched for. It can be changed and asked again.
class SearchedForLine final : public QWidget
{
    Q_OBJECT

public:
    explicit SearchedForLine(QWidget *parent = nullptr);

    /// @param canAskAgain  it is the last answer, and whole
    void setMessage(const ChatMessage &message, bool canAskAgain);

signals:
    void askAgain(const QString &searchText);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void edit(bool editing);

    QLabel *m_label;
    QLineEdit *m_edit;
    QToolButton *m_pencil;
    QString m_text;
};

} // namespace ui
