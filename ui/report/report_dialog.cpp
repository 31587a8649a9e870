#include "ui/report/report_dialog.h"

#include "ui/report/page_strip.h"
#include "ui/report/report_text.h"

#include <QDialogButtonBox>
#include <QFont>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QPixmap>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace ui {

namespace {

constexpr int kPageRole = Qt::UserRole;
constexpr int kSign = 14;

QIcon gradeIcon(rag::PageGrade grade, qreal ratio)
{
    QPixmap picture(QSize(kSign, kSign) * ratio);
    picture.setDevicePixelRatio(ratio);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    paintGrade(painter, {0, 0, kSign, kSign}, grade);
    return QIcon(picture);
}

} // namespace

ReportDialog::ReportDialog(rag::DocumentId document, const QString &name, QWidget *parent)
    : QDialog(parent)
    , m_document(document)
    , m_summary(new QLabel(tr("Reading the report…"), this))
    , m_scroll(new QScrollArea(this))
    , m_strip(new PageStrip(this))
    , m_list(new QListWidget(this))
{
    setObjectName(QStringLiteral("reportDialog"));
    setWindowTitle(tr("How “%1” was read").arg(name));
    setAttribute(Qt::WA_DeleteOnClose);
    m_summary->setObjectName(QStringLiteral("reportSummary"));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    connect(m_strip, &PageStrip::chosen, this, [this](int page) { emit pageWanted(m_document, page); });

    m_scroll->setObjectName(QStringLiteral("pageStripScroll"));
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(m_strip);
    m_scroll->setMinimumHeight(32);

    m_list->setObjectName(QStringLiteral("reportPages"));
    m_list->setAccessibleName(tr("Pages worth a look"));
    m_list->setWordWrap(true);
    m_list->setIconSize({kSign, kSign});
    m_list->setUniformItemSizes(false);
    const auto open = [this](const QListWidgetItem *item) {
        emit pageWanted(m_document, item->data(kPageRole).toInt());
    };
    connect(m_list, &QListWidget::itemClicked, this, open);
    connect(m_list, &QListWidget::itemActivated, this, open);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    buttons->button(QDialogButtonBox::Close)->setText(tr("Close"));
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(12);
    column->addWidget(m_summary);
    column->addWidget(m_scroll, 2);
    column->addWidget(m_list, 3);
    column->addWidget(buttons);
    resize(560, 520);
}

void ReportDialog::setReport(const ReadingReport &report)
{
    m_summary->setText(report.pages.empty() ? tr("No page of it has been read yet.")
                                            : summaryText(report.pages));
    m_strip->setPages(report.pages);
    m_scroll->setMaximumHeight(std::max(m_scroll->minimumHeight(), m_strip->sizeHint().height() + kSign));
    list(report.pages);
}

void ReportDialog::list(const std::vector<rag::PageReport> &pages)
{
    std::vector<const rag::PageReport *> worth;
    for (const auto &page : pages) {
        if (!page.reasons.empty()) {
            worth.push_back(&page);
        }
    }
    std::stable_sort(worth.begin(), worth.end(),
                     [](const auto *a, const auto *b) { return a->grade > b->grade; });
    m_list->clear();
    const QIcon signs[] = {gradeIcon(rag::PageGrade::Green, devicePixelRatioF()),
                           gradeIcon(rag::PageGrade::Amber, devicePixelRatioF()),
                           gradeIcon(rag::PageGrade::Red, devicePixelRatioF())};
    for (const auto *page : worth) {
        auto *item = new QListWidgetItem(
            signs[std::size_t(page->grade)],
            tr("%1: %2", "page and what is to be said of it").arg(pageTitle(*page), reasonsText(*page)),
            m_list);
        item->setData(kPageRole, page->page);
    }
    m_list->setVisible(!worth.empty());
}

} // namespace ui
