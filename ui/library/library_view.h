#pragma once

#include "ui/library/document_model.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QListView;
class QMenu;

namespace ui {

/// The list of documents, with what can be done to each.
class LibraryView final : public QWidget
{
    Q_OBJECT

public:
    /// @param addActions  for the button at the top
    LibraryView(DocumentModel &model, const QList<QAction *> &addActions, QWidget *parent = nullptr);

signals:
    void openWanted(rag::DocumentId document);
    void retryWanted(int row);
    void stopWanted(int row);
    void removeWanted(int row);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void buildHeader(const QList<QAction *> &addActions);
    void showMenu(const QPoint &where);
    void fillMenu(QMenu &menu, int row);
    void scopeChanged();

    DocumentModel &m_model;
    QWidget *m_header;
    QCheckBox *m_all;
    QListView *m_list;
    QLabel *m_empty;
};

} // namespace ui
