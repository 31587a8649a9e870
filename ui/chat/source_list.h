#pragma once

#include "rag/types.h"

#include <QAbstractButton>
#include <QWidget>

#include <vector>

class QToolButton;
class QVBoxLayout;

namespace ui {

/// One place in a document: its number, document, page, and the first lines of its text.
class SourceCard final : public QAbstractButton
{
    Q_OBJECT

public:
    /// @param mark  "1"; empty: none
    SourceCard(const QString &mark, const QString &title, const QString &quote, QWidget *parent = nullptr);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void drawQuote(QPainter &painter, const QRect &area) const;

    QString m_mark;
    QString m_title;
    QString m_quote;
    int m_quoteLines = 1; ///< that it takes in this width
};

/// What an answer rests on: the places it cites, and below, folded away, all passages that were read for it.
class SourceList final : public QWidget
{
    Q_OBJECT

public:
    explicit SourceList(QWidget *parent = nullptr);

    /// @param unfolded  show the passages at once: the answer said that it found nothing
    void setSources(const std::vector<rag::Citation> &citations, const std::vector<rag::Passage> &passages,
                    bool unfolded);

signals:
    void citationClicked(const rag::Citation &citation);
    void passageClicked(const rag::Passage &passage);

private:
    void addCitations(const std::vector<rag::Citation> &citations);
    void addPassages(const std::vector<rag::Passage> &passages, bool unfolded);

    QVBoxLayout *m_layout;
};

/// "report.pdf · page 12", with the page as printed where that differs.
QString placeText(const QString &document, int page, const QString &pageLabel);

} // namespace ui
