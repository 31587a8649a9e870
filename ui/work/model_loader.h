#pragma once

#include "ui/work/factories.h"

#include <QObject>

namespace ui {

/// Loads the models before the first question, on a thread of its own: a question that is sent meanwhile goes
/// to disk at once, and waits for them only then.
class ModelLoader final : public QObject
{
    Q_OBJECT

public:
    explicit ModelLoader(const Factories &factories);

public slots:
    /// Answers with loaded() or failed().
    void load();

signals:
    void loaded(const ui::ModelName &name);
    void failed(const engine::Error &error);

private:
    Factories m_factories;
};

} // namespace ui
