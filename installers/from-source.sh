#!/usr/bin/env bash
# Builds Warraq from this checkout and runs it:
#   installers/from-source.sh                          opens the window
#   installers/from-source.sh ask FILE.pdf "QUESTION"  or any other command of warraq-cli
# Installs build packages (Debian, Ubuntu), builds the release preset into build/release, fetches the default models
# into models/. Safe to run again; then it takes seconds.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/installers/packages.sh"

[ -n "${WARRAQ_SKIP_PACKAGES:-}" ] || install_packages "${build_packages[@]}"

(
    cd "$root"
    [ -f build/release/build.ninja ] || cmake --preset release >/dev/null
    if ! ninja -C build/release -n | grep -q "no work to do"; then
        cmake --build --preset release >&2
    fi
)
bin=$root/build/release/bin
python3 "$root/installers/fetch_models.py" "$root/models" --import-with "$bin/warraq-cli"

if [ $# -eq 0 ]; then
    exec "$bin/warraq"
fi
exec "$bin/warraq-cli" "$@"
