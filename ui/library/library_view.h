#pragma once

#include "rag/tasks/task.h"
#include "ui/library/document_model.h"

#include <QWidget>

class QLabel;
class QListView;
class QMenu;

namespace ui {

class CheckBox;

/// The list of documents, with what can be done to each.
class LibraryView final : public QWidget
{
    Q_OBJECT

public:
    /// @param addActions  for the button at the top
    LibraryView(DocumentModel &model, const QList<QAction *> &addActions, QWidget *parent = nullptr);

signals:
    void openWanted(rag::DocumentId document);
    void reportWanted(rag::DocumentId document);
    void listWanted(rag::DocumentId document);
    void taskWanted(rag::TaskKind kind, const std::vector<rag::DocumentId> &documents);
    void retryWanted(int row);
    void stopWanted(int row);
    void removeWanted(int row);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void buildHeader(const QList<QAction *> &addActions);
    void showMenu(const QPoint &where);
    void fillMenu(QMenu &menu, int row);
    void addTasks(QMenu &menu, const rag::Document &document);
    void addJob(QMenu &menu, int row);
    void scopeChanged();

    DocumentModel &m_model;
    QWidget *m_header;
    CheckBox *m_all;
    QListView *m_list;
    QLabel *m_empty;
};

} // namespace ui
