#pragma once

#include "app/services.h"

#include <CLI/CLI.hpp>

namespace app {

/// The options that both programs share: --library, --model, --embedder, --threads, --device.
void addServiceOptions(CLI::App &app, ServiceOptions &options);

} // namespace app
