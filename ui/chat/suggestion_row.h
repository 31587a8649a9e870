#pragma once

#include <QStringList>
#include <QWidget>

class QVBoxLayout;

namespace ui {

/// Questions to go on with, each a small button.
class SuggestionRow final : public QWidget
{
    Q_OBJECT

public:
    explicit SuggestionRow(QWidget *parent = nullptr);

    void setSuggestions(const QStringList &questions);

signals:
    void chosen(const QString &question);

private:
    QVBoxLayout *m_column;
    QStringList m_shown;
};

} // namespace ui
