#include "ui/settings/settings.h"

#include <algorithm>

namespace ui {

namespace {

const auto kTheme = QStringLiteral("appearance/theme");       // int of Theme, 0
const auto kLanguage = QStringLiteral("appearance/language"); // QString, empty
const auto kAnswerLength = QStringLiteral("answers/length");  // int of AnswerLength, 1
const auto kGenerator = QStringLiteral("models/generator");   // QString, empty
const auto kEmbedder = QStringLiteral("models/embedder");     // QString, empty
const auto kThreads = QStringLiteral("models/threads");       // int, 0
const auto kOcr = QStringLiteral("reading/ocr");              // bool, true
const auto kState = QStringLiteral("state/");                 // + part: QByteArray, empty

template <class Enum>
Enum enumValue(const QSettings &file, const QString &key, Enum fallback, Enum last)
{
    const int value = file.value(key, int(fallback)).toInt();
    return value < 0 || value > int(last) ? fallback : Enum(value);
}

} // namespace

Settings::Settings(const QString &file, QObject *parent)
    : QObject(parent)
    , m_file(file, QSettings::IniFormat)
    , m_theme(enumValue(m_file, kTheme, Theme::System, Theme::Dark))
    , m_language(m_file.value(kLanguage).toString())
    , m_answerLength(enumValue(m_file, kAnswerLength, AnswerLength::Medium, AnswerLength::Long))
    , m_models{m_file.value(kGenerator).toString(), m_file.value(kEmbedder).toString(),
               std::clamp(m_file.value(kThreads).toInt(), 0, 256), m_file.value(kOcr, true).toBool()}
{
}

int Settings::answerTokens() const
{
    switch (m_answerLength) {
    case AnswerLength::Short:
        return 96;
    case AnswerLength::Medium:
        return 256;
    case AnswerLength::Long:
        return 768;
    }
    return 256;
}

void Settings::setTheme(Theme theme)
{
    if (theme != m_theme) {
        m_theme = theme;
        m_file.setValue(kTheme, int(theme));
        emit themeChanged(theme);
    }
}

void Settings::setLanguage(const QString &language)
{
    if (language != m_language) {
        m_language = language;
        m_file.setValue(kLanguage, language);
        emit languageChanged(language);
    }
}

void Settings::setAnswerLength(AnswerLength length)
{
    m_answerLength = length;
    m_file.setValue(kAnswerLength, int(length));
}

void Settings::setModels(const Models &models)
{
    if (models != m_models) {
        m_models = models;
        m_file.setValue(kGenerator, models.generator);
        m_file.setValue(kEmbedder, models.embedder);
        m_file.setValue(kThreads, models.threads);
        m_file.setValue(kOcr, models.ocr);
        emit modelsChanged();
    }
}

QByteArray Settings::state(const QString &part) const
{
    return m_file.value(kState + part).toByteArray();
}

void Settings::setState(const QString &part, const QByteArray &state)
{
    m_file.setValue(kState + part, state);
}

} // namespace ui
