#pragma once

#include "engine/base/result.h"

#include <exception>
#include <new>
#include <type_traits>

namespace ui {

/// Calls `body`, which returns a Result, and turns what it throws into an Error: nothing may leave a worker's
/// slot.
template <class Body>
std::invoke_result_t<Body> guarded(Body &&body)
{
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return engine::fail(engine::ErrorCode::OutOfMemory, "out of memory");
    } catch (const std::exception &error) {
        return engine::fail(engine::ErrorCode::Unsupported, error.what());
    }
}

} // namespace ui
