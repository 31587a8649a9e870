#pragma once

#include <QFrame>

class QMenu;
class QPlainTextEdit;
class QToolButton;

namespace ui {

/// Where a question is written. Grows with it; Enter sends, Shift+Enter begins a new line; while an answer is
/// made, its button stops that.
class QuestionBox final : public QFrame
{
    Q_OBJECT

public:
    explicit QuestionBox(QWidget *parent = nullptr);

    void setAnswering(bool answering);
    void setScopeText(const QString &text); ///< what will be asked: "3 documents"
    void setScopeMenu(QMenu *menu);         ///< that changes it
    void setPlaceholder(const QString &text);
    void setText(const QString &text);
    QString text() const;
    void clear();
    void focusText();

signals:
    void sent(const QString &question);
    void stopClicked();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void send();
    void grow();
    void showButton();

    QPlainTextEdit *m_edit;
    QToolButton *m_scope;
    QToolButton *m_button;
    bool m_answering = false;
};

} // namespace ui
