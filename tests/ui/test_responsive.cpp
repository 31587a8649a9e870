#include "app/application.h"
#include "rag/store/library_store.h"
#include "tests/ui/window_rig.h"
#include "ui/reader/page_view.h"
#include "ui/reader/reader_pane.h"

#include <QElapsedTimer>
#include <QListView>
#include <QScrollBar>
#include <QTimer>

namespace {

constexpr int kShelf = 20;

/// Milliseconds that this thread was ready to run and others had the processor (second number of schedstat,
/// "Scheduler Statistics" of the kernel's documentation); 0 where the system does not say.
qint64 waitedForProcessor()
{
    QFile file(QStringLiteral("/proc/thread-self/schedstat"));
    const QList<QByteArray> numbers =
        file.open(QIODevice::ReadOnly) ? file.readAll().split(' ') : QList<QByteArray>();
    return numbers.size() < 2 ? 0 : numbers[1].toLongLong() / 1'000'000;
}

/// Beats on the GUI thread and knows the longest time between two beats, less what other programs took of it.
class Heart
{
public:
    Heart()
        : m_waited(waitedForProcessor())
    {
        m_since.start();
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { beat(); });
        m_timer.start(5);
    }

    /// Milliseconds since the last call, or the beginning.
    qint64 takeLongest() { return std::exchange(m_longest, 0); }

private:
    void beat()
    {
        const qint64 waited = waitedForProcessor();
        m_longest = std::max(m_longest, m_since.restart() - (waited - std::exchange(m_waited, waited)));
    }

    QTimer m_timer;
    QElapsedTimer m_since;
    qint64 m_waited;
    qint64 m_longest = 0;
};

/// A shelf of documents that are there already.
void fillShelf(rag::Database &database)
{
    rag::LibraryStore store(database);
    for (int i = 0; i < kShelf; ++i) {
        rag::NewDocument document;
        document.name = "book " + std::to_string(i) + ".pdf";
        document.path = "/nowhere/" + document.name;
        document.hash = "hash " + std::to_string(i);
        document.state = rag::DocumentState::Done;
        QVERIFY(store.addDocument(document));
    }
}

} // namespace

/// The real window with the real services, models and a manual of 261 pages: its thread is never away for
/// long.
class TestResponsive final : public QObject, private tests::WindowTest
{
    Q_OBJECT

private slots:

    void initTestCase() { prepare(); }

    void staysAwakeWhileAManualIsReadAndAsked()
    {
        const QString manual = QStringLiteral(SHARED_DATA "/evalset/pdfs/debian-reference-en.pdf");
        if (!QFile::exists(manual)) {
            QSKIP("needs ../shared");
        }
        QTemporaryDir folder;
        app::ServiceOptions options;
        options.library = folder.filePath(QStringLiteral("library")).toStdString();
        auto services = app::Services::open(options);
        QVERIFY(services);
        fillShelf(**(*services)->connect());
        ui::Settings settings(folder.filePath(QStringLiteral("settings.ini")));
        ui::Workspace workspace(app::factoriesOf(**services));
        ui::MainWindow window(workspace, settings);
        window.resize(1200, 760);
        window.show();
        bool ready = false;
        bool missing = false;
        connect(&workspace.chat(), &ui::ChatController::modelReady, this, [&] { ready = true; });
        connect(&workspace.chat(), &ui::ChatController::modelProblem, this, [&] { missing = true; });
        QTest::qWait(100); // what a window costs to be shown is not what is measured
        Heart heart;

        workspace.start();
        QTRY_VERIFY_WITH_TIMEOUT(ready || missing, 30000);
        if (missing) {
            QSKIP("needs the default models: run installers/from-source.sh, or set WARRAQ_MODELS");
        }
        const qint64 starting = heart.takeLongest();
        window.addPaths({manual});
        auto &documents = workspace.library().documents();
        const auto pagesRead = [&] {
            const auto *row = documents.rowCount() > kShelf ? documents.find(kShelf + 1) : nullptr;
            return row ? row->document.pagesDone : 0;
        };
        QTRY_VERIFY_WITH_TIMEOUT(pagesRead() >= 200, 60000);
        const qint64 reading = heart.takeLongest();

        workspace.chat().ask(QStringLiteral("How do I list the files of an installed package?"));
        QTRY_VERIFY_WITH_TIMEOUT(
            workspace.chat().messages().rowCount() == 2 && !workspace.chat().isAnswering(), 90000);
        const qint64 asking = heart.takeLongest();
        auto *reader = window.findChild<ui::ReaderPane *>();
        reader->openCitation({1, kShelf + 1, "debian-reference-en.pdf", 99, "", "q", {{72, 90, 200, 12}}},
                             workspace.library().pageRequest(rag::DocumentId(kShelf + 1)));
        QTRY_COMPARE_WITH_TIMEOUT(reader->view().boxes().size(), std::size_t(1), 20000);
        auto *list = window.findChild<QListView *>(QStringLiteral("documents"));
        for (int step = 0; step < 40; ++step) {
            list->verticalScrollBar()->setValue(step * list->verticalScrollBar()->maximum() / 40);
            QTest::qWait(10);
        }
        const qint64 looking = heart.takeLongest();

        const QString longest =
            QStringLiteral("longest gaps in ms: starting %1, reading %2, asking %3, looking %4")
                .arg(starting)
                .arg(reading)
                .arg(asking)
                .arg(looking);
        qInfo("%s", qPrintable(longest));
        QVERIFY2(std::max({starting, reading, asking, looking}) < 200, qPrintable(longest));
    }
};

QTEST_MAIN(TestResponsive)
#include "test_responsive.moc"
