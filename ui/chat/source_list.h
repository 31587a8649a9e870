#pragma once

#include "rag/types.h"

#include <QAbstractButton>
#include <QWidget>

#include <vector>

class QVBoxLayout;

namespace ui {

/// One place in a document: its number, document, page, the first lines of its text, and a line more.
class SourceCard final : public QAbstractButton
{
    Q_OBJECT

public:
    /// @param mark  "1"; empty: none
    SourceCard(const QString &mark, const QString &title, const QString &quote, QWidget *parent = nullptr,
               const QString &detail = {});

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void drawQuote(QPainter &painter, const QRect &area) const;

    QString m_mark;
    QString m_title;
    QString m_quote;
    QString m_detail;
    int m_quoteLines = 1; ///< that it takes in this width
};

/// What an answer rests on: the places it cites; or, where it found nothing, the passages that came nearest.
class SourceList final : public QWidget
{
    Q_OBJECT

public:
    explicit SourceList(QWidget *parent = nullptr);

    void setSources(const std::vector<rag::Citation> &citations, const std::vector<rag::Passage> &nearest);

signals:
    void citationClicked(const rag::Citation &citation);
    void passageClicked(const rag::Passage &passage);

private:
    QVBoxLayout *m_layout;
};

/// "report.pdf · page 12", with the page as printed where that differs.
QString placeText(const QString &document, int page, const QString &pageLabel);

} // namespace ui
