#pragma once

#include "app/services.h"
#include "ui/main_window.h"
#include "ui/settings/settings.h"
#include "ui/work/factories.h"
#include "ui/workspace.h"

#include <QApplication>
#include <QLocalServer>
#include <QLockFile>
#include <QStringList>
#include <QTranslator>

#include <memory>
#include <vector>

namespace app {

/// What the window's functions are made of. @param services  must outlive them
ui::Factories factoriesOf(Services &services);

/// Owns everything of the window's program; the order of its members is the order of birth and death.
/// There is one for each library: a second one hands its files to the first and is done.
class Application final : public QObject
{
    Q_OBJECT

public:
    /// @param fromCommandLine  what is set there goes before the settings
    Application(QApplication &qt, const ServiceOptions &fromCommandLine);
    ~Application() override;

    /// @return false when another program has this library open; `files` were handed to it
    bool beFirst(const QStringList &files);
    /// Opens library and window. @return false when the library cannot be opened; the user was told
    bool start(const QStringList &files);

    ui::Settings &settings() { return m_settings; }

private:
    bool openLibrary();
    ServiceOptions serviceOptions() const;
    void useLanguage();
    void openWindow();
    void reopenWindow();
    void reopenLibrary();
    void filesCame();
    QString serverName() const;

    QApplication &m_qt;
    ServiceOptions m_fromCommandLine;
    QLockFile m_lock;
    QLocalServer m_server;
    ui::Settings m_settings;
    std::vector<std::unique_ptr<QTranslator>> m_translators;
    std::unique_ptr<Services> m_services;
    std::unique_ptr<ui::Workspace> m_workspace;
    std::unique_ptr<ui::MainWindow> m_window;
};

} // namespace app
