#include "ui/reader/reader_pane.h"

#include "ui/reader/page_view.h"
#include "ui/shared/convert.h"
#include "ui/shared/error_text.h"
#include "ui/shared/icons.h"
#include "ui/shared/mirrored.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace ui {

namespace {

constexpr double kPixelsPerPoint = 96.0 / 72.0;
constexpr double kZoomStep = 1.15;
constexpr qsizetype kQuoteShown = 280; ///< characters

} // namespace

ReaderPane::ReaderPane(Workers &workers, QWidget *parent)
    : QWidget(parent)
    , m_workers(workers)
    , m_title(new QLabel(this))
    , m_quote(new QLabel(this))
    , m_note(new QWidget(this))
    , m_noteText(new QLabel(m_note))
    , m_notePassword(new QPushButton(tr("Enter its password…"), m_note))
    , m_pageEdit(new QLineEdit(this))
    , m_pageCount(new QLabel(this))
    , m_zoomText(new QLabel(this))
    , m_view(new PageView(this))
{
    setObjectName(QStringLiteral("readerPane"));
    setMinimumWidth(260);
    buildBars();
    connect(m_view, &PageView::zoomWanted, this, &ReaderPane::zoom);
    connect(m_view, &PageView::pageWanted, this, &ReaderPane::turn);
    m_resizeTimer.setSingleShot(true);
    m_resizeTimer.setInterval(120);
    connect(&m_resizeTimer, &QTimer::timeout, this, &ReaderPane::request);
    connect(m_view, &PageView::resized, this, [this] {
        if (m_fitWidth) {
            m_resizeTimer.start();
        }
    });
    connect(&workers.pages(), &PageRenderer::rendered, this, &ReaderPane::rendered);
    connect(&workers.pages(), &PageRenderer::failed, this,
            [this](quint64 number, rag::DocumentId, const engine::Error &error) { failed(number, error); });
}

void ReaderPane::buildBars()
{
    m_title->setObjectName(QStringLiteral("heading"));
    m_title->setTextFormat(Qt::PlainText);
    // A label would lay a Latin name at the left of a mirrored pane.
    m_title->setAlignment(Qt::AlignAbsolute | Qt::AlignVCenter |
                          (isRightToLeft() ? Qt::AlignRight : Qt::AlignLeft));
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto *close = makeButton("closeReader", int(Icon::Close), tr("Close the page"));
    connect(close, &QToolButton::clicked, this, &ReaderPane::closed);
    auto *top = new QHBoxLayout;
    top->setContentsMargins(mirrored({12, 6, 6, 0}, *this));
    top->addWidget(m_title, 1);
    top->addWidget(close);

    m_previous = makeButton("previousPage", int(Icon::Previous), tr("Previous page"));
    m_next = makeButton("nextPage", int(Icon::Next), tr("Next page"));
    auto *smaller = makeButton("zoomOut", int(Icon::ZoomOut), tr("Smaller"));
    auto *larger = makeButton("zoomIn", int(Icon::ZoomIn), tr("Larger"));
    auto *fit = makeButton("fitWidth", int(Icon::FitWidth), tr("Fit the width"));
    connect(m_previous, &QToolButton::clicked, this, [this] { turn(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { turn(1); });
    connect(smaller, &QToolButton::clicked, this, [this] { zoom(-1); });
    connect(larger, &QToolButton::clicked, this, [this] { zoom(1); });
    connect(fit, &QToolButton::clicked, this, &ReaderPane::fitWidth);
    m_pageEdit->setObjectName(QStringLiteral("pageNumber"));
    m_pageEdit->setAccessibleName(tr("Page number"));
    m_pageEdit->setAlignment(Qt::AlignCenter);
    m_pageEdit->setAcceptDrops(false);
    m_pageEdit->setFixedWidth(m_pageEdit->fontMetrics().horizontalAdvance(QStringLiteral("00000")) + 18);
    connect(m_pageEdit, &QLineEdit::returnPressed, this, [this] {
        bool valid = false;
        const int page = QLocale().toInt(m_pageEdit->text(), &valid);
        const int latin = m_pageEdit->text().toInt();
        goTo((valid ? page : latin) - 1);
    });
    m_pageCount->setObjectName(QStringLiteral("faint"));
    m_zoomText->setObjectName(QStringLiteral("faint"));
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(8, 0, 8, 2);
    bar->setSpacing(2);
    bar->addWidget(m_previous);
    bar->addWidget(m_pageEdit);
    bar->addWidget(m_pageCount);
    bar->addWidget(m_next);
    bar->addStretch(1);
    bar->addWidget(m_zoomText);
    bar->addWidget(smaller);
    bar->addWidget(larger);
    bar->addWidget(fit);

    m_quote->setObjectName(QStringLiteral("quote"));
    m_quote->setTextFormat(Qt::PlainText);
    m_quote->setWordWrap(true);
    m_quote->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_quote->setAccessibleName(tr("Cited words"));
    auto *quoteRow = new QHBoxLayout;
    quoteRow->setContentsMargins(10, 2, 10, 6);
    quoteRow->addWidget(m_quote);

    m_noteText->setObjectName(QStringLiteral("readerNote"));
    m_noteText->setTextFormat(Qt::PlainText);
    m_noteText->setWordWrap(true);
    m_noteText->setAlignment(Qt::AlignCenter);
    connect(m_notePassword, &QPushButton::clicked, this, [this] { emit passwordWanted(m_wanted.path); });
    auto *noteColumn = new QVBoxLayout(m_note);
    noteColumn->setContentsMargins(24, 24, 24, 24);
    noteColumn->addWidget(m_noteText);
    noteColumn->addWidget(m_notePassword, 0, Qt::AlignHCenter);
    noteColumn->addStretch(1);
    m_note->hide();

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addLayout(top);
    column->addLayout(bar);
    column->addLayout(quoteRow);
    column->addWidget(m_note);
    column->addWidget(m_view, 1);
}

QToolButton *ReaderPane::makeButton(const char *name, int which, const QString &text)
{
    auto *button = new QToolButton(this);
    button->setObjectName(QLatin1String(name));
    button->setIcon(icon(Icon(which)));
    button->setAutoRaise(true);
    button->setToolTip(text);
    button->setAccessibleName(text);
    return button;
}

void ReaderPane::openCitation(const rag::Citation &citation, const PageRequest &file)
{
    openPage(toQString(citation.documentName), citation.page, file);
    m_citation = citation;
    m_goToBoxes = true;
    showPlace();
}

void ReaderPane::openPage(const QString &name, int page, const PageRequest &file)
{
    if (file.path != m_wanted.path) {
        m_view->clear();
        m_pages = 0;
    }
    m_name = name;
    m_citation = {};
    m_goToBoxes = true;
    const quint64 number = m_wanted.number;
    m_wanted = file;
    m_wanted.number = number + 1; // a picture that is still on its way is of another page
    m_wanted.page = std::max(0, page);
    showPlace();
    if (file.path.isEmpty()) {
        m_view->clear();
        showNote(tr("“%1” is no longer in the library. These are the words that were cited.").arg(name),
                 false);
        return;
    }
    // After the layout has given the pane its width.
    QTimer::singleShot(0, this, &ReaderPane::request);
}

void ReaderPane::reload(const PageRequest &file)
{
    m_wanted.password = file.password;
    request();
}

void ReaderPane::close()
{
    m_workers.pages().cancelBefore(++m_wanted.number);
    m_wanted.path.clear();
    m_view->clear();
}

void ReaderPane::turn(int step)
{
    goTo(m_wanted.page + step);
}

void ReaderPane::goTo(int page)
{
    const int last = std::max(0, m_pages - 1);
    const int next = std::clamp(page, 0, last);
    if (next != m_wanted.page && !m_wanted.path.isEmpty()) {
        m_wanted.page = next;
        m_goToBoxes = true;
        request();
    }
    showPlace();
}

void ReaderPane::zoom(int steps)
{
    m_fitWidth = false;
    m_zoom = std::clamp(m_zoom * std::pow(kZoomStep, steps), 0.25, 5.0);
    request();
}

void ReaderPane::fitWidth()
{
    m_fitWidth = true;
    request();
}

void ReaderPane::request()
{
    if (m_wanted.path.isEmpty() || !isVisible()) {
        return;
    }
    ++m_wanted.number;
    m_wanted.fitWidth = m_fitWidth ? m_view->widthForPage() : 0;
    m_wanted.pixelsPerPoint = m_zoom * kPixelsPerPoint * devicePixelRatioF();
    m_workers.pages().cancelBefore(m_wanted.number);
    post(m_workers.pages(), [worker = &m_workers.pages(), request = m_wanted] { worker->render(request); });
}

void ReaderPane::rendered(const RenderedPage &page)
{
    if (page.number != m_wanted.number) {
        return;
    }
    m_note->hide();
    m_view->setVisible(true);
    m_pages = page.pages;
    m_wanted.page = page.page;
    if (m_fitWidth && page.points.width() > 0) {
        m_zoom = page.image.width() / page.points.width() / kPixelsPerPoint / devicePixelRatioF();
    }
    const bool cited = m_citation.document == page.document && m_citation.page == page.page;
    m_view->show(page, cited ? m_citation.boxes : std::vector<rag::Box>(), m_goToBoxes);
    m_goToBoxes = false;
    showPlace();
}

void ReaderPane::failed(quint64 number, const engine::Error &error)
{
    if (number != m_wanted.number) {
        return;
    }
    const ErrorText text = errorText(error, Doing::ShowPage, m_name);
    showNote(text.what + QLatin1Char('\n') + text.todo, text.remedy == Remedy::EnterPassword);
}

void ReaderPane::showPlace()
{
    m_title->setText(m_name);
    m_title->setToolTip(asToolTip(m_name));
    m_pageEdit->setText(QLocale().toString(m_wanted.page + 1));
    m_pageCount->setText(m_pages > 0 ? tr("of %1").arg(QLocale().toString(m_pages)) : QString());
    m_previous->setEnabled(m_wanted.page > 0);
    m_next->setEnabled(m_wanted.page + 1 < m_pages);
    m_zoomText->setText(QLocale().toString(int(std::lround(m_zoom * 100))) + QLocale().percent());
    QString quote = toQString(m_citation.quote).simplified();
    if (quote.size() > kQuoteShown) {
        quote = quote.left(kQuoteShown) + QChar(0x2026);
    }
    m_quote->setText(quote);
    m_quote->setAlignment(Qt::AlignVCenter | Qt::AlignAbsolute |
                          (quote.isRightToLeft() ? Qt::AlignRight : Qt::AlignLeft));
    m_quote->setVisible(!quote.isEmpty() && m_citation.page == m_wanted.page);
}

void ReaderPane::showNote(const QString &text, bool needsPassword)
{
    m_noteText->setText(text);
    m_notePassword->setVisible(needsPassword);
    m_note->show();
    m_view->setVisible(false);
}

} // namespace ui
