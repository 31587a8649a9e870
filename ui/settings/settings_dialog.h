#pragma once

#include "ui/settings/settings.h"

#include <QDialog>

class QComboBox;
class QFormLayout;
class QLineEdit;
class QSpinBox;

namespace ui {

class CheckBox;

/// What the user can choose. Nothing changes before it is accepted.
class SettingsDialog final : public QDialog
{
    Q_OBJECT

public:
    explicit SettingsDialog(Settings &settings, QWidget *parent = nullptr);

private:
    void addAppearance(QFormLayout &form);
    void addAnswers(QFormLayout &form);
    void addModels(QFormLayout &form);
    void addReading(QFormLayout &form);
    QLineEdit *addPath(QFormLayout &form, const QString &label, const char *name, const QString &value);
    void save();

    Settings &m_settings;
    QComboBox *m_theme = nullptr;
    QComboBox *m_language = nullptr;
    QComboBox *m_length = nullptr;
    QSpinBox *m_threads = nullptr;
    CheckBox *m_ocr = nullptr;
    QLineEdit *m_generator = nullptr;
    QLineEdit *m_embedder = nullptr;
};

} // namespace ui
