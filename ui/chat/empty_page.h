#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace ui {

/// Stands where the conversation will be, and says what to do first.
class EmptyPage final : public QWidget
{
    Q_OBJECT

public:
    explicit EmptyPage(QWidget *parent = nullptr);

    /// @param documents  in the library
    void setDocuments(int documents);

signals:
    void addClicked();

private:
    QLabel *m_title;
    QLabel *m_text;
    QPushButton *m_add;
};

} // namespace ui
