#include "ui/chat/scope_menu.h"

#include "ui/shared/icons.h"

#include <algorithm>

namespace ui {

namespace {

constexpr qsizetype kNameShown = 48;

/// A name as a menu shows it: short, and without a shortcut of its own.
QString asItem(QString name)
{
    if (name.size() > kNameShown) {
        name = name.left(kNameShown) + QChar(0x2026);
    }
    return name.replace(QLatin1Char('&'), QStringLiteral("&&"));
}

std::vector<rag::DocumentId> sorted(std::vector<rag::DocumentId> ids)
{
    std::sort(ids.begin(), ids.end());
    return ids;
}

} // namespace

ScopeMenu::ScopeMenu(AskScope &scope, QWidget *parent)
    : QMenu(parent)
    , m_scope(scope)
{
    setObjectName(QStringLiteral("scopeMenu"));
    connect(this, &QMenu::aboutToShow, this, &ScopeMenu::fill);
}

void ScopeMenu::setOpenDocument(rag::DocumentId id, const QString &name)
{
    m_open = id;
    m_openName = name;
}

void ScopeMenu::fill()
{
    clear();
    const rag::Document *only = m_scope.only();
    connect(addChoice(tr("The whole library"),
                      m_scope.documents().empty() && m_scope.firstPage() == 0 && m_scope.lastPage() < 0),
            &QAction::triggered, this, [this] { m_scope.askAll(); });
    if (m_open != 0) {
        connect(addChoice(tr("Only the open document: %1").arg(asItem(m_openName)),
                          only && only->id == m_open && !m_scope.documents().empty()),
                &QAction::triggered, this, [this, id = m_open] { m_scope.ask({id}); });
    }
    QAction *pages =
        addAction(ui::icon(Icon::Document), tr("Only some pages…"), this, &ScopeMenu::pagesWanted);
    pages->setObjectName(QStringLiteral("scopePages"));
    pages->setEnabled(only && only->pages > 1);
    if (!pages->isEnabled()) {
        pages->setText(tr("Only some pages (tick one document first)"));
    }
    addCollections();
}

void ScopeMenu::addCollections()
{
    addSection(tr("Collections"));
    const auto asked = sorted(m_scope.documents());
    for (const auto &collection : m_collections) {
        QAction *choice = addChoice(tr("%1 (%Ln document(s))", nullptr, int(collection.documents.size()))
                                        .arg(asItem(collection.name)),
                                    !asked.empty() && asked == sorted(collection.documents));
        choice->setEnabled(!collection.documents.empty()); // empty would mean all
        connect(choice, &QAction::triggered, this, [this, ids = collection.documents] { m_scope.ask(ids); });
    }
    QAction *save = addAction(ui::icon(Icon::Add), tr("Keep the ticked documents as a collection…"), this,
                              &ScopeMenu::saveWanted);
    save->setObjectName(QStringLiteral("scopeSave"));
    save->setEnabled(!asked.empty());
    if (!m_collections.empty()) {
        QMenu *remove = addMenu(ui::icon(Icon::Trash), tr("Forget a collection"));
        for (const auto &collection : m_collections) {
            remove->addAction(asItem(collection.name), this,
                              [this, collection] { emit removeWanted(collection); });
        }
    }
}

QAction *ScopeMenu::addChoice(const QString &text, bool chosen)
{
    QAction *action = addAction(text);
    action->setCheckable(true);
    action->setChecked(chosen);
    return action;
}

} // namespace ui
