#include "app/application.h"

#include "rag/answer/suggestions.h"
#include "rag/pdf/pdf_document.h"
#include "rag/store/sqlite.h"
#include "rag/tasks/recognise.h"
#include "ui/settings/theme.h"
#include "ui/shared/convert.h"
#include "ui/shared/error_text.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFontDatabase>
#include <QFontInfo>
#include <QIcon>
#include <QLibraryInfo>
#include <QLocalSocket>
#include <QLocale>
#include <QMessageBox>
#include <QStandardPaths>
#include <QTimer>

namespace app {

namespace {

constexpr int kHandOverMs = 3000;

class HelperPages final : public ui::PageSource
{
public:
    explicit HelperPages(rag::PdfDocument document)
        : m_document(std::move(document))
    {
    }

    const rag::PdfInfo &info() const override { return m_document.info(); }

    rag::Result<rag::PageImage> render(int page, double pixelsPerPoint,
                                       const rag::CancelToken &cancel) override
    {
        return m_document.render(page, pixelsPerPoint, cancel);
    }

private:
    rag::PdfDocument m_document;
};

QString settingsFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) +
           QStringLiteral("/warraq.ini");
}

QIcon programIcon()
{
    QIcon icon;
    for (const int size : {16, 32, 48, 64, 128, 256}) {
        icon.addFile(QStringLiteral(":/icons/warraq-%1.png").arg(size), {size, size});
    }
    return icon;
}

/// A font without Arabic is filled up by whatever fontconfig finds first, often DejaVu, small and stiff in
/// Arabic. Noto reads better, if it is there.
void useFont(const QLocale &locale)
{
    static const QFont given = QApplication::font();
    QFont font = given;
    const QString family = QFontInfo(given).family();
    const bool hasArabic = QFontDatabase::writingSystems(family).contains(QFontDatabase::Arabic) &&
                           !family.startsWith(QStringLiteral("DejaVu"));
    const QString arabic = QStringLiteral("Noto Sans Arabic");
    if (locale.language() == QLocale::Arabic && !hasArabic && QFontDatabase::families().contains(arabic)) {
        font.setFamilies({arabic, family});
    }
    QApplication::setFont(font);
}

/// Absolute, since the program that takes them stands in another folder.
QStringList absolute(const QStringList &files)
{
    QStringList paths;
    for (const QString &file : files) {
        paths.append(QDir::current().absoluteFilePath(file));
    }
    return paths;
}

} // namespace

ui::Factories factoriesOf(Services &services)
{
    ui::Factories factories;
    factories.connect = [&services] { return services.connect(); };
    factories.makeIngestor = [&services] { return services.makeIngestor(); };
    factories.makeAnswerer = [&services] { return services.makeAnswerer(); };
    factories.makeTaskRunner = [&services] { return services.makeTaskRunner(); };
    factories.recogniseTask = [](std::string_view question) { return rag::recogniseTask(question); };
    factories.suggest = [](std::string_view question, const rag::Answer &answer) {
        return rag::followUpSuggestions(question, answer);
    };
    factories.titleOf = [](std::string_view question) { return rag::conversationTitle(question); };
    factories.describeModel = [&services]() -> rag::Result<ui::ModelName> {
        ASSIGN_OR_RETURN(const auto model, services.makeLanguageModel());
        return ui::ModelName{model->name(), model->device()};
    };
    factories.removeDocument = [&services](rag::DocumentId id) { return services.removeDocument(id); };
    factories.forgetPrompts = [&services] { return services.forgetPrompts(); };
    factories.openPdf = [options = services.pdfOptions()](
                            const std::filesystem::path &path,
                            const std::string &password) -> rag::Result<std::unique_ptr<ui::PageSource>> {
        ASSIGN_OR_RETURN(rag::PdfDocument document, rag::PdfDocument::open(path, password, options));
        return std::make_unique<HelperPages>(std::move(document));
    };
    return factories;
}

Application::Application(QApplication &qt, const ServiceOptions &fromCommandLine)
    : m_qt(qt)
    , m_fromCommandLine(fromCommandLine)
    , m_lock(ui::fromPath(fromCommandLine.library / "warraq.lock"))
    , m_settings(settingsFile())
{
    m_lock.setStaleLockTime(0); // held as long as the program lives, and free when its process is gone
    m_qt.setWindowIcon(programIcon());
    connect(&m_server, &QLocalServer::newConnection, this, &Application::filesCame);
    connect(&m_settings, &ui::Settings::themeChanged, this,
            [this](ui::Theme theme) { ui::applyTheme(m_qt, theme); });
    // Later, since the dialog that changed them belongs to the window that goes.
    connect(&m_settings, &ui::Settings::languageChanged, this, &Application::reopenWindow,
            Qt::QueuedConnection);
    connect(&m_settings, &ui::Settings::modelsChanged, this, &Application::reopenLibrary,
            Qt::QueuedConnection);
}

Application::~Application() = default;

bool Application::beFirst(const QStringList &files)
{
    QDir().mkpath(ui::fromPath(m_fromCommandLine.library));
    if (m_lock.tryLock(0) || m_lock.error() != QLockFile::LockFailedError) {
        QLocalServer::removeServer(serverName());
        m_server.setSocketOptions(QLocalServer::UserAccessOption);
        m_server.listen(serverName());
        return true;
    }
    QLocalSocket first;
    first.connectToServer(serverName());
    if (first.waitForConnected(kHandOverMs)) {
        first.write(absolute(files).join(QChar(u'\0')).toUtf8());
        first.waitForBytesWritten(kHandOverMs);
        first.disconnectFromServer();
    }
    return false;
}

bool Application::start(const QStringList &files)
{
    ui::applyTheme(m_qt, m_settings.theme());
    useLanguage();
    if (!openLibrary()) {
        return false;
    }
    openWindow();
    m_workspace->start();
    m_window->addPaths(absolute(files));
    return true;
}

bool Application::openLibrary()
{
    auto services = Services::open(serviceOptions());
    if (!services) {
        const ui::ErrorText text = ui::errorText(services.error(), ui::Doing::ReadLibrary);
        QMessageBox box(QMessageBox::Critical, QApplication::applicationName(), text.what,
                        QMessageBox::Close);
        box.setInformativeText(text.todo);
        box.setDetailedText(ui::toQString(services.error().detail));
        box.exec();
        return false;
    }
    m_services = std::move(*services);
    m_workspace = std::make_unique<ui::Workspace>(factoriesOf(*m_services));
    return true;
}

ServiceOptions Application::serviceOptions() const
{
    ServiceOptions options = m_fromCommandLine;
    const ui::Settings::Models models = m_settings.models();
    if (options.model.empty()) {
        options.model = ui::toUtf8(models.generator);
    }
    if (options.embedder.empty()) {
        options.embedder = ui::toUtf8(models.embedder);
    }
    if (options.threads == 0) {
        options.threads = models.threads;
    }
    options.ocr = options.ocr && models.ocr;
    return options;
}

void Application::useLanguage()
{
    for (const auto &translator : m_translators) {
        QApplication::removeTranslator(translator.get());
    }
    m_translators.clear();
    const QString chosen = m_settings.language();
    QLocale locale = chosen.isEmpty() ? QLocale::system() : QLocale(chosen);
    if (locale.language() == QLocale::C) { // no language set: the words are English, and so are their plurals
        locale = QLocale(QLocale::English);
    }
    QLocale::setDefault(locale);
    const std::pair<QString, QString> sources[] = {
        {QStringLiteral("qtbase"), QLibraryInfo::path(QLibraryInfo::TranslationsPath)},
        {QStringLiteral("warraq"), QStringLiteral(":/i18n")}};
    for (const auto &[name, folder] : sources) {
        auto translator = std::make_unique<QTranslator>();
        if (translator->load(locale, name, QStringLiteral("_"), folder)) {
            QApplication::installTranslator(translator.get());
            m_translators.push_back(std::move(translator));
        }
    }
    useFont(locale);
    // Mirrored only where the words are: a system in Hebrew, say, gets English, left to right.
    const bool arabic = locale.language() == QLocale::Arabic;
    QApplication::setLayoutDirection(arabic ? Qt::RightToLeft : Qt::LeftToRight);
}

void Application::openWindow()
{
    m_window = std::make_unique<ui::MainWindow>(*m_workspace, m_settings);
    m_window->show();
}

void Application::reopenWindow()
{
    useLanguage();
    const bool quits = QApplication::quitOnLastWindowClosed();
    QApplication::setQuitOnLastWindowClosed(false);
    m_window.reset();
    openWindow();
    QApplication::setQuitOnLastWindowClosed(quits);
}

void Application::reopenLibrary()
{
    QApplication::setQuitOnLastWindowClosed(false);
    m_window.reset();
    m_workspace.reset();
    m_services.reset();
    const bool opened = openLibrary();
    if (opened) {
        openWindow();
        m_workspace->start();
    }
    QApplication::setQuitOnLastWindowClosed(true);
    if (!opened) {
        QApplication::exit(1);
    }
}

void Application::filesCame()
{
    QLocalSocket *other = m_server.nextPendingConnection();
    connect(other, &QLocalSocket::disconnected, this, [this, other] {
        const QStringList files = QString::fromUtf8(other->readAll()).split(QChar(u'\0'), Qt::SkipEmptyParts);
        other->deleteLater();
        if (m_window) {
            m_window->addPaths(files);
            m_window->show();
            m_window->raise();
            m_window->activateWindow();
        }
    });
}

QString Application::serverName() const
{
    const QString library = QDir(ui::fromPath(m_fromCommandLine.library)).canonicalPath();
    const QByteArray hash =
        QCryptographicHash::hash(library.toUtf8(), QCryptographicHash::Sha256).toHex().left(16);
    return QStringLiteral("warraq-") + QString::fromLatin1(hash);
}

} // namespace app
