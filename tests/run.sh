#!/usr/bin/env bash
# Configures, builds and runs every test, headless. `tests/run.sh -R NAME` hands its arguments to ctest.
#   WARRAQ_TEST_PRESETS  presets to test, default "dev". PRESET:LABEL builds and runs only the tests of that label:
#                        "dev asan:sanitized" adds those that read files from outside, under AddressSanitizer
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. installers/packages.sh
[ -n "${WARRAQ_SKIP_PACKAGES:-}" ] || install_packages "${build_packages[@]}" "${test_packages[@]}"

jobs=$(nproc)
export QT_QPA_PLATFORM=offscreen CTEST_PARALLEL_LEVEL=$jobs
if command -v clang-format-14 >/dev/null; then
    git ls-files '*.h' '*.cpp' | xargs clang-format-14 --dry-run --Werror
fi
for wanted in ${WARRAQ_TEST_PRESETS:-dev}; do
    preset=${wanted%%:*}
    label=${wanted#"$preset"}
    label=${label#:}
    cmake --preset "$preset" >/dev/null
    cmake --build --preset "$preset" ${label:+--target "$label" warraq-pdf} -- -j "$jobs" --quiet
    if [ -x "build/$preset/bin/warraq-cli" ]; then
        # The tests of the whole program need the default models; without a network they are skipped, and say so.
        python3 installers/fetch_models.py models --import-with "build/$preset/bin/warraq-cli" ||
            echo "The default models could not be fetched: tests that need them will be skipped."
    fi
    ctest --preset "$preset" ${label:+-L "$label"} "$@"
done
