#pragma once

#include <QTextBrowser>

#include <memory>

namespace ui {

/// Text as tall as its content, without scroll bars of its own. It can be selected, its links can be reached
/// by keyboard; a click on a link is only reported.
class TextView final : public QTextBrowser
{
    Q_OBJECT

public:
    explicit TextView(QWidget *parent = nullptr);

    void show(std::unique_ptr<QTextDocument> document);
    bool hasSelection() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

    bool hasHeightForWidth() const override { return true; }

    int heightForWidth(int width) const override;

protected:
    void resizeEvent(QResizeEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    QVariant loadResource(int type, const QUrl &name) override;

private:
    void fitHeight();

    int m_naturalWidth = 0; ///< that the text takes where nothing makes it wrap
};

} // namespace ui
