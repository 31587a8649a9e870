#include "ui/work/model_loader.h"

#include "ui/work/guarded.h"

namespace ui {

ModelLoader::ModelLoader(const Factories &factories)
    : m_factories(factories)
{
}

void ModelLoader::load()
{
    const auto ready = guarded([&]() -> rag::Result<ModelName> {
        // What it makes belongs to this thread and goes; the models it needed stay loaded.
        ASSIGN_OR_RETURN(const auto answerer, m_factories.makeAnswerer());
        return m_factories.describeModel ? m_factories.describeModel() : ModelName();
    });
    if (ready) {
        emit loaded(*ready);
    } else {
        emit failed(ready.error());
    }
}

} // namespace ui
