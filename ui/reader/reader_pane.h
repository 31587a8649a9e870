#pragma once

#include "ui/work/workers.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;
class QToolButton;

namespace ui {

class PageView;

/// The page beside the conversation: what is cited, lit; leafing, zoom.
class ReaderPane final : public QWidget
{
    Q_OBJECT

public:
    explicit ReaderPane(Workers &workers, QWidget *parent = nullptr);

    /// @param file  document, path and password; its page is not read
    void openCitation(const rag::Citation &citation, const PageRequest &file);
    void openPage(const QString &name, int page, const PageRequest &file);
    /// The same page again, after its password was given.
    void reload(const PageRequest &file);
    void close();

    void turn(int step);
    void zoom(int steps);
    void fitWidth();

    QString path() const { return m_wanted.path; }

    rag::DocumentId document() const { return m_wanted.document; }

    int page() const { return m_wanted.page; }

    PageView &view() { return *m_view; }

signals:
    void closed();
    void passwordWanted(const QString &path);

private:
    void buildBars();
    QToolButton *makeButton(const char *name, int icon, const QString &text);
    void goTo(int page);
    void request();
    void rendered(const RenderedPage &page);
    void failed(quint64 number, const engine::Error &error);
    void showPlace();
    void showNote(const QString &text, bool needsPassword);

    Workers &m_workers;
    QLabel *m_title;
    QLabel *m_quote;
    QWidget *m_note;
    QLabel *m_noteText;
    QPushButton *m_notePassword;
    QLineEdit *m_pageEdit;
    QLabel *m_pageCount;
    QLabel *m_zoomText;
    QToolButton *m_previous = nullptr;
    QToolButton *m_next = nullptr;
    PageView *m_view;

    QString m_name;
    PageRequest m_wanted;
    int m_pages = 0;
    bool m_fitWidth = true;
    double m_zoom = 1;        ///< where the width is not fitted; 1 is 96 pixels an inch
    rag::Citation m_citation; ///< whose boxes are lit on its page
    bool m_goToBoxes = false;
    QTimer m_resizeTimer;
};

} // namespace ui
