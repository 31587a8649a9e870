#include "ui/library/library_view.h"

#include "ui/library/document_delegate.h"
#include "ui/shared/check_box.h"
#include "ui/shared/convert.h"
#include "ui/shared/icons.h"
#include "ui/shared/mirrored.h"

#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

namespace ui {

LibraryView::LibraryView(DocumentModel &model, const QList<QAction *> &addActions, QWidget *parent)
    : QWidget(parent)
    , m_model(model)
    , m_header(new QWidget(this))
    , m_all(new CheckBox(tr("Ask all"), m_header))
    , m_list(new QListView(this))
    , m_empty(new QLabel(tr("No documents yet. Drop PDFs anywhere in this window, or press +."), this))
{
    setObjectName(QStringLiteral("libraryView"));
    buildHeader(addActions);
    m_list->setObjectName(QStringLiteral("documents"));
    m_list->setAccessibleName(tr("Documents"));
    m_list->setModel(&model);
    m_list->setItemDelegate(new DocumentDelegate(this));
    m_list->setMouseTracking(true);
    m_list->setUniformItemSizes(true);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_list->installEventFilter(this);
    connect(m_list, &QListView::customContextMenuRequested, this, &LibraryView::showMenu);
    connect(m_list, &QListView::activated, this, [this](const QModelIndex &index) {
        emit openWanted(index.data(DocumentModel::IdRole).toLongLong());
    });
    m_empty->setObjectName(QStringLiteral("faint"));
    m_empty->setWordWrap(true);
    m_empty->setContentsMargins(14, 4, 14, 4);
    m_empty->setAlignment(Qt::AlignTop | Qt::AlignLeading);

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 6, 0, 0);
    column->setSpacing(4);
    column->addWidget(m_header);
    column->addWidget(m_empty, 1);
    column->addWidget(m_list, 1);
    connect(&model, &DocumentModel::scopeChanged, this, &LibraryView::scopeChanged);
    connect(&model, &QAbstractItemModel::rowsInserted, this, &LibraryView::scopeChanged);
    connect(&model, &QAbstractItemModel::rowsRemoved, this, &LibraryView::scopeChanged);
    scopeChanged();
}

void LibraryView::buildHeader(const QList<QAction *> &addActions)
{
    auto *title = new QLabel(tr("Library"), m_header);
    title->setObjectName(QStringLiteral("heading"));
    m_all->setObjectName(QStringLiteral("askAll"));
    m_all->setToolTip(tr("Ask every document of the library"));
    connect(m_all, &CheckBox::clicked, this, [this] {
        m_all->setCheckState(Qt::Checked);
        m_model.setScope({});
    });
    auto *add = new QToolButton(m_header);
    add->setObjectName(QStringLiteral("add"));
    add->setIcon(icon(Icon::Add));
    add->setToolTip(tr("Add documents"));
    add->setAccessibleName(tr("Add documents"));
    add->setPopupMode(QToolButton::InstantPopup);
    add->addActions(addActions);

    auto *row = new QHBoxLayout(m_header);
    row->setContentsMargins(mirrored({12, 2, 8, 2}, *this));
    row->addWidget(title);
    row->addStretch(1);
    row->addWidget(m_all);
    row->addWidget(add);
}

void LibraryView::showMenu(const QPoint &where)
{
    const QModelIndex index = m_list->indexAt(where);
    if (!index.isValid()) {
        return;
    }
    m_list->setCurrentIndex(index);
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("documentMenu"));
    fillMenu(*menu, index.row());
    menu->popup(m_list->viewport()->mapToGlobal(where));
}

void LibraryView::fillMenu(QMenu &menu, int row)
{
    const DocumentModel::Row &document = *m_model.row(row);
    const rag::DocumentId id = document.document.id;
    if (id != 0) {
        menu.addAction(icon(Icon::Reader), tr("Show its pages"), this, [this, id] { emit openWanted(id); });
        menu.addAction(icon(Icon::Search), tr("Ask only this one"), this,
                       [this, id] { m_model.setScope({id}); });
        if (document.document.pagesDone > 0) {
            addTasks(menu, document.document);
            menu.addAction(icon(Icon::Report), tr("How it was read…"), this,
                           [this, id] { emit reportWanted(id); })
                ->setObjectName(QStringLiteral("report"));
        }
        menu.addSeparator();
    }
    addJob(menu, row);
}

/// Work on the document as a whole.
void LibraryView::addTasks(QMenu &menu, const rag::Document &document)
{
    menu.addSeparator();
    const rag::DocumentId id = document.id;
    menu.addAction(icon(Icon::Quote), tr("Summarize"), this,
                   [this, id] { emit taskWanted(rag::TaskKind::Summary, {id}); });
    menu.addAction(icon(Icon::List), tr("Outline"), this,
                   [this, id] { emit taskWanted(rag::TaskKind::Outline, {id}); });
    menu.addAction(icon(Icon::Search), tr("List every…"), this, [this, id] { emit listWanted(id); });
    auto *compare = menu.addMenu(icon(Icon::Compare), tr("Compare with"));
    for (int i = 0; i < m_model.rowCount(); ++i) {
        const rag::Document &other = m_model.row(i)->document;
        if (other.id != 0 && other.id != id && other.pagesDone > 0) {
            compare->addAction(toQString(other.name).replace(QLatin1Char('&'), QStringLiteral("&&")), this,
                               [this, id, with = other.id] {
                                   emit taskWanted(rag::TaskKind::Comparison, {id, with});
                               });
        }
    }
    compare->setEnabled(!compare->isEmpty());
    menu.addSeparator();
}

/// What can be done about reading it, and removal.
void LibraryView::addJob(QMenu &menu, int row)
{
    const DocumentModel::Row &document = *m_model.row(row);
    // The row may have moved by the time a line is chosen: it is looked up again.
    const auto rowNow = [index = QPersistentModelIndex(m_model.index(row))] { return index.row(); };
    if (document.job != 0) {
        menu.addAction(icon(Icon::Stop), tr("Stop reading"), this,
                       [this, rowNow] { emit stopWanted(rowNow()); });
    } else if (document.document.state == rag::DocumentState::NeedsPassword) {
        menu.addAction(icon(Icon::Lock), tr("Enter its password…"), this,
                       [this, rowNow] { emit retryWanted(rowNow()); });
    } else if (document.document.state == rag::DocumentState::Ingesting ||
               document.document.state == rag::DocumentState::Waiting) {
        menu.addAction(icon(Icon::Redo), tr("Go on reading"), this,
                       [this, rowNow] { emit retryWanted(rowNow()); });
    } else if (document.document.state == rag::DocumentState::Failed) {
        menu.addAction(icon(Icon::Redo), tr("Try again"), this,
                       [this, rowNow] { emit retryWanted(rowNow()); });
    }
    menu.addAction(icon(Icon::Trash), tr("Remove from the library…"), this,
                   [this, rowNow] { emit removeWanted(rowNow()); });
}

void LibraryView::scopeChanged()
{
    const int rows = m_model.rowCount();
    const int asked = m_model.countInScope();
    m_all->setVisible(rows > 1);
    m_all->setCheckState(m_model.scope().empty() && asked > 0 ? Qt::Checked
                         : asked > 0                          ? Qt::PartiallyChecked
                                                              : Qt::Unchecked);
    m_empty->setVisible(rows == 0);
    m_list->setVisible(rows > 0);
}

bool LibraryView::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_list && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->matches(QKeySequence::Delete) && m_list->currentIndex().isValid()) {
            emit removeWanted(m_list->currentIndex().row());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace ui
