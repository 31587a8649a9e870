#pragma once

#include <QByteArray>
#include <QObject>
#include <QSettings>
#include <QString>

namespace ui {

enum class Theme { System, Light, Dark };
enum class AnswerLength { Short, Medium, Long };

/// Everything the user can choose and what the window remembers; each key stands once, with type and default.
/// Read once at the start and kept in memory; written when it changes. What ends in "models" is used when the
/// models are loaded next.
class Settings final : public QObject
{
    Q_OBJECT

public:
    /// @param file  an INI file, made when something is first changed
    explicit Settings(const QString &file, QObject *parent = nullptr);

    struct Models
    {
        QString generator; ///< path or name; empty: the default
        QString embedder;
        int threads = 0; ///< 0: chosen by the program
        bool ocr = true; ///< pages without usable text are read from their picture
        bool operator==(const Models &) const = default;
    };

    Theme theme() const { return m_theme; }

    QString language() const { return m_language; } ///< "en", "ar"; empty: the system's

    AnswerLength answerLength() const { return m_answerLength; }

    Models models() const { return m_models; }

    int answerTokens() const; ///< of answerLength()

    void setTheme(Theme theme);
    void setLanguage(const QString &language);
    void setAnswerLength(AnswerLength length);
    void setModels(const Models &models);

    /// What a part of the window remembers about itself. @param part  "window", "panes", ...
    QByteArray state(const QString &part) const;
    void setState(const QString &part, const QByteArray &state);

signals:
    void themeChanged(ui::Theme theme);
    void languageChanged(const QString &language);
    void modelsChanged();

private:
    QSettings m_file;
    Theme m_theme;
    QString m_language;
    AnswerLength m_answerLength;
    Models m_models;
};

} // namespace ui
