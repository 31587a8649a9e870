#include "ui/chat/glass_box.h"

#include "ui/chat/answer_wishes.h"
#include "ui/chat/source_list.h"
#include "ui/shared/convert.h"
#include "ui/shared/fold.h"

#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>

namespace ui {

namespace {

QString seconds(double value)
{
    return GlassBox::tr("%1 s").arg(QLocale().toString(value, 'f', value < 10 ? 2 : 0));
}

QString percent(double value)
{
    return QLocale().toString(int(value * 100 + 0.5)) + QLocale().percent();
}

QString searchText(const rag::Answer &answer)
{
    return answer.searchedFor.empty()
               ? GlassBox::tr("%Ln passage(s) in %1", nullptr, int(answer.passages.size()))
                     .arg(seconds(answer.seconds.retrieve))
               : GlassBox::tr("%Ln passage(s) for “%1” in %2", nullptr, int(answer.passages.size()))
                     .arg(QChar(0x2068) + toQString(answer.searchedFor) + QChar(0x2069),
                          seconds(answer.seconds.retrieve));
}

QString promptText(const rag::Answer &answer)
{
    const QString read =
        GlassBox::tr("%Ln token(s) in %1", nullptr, answer.promptTokens).arg(seconds(answer.seconds.prefill));
    return answer.reusedTokens > 0 ? GlassBox::tr("%1, %2 of them known from before")
                                         .arg(read, QLocale().toString(answer.reusedTokens))
                                   : read;
}

QString modelText(const rag::Answer &answer)
{
    return answer.device.empty()
               ? toQString(answer.model)
               : QStringLiteral("%1 · %2").arg(toQString(answer.model), toQString(answer.device));
}

QFormLayout *facts(const rag::Answer &answer, QWidget *parent)
{
    auto *form = new QFormLayout;
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(14);
    form->setVerticalSpacing(3);
    const auto add = [form, parent](const QString &what, const QString &value) {
        auto *name = new QLabel(what, parent);
        name->setObjectName(QStringLiteral("faint"));
        auto *text = new QLabel(value, parent);
        text->setObjectName(QStringLiteral("fact"));
        text->setTextFormat(Qt::PlainText);
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        form->addRow(name, text);
    };
    if (!answer.passages.empty()) {
        add(GlassBox::tr("Found:"), searchText(answer));
        if (answer.confidence > 0) {
            add(GlassBox::tr("Confidence:"),
                GlassBox::tr("%1 that the documents hold the answer").arg(percent(answer.confidence)));
        }
    }
    if (!answer.model.empty()) {
        add(GlassBox::tr("Model:"), modelText(answer));
    }
    if (answer.promptTokens > 0) {
        add(GlassBox::tr("Prompt read:"), promptText(answer));
        add(GlassBox::tr("Written:"), GlassBox::tr("%Ln token(s) in %1", nullptr, answer.answerTokens)
                                          .arg(seconds(answer.seconds.decode)));
    } else if (!answer.passages.empty() && !answer.abstained) {
        add(GlassBox::tr("Written:"), GlassBox::tr("nothing by the model; the answer is a quotation"));
    }
    return form;
}

} // namespace

QString ranksText(const rag::Passage &passage)
{
    const auto place = [](int rank) { return QLocale().toString(rank + 1); };
    QStringList parts;
    parts << (passage.vectorRank < 0
                  ? GlassBox::tr("not found by meaning")
                  : GlassBox::tr("by meaning no. %1 (likeness %2)")
                        .arg(place(passage.vectorRank), QLocale().toString(passage.similarity, 'f', 2)));
    parts << (passage.wordRank < 0 ? GlassBox::tr("not found by words")
                                   : GlassBox::tr("by words no. %1").arg(place(passage.wordRank)));
    parts << GlassBox::tr("score %1").arg(QLocale().toString(passage.score, 'f', 4));
    return parts.join(QStringLiteral(" · "));
}

GlassBox::GlassBox(AnswerWishes &wishes, QWidget *parent)
    : QWidget(parent)
    , m_wishes(wishes)
    , m_inside(new QWidget(this))
    , m_lines(new QVBoxLayout(m_inside))
{
    setObjectName(QStringLiteral("glassBox"));
    m_inside->setObjectName(QStringLiteral("passages"));
    m_lines->setContentsMargins(0, 0, 0, 0);
    m_lines->setSpacing(6);
    auto *fold = new Fold("passagesFold", m_inside, false, this);
    fold->setText(tr("How this was answered"));
    fold->setToolTip(tr("What was searched for, the passages that were read, model and times"));
    connect(fold, &QToolButton::toggled, this, [this](bool open) {
        if (open && !m_filled) {
            fill();
        }
    });
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    column->addWidget(fold, 0, Qt::AlignLeading);
    column->addWidget(m_inside);
    hide();
}

void GlassBox::setMessage(const ChatMessage &message)
{
    const bool whole = message.message.state != rag::MessageState::Streaming;
    setVisible(whole && !message.details.passages.empty());
    if (whole && !m_filled) {
        m_message = message;
    }
}

void GlassBox::fill()
{
    m_filled = true;
    m_lines->addLayout(facts(m_message.details, m_inside));
    int n = 0;
    for (const auto &passage : m_message.details.passages) {
        const QString place =
            placeText(toQString(passage.documentName), passage.page, toQString(passage.pageLabel));
        const QString title = passage.section.empty()
                                  ? place
                                  : QStringLiteral("%1 · %2").arg(
                                        place, QChar(0x2068) + toQString(passage.section) + QChar(0x2069));
        auto *card = new SourceCard(QLocale().toString(++n), title, toQString(passage.text), m_inside,
                                    ranksText(passage));
        connect(card, &SourceCard::clicked, this, [this, passage] { emit m_wishes.passage(passage); });
        m_lines->addWidget(card);
    }
}

} // namespace ui
