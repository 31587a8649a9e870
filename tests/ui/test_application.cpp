#include "app/application.h"
#include "ui/library/library_view.h"

#include <QAbstractItemModel>
#include <QFile>
#include <QListView>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

namespace {

ui::MainWindow *window()
{
    for (QWidget *widget : QApplication::topLevelWidgets()) {
        if (auto *window = qobject_cast<ui::MainWindow *>(widget)) {
            return window;
        }
    }
    return nullptr;
}

app::ServiceOptions optionsFor(const QString &library)
{
    app::ServiceOptions options;
    options.library = library.toStdString();
    options.model = "/nowhere/model.gguf";
    options.embedder = "/nowhere/embedder.gguf";
    return options;
}

} // namespace

/// The window's program, without models.
class TestApplication final : public QObject
{
    Q_OBJECT

private slots:

    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QApplication::setApplicationName(QStringLiteral("warraq-test"));
        QFile::remove(QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) +
                      QStringLiteral("/warraq.ini"));
    }

    void secondStartHandsItsFilesToTheFirst()
    {
        QTemporaryDir folder;
        QFile pdf(folder.filePath(QString::fromUtf8("تقرير.pdf")));
        QVERIFY(pdf.open(QIODevice::WriteOnly));
        pdf.close();
        app::Application first(*qApp, optionsFor(folder.filePath(QStringLiteral("library"))));
        QVERIFY(first.beFirst({}));
        QVERIFY(first.start({}));

        app::Application second(*qApp, optionsFor(folder.filePath(QStringLiteral("library"))));
        QVERIFY(!second.beFirst({pdf.fileName()}));

        auto *list = window()->findChild<QListView *>(QStringLiteral("documents"));
        QTRY_COMPARE(list->model()->rowCount(), 1);
        QCOMPARE(list->model()->index(0, 0).data().toString(), QString::fromUtf8("تقرير.pdf"));
    }

    void twoLibrariesAreTwoPrograms()
    {
        QTemporaryDir folder;
        app::Application first(*qApp, optionsFor(folder.filePath(QStringLiteral("one"))));
        app::Application second(*qApp, optionsFor(folder.filePath(QStringLiteral("two"))));

        QVERIFY(first.beFirst({}));
        QVERIFY(second.beFirst({}));
    }

    void anotherLanguageBuildsTheWindowAnew()
    {
        QTemporaryDir folder;
        app::Application application(*qApp, optionsFor(folder.filePath(QStringLiteral("library"))));
        QVERIFY(application.beFirst({}));
        QVERIFY(application.start({}));

        application.settings().setLanguage(QStringLiteral("ar"));
        QTRY_COMPARE(QApplication::layoutDirection(), Qt::RightToLeft);
        QTRY_COMPARE(window()->windowTitle(), QString::fromUtf8("ورّاق"));

        application.settings().setLanguage(QStringLiteral("en"));
        QTRY_COMPARE(QApplication::layoutDirection(), Qt::LeftToRight);
        QTRY_COMPARE(window()->windowTitle(), QStringLiteral("Warraq"));
    }
};

QTEST_MAIN(TestApplication)
#include "test_application.moc"
