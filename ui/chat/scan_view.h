#pragma once

#include "ui/chat/chat_message.h"

#include <QLabel>

namespace ui {

/// What a look at every page found before it was said that something is not there: how many pages, and for
/// each key term the pages that hold it, as links.
class ScanView final : public QLabel
{
    Q_OBJECT

public:
    explicit ScanView(QWidget *parent = nullptr);

    void setMessage(const ChatMessage &message);

signals:
    void pageClicked(rag::DocumentId document, int page);

private:
    void open(const QString &link);
};

/// HTML with links "page:DOCUMENT:PAGE"; what is not ours in it is escaped.
QString scanText(const rag::ScopeScan &scan, const std::map<rag::DocumentId, QString> &documents);

} // namespace ui
