#include "ui/chat/answer_foot.h"

#include "ui/chat/answer_wishes.h"
#include "ui/chat/glass_box.h"
#include "ui/chat/scan_view.h"
#include "ui/chat/source_list.h"
#include "ui/chat/suggestion_row.h"
#include "ui/chat/verdict_marks.h"
#include "ui/shared/convert.h"
#include "ui/shared/icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui {

namespace {

constexpr std::size_t kNearest = 3; ///< passages shown when there is no answer

bool isWriting(const ChatMessage &message)
{
    return message.message.state == rag::MessageState::Streaming;
}

bool showsNearest(const ChatMessage &message)
{
    return !isWriting(message) && message.message.abstained && !message.details.passages.empty();
}

QString writingText(const ChatMessage &message)
{
    if (message.pagesToCover > 0) {
        return message.coveredPages < message.pagesToCover
                   ? AnswerFoot::tr("Reading everything: %1 of %Ln page(s)…", nullptr, message.pagesToCover)
                         .arg(QLocale().toString(message.coveredPages))
                   : AnswerFoot::tr("Read %Ln page(s). Putting it together…", nullptr, message.pagesToCover);
    }
    if (!message.message.text.empty() || message.thinking) {
        return {};
    }
    return message.details.passages.empty()
               ? AnswerFoot::tr("Searching the documents…")
               : AnswerFoot::tr("Reading %Ln passage(s)…", nullptr, int(message.details.passages.size()));
}

QString stateText(const ChatMessage &message)
{
    switch (message.message.state) {
    case rag::MessageState::Streaming:
        return writingText(message);
    case rag::MessageState::Stopped:
        return AnswerFoot::tr("Stopped.");
    case rag::MessageState::BrokenOff:
        return AnswerFoot::tr("Broken off when the program ended.");
    case rag::MessageState::Failed:
        return AnswerFoot::tr("No answer could be made.");
    case rag::MessageState::Complete:
        return showsNearest(message) ? AnswerFoot::tr("These passages came nearest:") : QString();
    }
    return {};
}

QLabel *faintLabel(const char *name, QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setProperty("faint", true);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

} // namespace

AnswerFoot::AnswerFoot(AnswerWishes &wishes, QWidget *parent)
    : QWidget(parent)
    , m_wishes(wishes)
    , m_state(faintLabel("answerState", this))
    , m_meter(new QProgressBar(this))
    , m_legend(faintLabel("verdictLegend", this))
    , m_scan(new ScanView(this))
    , m_sources(new SourceList(this))
    , m_glass(new GlassBox(wishes, this))
    , m_suggestions(new SuggestionRow(this))
{
    m_meter->setObjectName(QStringLiteral("coverage"));
    m_meter->setTextVisible(false);
    m_meter->setFixedHeight(5);
    m_meter->setAccessibleName(tr("Pages read"));
    m_meter->hide();
    m_sources->hide();
    m_buttons = buildButtons();

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    for (QWidget *part :
         {static_cast<QWidget *>(m_legend), static_cast<QWidget *>(m_scan), static_cast<QWidget *>(m_state),
          static_cast<QWidget *>(m_meter), static_cast<QWidget *>(m_sources), static_cast<QWidget *>(m_glass),
          m_buttons, static_cast<QWidget *>(m_suggestions)}) {
        column->addWidget(part);
    }
    connect(m_scan, &ScanView::pageClicked, &wishes, &AnswerWishes::page);
    connect(m_sources, &SourceList::citationClicked, &wishes, &AnswerWishes::citation);
    connect(m_sources, &SourceList::passageClicked, &wishes, &AnswerWishes::passage);
    connect(m_suggestions, &SuggestionRow::chosen, &wishes, &AnswerWishes::ask);
}

QWidget *AnswerFoot::buildButtons()
{
    auto *buttons = new QWidget(this);
    auto *copy = makeButton("copyAnswer", int(Icon::Copy), tr("Copy the answer"));
    connect(copy, &QToolButton::clicked, this, &AnswerFoot::copyClicked);
    m_again = makeButton("regenerate", int(Icon::Redo), tr("Answer again"));
    connect(m_again, &QToolButton::clicked, &m_wishes, &AnswerWishes::again);
    m_facts = faintLabel("answerFacts", buttons);
    m_facts->setWordWrap(false);
    auto *row = new QHBoxLayout(buttons);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    row->addWidget(copy);
    row->addWidget(m_again);
    row->addSpacing(6);
    row->addWidget(m_facts);
    row->addStretch(1);
    return buttons;
}

QToolButton *AnswerFoot::makeButton(const char *name, int which, const QString &text)
{
    auto *button = new QToolButton(this);
    button->setObjectName(QLatin1String(name));
    button->setIcon(icon(Icon(which)));
    button->setAutoRaise(true);
    button->setToolTip(text);
    button->setAccessibleName(text);
    return button;
}

void AnswerFoot::setMessage(const ChatMessage &message, bool isLast)
{
    showState(message);
    m_scan->setMessage(message);
    showSources(message);
    m_glass->setMessage(message);
    m_buttons->setVisible(!isWriting(message));
    m_again->setVisible(isLast);
    showFacts(message);
    m_suggestions->setSuggestions(isLast && !isWriting(message) ? message.suggestions : QStringList());
}

void AnswerFoot::showState(const ChatMessage &message)
{
    const QString state = stateText(message);
    m_state->setText(state);
    m_state->setVisible(!state.isEmpty());
    m_meter->setVisible(isWriting(message) && message.pagesToCover > 0);
    m_meter->setMaximum(std::max(1, message.pagesToCover));
    m_meter->setValue(message.coveredPages);
    const QString legend = isWriting(message) ? QString() : verdictLegend(message.details.sentences);
    m_legend->setText(legend);
    m_legend->setVisible(!legend.isEmpty());
}

void AnswerFoot::showSources(const ChatMessage &message)
{
    const auto &citations = message.message.citations;
    const bool nearest = showsNearest(message);
    if (citations.size() == m_sourcesShown && nearest == m_nearestShown) {
        return;
    }
    m_sourcesShown = citations.size();
    m_nearestShown = nearest;
    std::vector<rag::Passage> passages = nearest ? message.details.passages : std::vector<rag::Passage>();
    passages.resize(std::min(passages.size(), kNearest));
    m_sources->setSources(citations, passages);
}

void AnswerFoot::showFacts(const ChatMessage &message)
{
    QStringList facts;
    if (!message.message.model.empty()) {
        facts << toQString(message.message.model);
    }
    if (message.message.tokensPerSecond > 0) {
        facts << tr("%1 tokens/s").arg(QLocale().toString(message.message.tokensPerSecond, 'f', 1));
    }
    const rag::AnswerSeconds &times = message.details.seconds;
    if (const double seconds = times.retrieve + times.prefill + times.decode; seconds > 0) {
        facts << tr("%1 s").arg(QLocale().toString(seconds, 'f', 1));
    }
    m_facts->setText(facts.join(QStringLiteral(" · ")));
}

} // namespace ui
