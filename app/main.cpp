#include "app/application.h"
#include "app/command_line.h"
#include "app/logging.h"
#include "app/paths.h"
#include "ui/shared/convert.h"

#include <QApplication>

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace {

/// Qt's own messages, into our log.
void logQt(QtMsgType type, const QMessageLogContext &, const QString &text)
{
    const auto level = type == QtDebugMsg || type == QtInfoMsg ? engine::LogLevel::Debug
                       : type == QtWarningMsg                  ? engine::LogLevel::Warning
                                                               : engine::LogLevel::Error;
    engine::logLine(level, "qt: " + text.toStdString());
}

} // namespace

int main(int argc, char **argv)
{
    QApplication qt(argc, argv); // takes its own options out
    QApplication::setApplicationName(QStringLiteral("Warraq"));
    QApplication::setApplicationVersion(QStringLiteral(WARRAQ_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("org.warraq.Warraq"));

    CLI::App line{"Ask any PDF, on your own machine, and check every answer against the page", "warraq"};
    app::ServiceOptions options;
    options.library = app::defaultLibrary();
    bool verbose = false;
    std::vector<std::string> pdfs;
    app::addServiceOptions(line, options);
    line.add_flag("--verbose", verbose, "Write more into the log");
    line.add_option("PDF", pdfs, "Files or folders to add");
    line.set_version_flag("--version", std::string("warraq ") + WARRAQ_VERSION);
    CLI11_PARSE(line, argc, argv);

    QStringList files;
    for (const std::string &pdf : pdfs) {
        files.append(ui::fromPath(pdf));
    }
    app::Application application(qt, options);
    if (!application.beFirst(files)) {
        return 0;
    }
    app::startLogging(options.library, "warraq", verbose ? engine::LogLevel::Debug : engine::LogLevel::Info,
                      false);
    qInstallMessageHandler(logQt);
    if (!application.start(files)) {
        return 1;
    }
    return QApplication::exec();
}
