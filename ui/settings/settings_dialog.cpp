#include "ui/settings/settings_dialog.h"

#include "ui/shared/check_box.h"
#include "ui/shared/icons.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

namespace ui {

SettingsDialog::SettingsDialog(Settings &settings, QWidget *parent)
    : QDialog(parent)
    , m_settings(settings)
{
    setObjectName(QStringLiteral("settingsDialog"));
    setWindowTitle(tr("Settings"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto *form = new QFormLayout;
    form->setSpacing(10);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    addAppearance(*form);
    addAnswers(*form);
    addReading(*form);
    addModels(*form);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("&Save"));
    buttons->button(QDialogButtonBox::Cancel)->setText(tr("Cancel"));
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        save();
        accept();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(14);
    column->addLayout(form);
    column->addWidget(buttons);
    setMinimumWidth(520);
}

void SettingsDialog::addAppearance(QFormLayout &form)
{
    m_theme = new QComboBox(this);
    m_theme->setObjectName(QStringLiteral("theme"));
    m_theme->addItem(tr("As the system"), int(Theme::System));
    m_theme->addItem(tr("Light"), int(Theme::Light));
    m_theme->addItem(tr("Dark"), int(Theme::Dark));
    m_theme->setCurrentIndex(m_theme->findData(int(m_settings.theme())));
    form.addRow(tr("&Appearance:"), m_theme);

    m_language = new QComboBox(this);
    m_language->setObjectName(QStringLiteral("language"));
    m_language->addItem(tr("As the system"), QString());
    // Each in its own tongue: who is lost in the wrong one must still find the way back.
    m_language->addItem(QStringLiteral("English"), QStringLiteral("en"));
    m_language->addItem(QString::fromUtf8("العربية"), QStringLiteral("ar"));
    m_language->setCurrentIndex(std::max(0, m_language->findData(m_settings.language())));
    form.addRow(tr("&Language:"), m_language);
}

void SettingsDialog::addAnswers(QFormLayout &form)
{
    m_length = new QComboBox(this);
    m_length->setObjectName(QStringLiteral("answerLength"));
    m_length->addItem(tr("Short"), int(AnswerLength::Short));
    m_length->addItem(tr("Medium"), int(AnswerLength::Medium));
    m_length->addItem(tr("Long"), int(AnswerLength::Long));
    m_length->setCurrentIndex(m_length->findData(int(m_settings.answerLength())));
    form.addRow(tr("Answers at &most:"), m_length);
}

void SettingsDialog::addReading(QFormLayout &form)
{
    m_ocr = new CheckBox(tr("Read &scanned pages from their pictures (OCR)"), this);
    m_ocr->setObjectName(QStringLiteral("ocr"));
    m_ocr->setToolTip(tr("Takes some seconds a page. Documents that were read before stay as they are."));
    m_ocr->setChecked(m_settings.models().ocr);
    form.addRow(tr("Reading:"), m_ocr);
}

void SettingsDialog::addModels(QFormLayout &form)
{
    const Settings::Models models = m_settings.models();
    m_generator = addPath(form, tr("Answering &model:"), "generator", models.generator);
    m_embedder = addPath(form, tr("&Search model:"), "embedder", models.embedder);
    m_threads = new QSpinBox(this);
    m_threads->setObjectName(QStringLiteral("threads"));
    m_threads->setRange(0, 256);
    m_threads->setSpecialValueText(tr("Chosen by Warraq"));
    m_threads->setValue(models.threads);
    form.addRow(tr("&Processor threads:"), m_threads);
    auto *note = new QLabel(
        tr("Models are loaded anew after a change here. With another search model, all documents are "
           "learned again."),
        this);
    note->setObjectName(QStringLiteral("faint"));
    note->setWordWrap(true);
    form.addRow(note);
}

QLineEdit *SettingsDialog::addPath(QFormLayout &form, const QString &label, const char *name,
                                   const QString &value)
{
    auto *edit = new QLineEdit(value, this);
    edit->setObjectName(QLatin1String(name));
    edit->setPlaceholderText(tr("The default model"));
    auto *browse = new QToolButton(this);
    browse->setIcon(icon(Icon::Folder));
    browse->setToolTip(tr("Choose a file"));
    browse->setAccessibleName(tr("Choose a file"));
    connect(browse, &QToolButton::clicked, this, [this, edit] {
        auto *dialog = new QFileDialog(this, tr("Choose a model"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        dialog->setNameFilters({tr("Models (*.gguf *.bin)"), tr("All files (*)")});
        connect(dialog, &QFileDialog::fileSelected, edit, &QLineEdit::setText);
        dialog->open();
    });
    auto *row = new QHBoxLayout;
    row->setSpacing(4);
    row->addWidget(edit, 1);
    row->addWidget(browse);
    auto *caption = new QLabel(label, this);
    caption->setBuddy(edit);
    form.addRow(caption, row);
    return edit;
}

void SettingsDialog::save()
{
    m_settings.setAnswerLength(AnswerLength(m_length->currentData().toInt()));
    m_settings.setTheme(Theme(m_theme->currentData().toInt()));
    m_settings.setModels({m_generator->text().trimmed(), m_embedder->text().trimmed(), m_threads->value(),
                          m_ocr->isChecked()});
    m_settings.setLanguage(m_language->currentData().toString());
}

} // namespace ui
