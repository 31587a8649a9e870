# The Debian and Ubuntu packages that building needs; read by from-source.sh and tests/run.sh.
# Each has its counterpart in the README's table of dependencies.
build_packages=(
    ca-certificates g++ cmake ninja-build pkg-config ccache
    qt6-base-dev qt6-tools-dev qt6-l10n-tools qt6-tools-dev-tools libqt6svg6 libgl-dev
    libpoppler-cpp-dev poppler-data libseccomp-dev libtesseract-dev tesseract-ocr-eng tesseract-ocr-ara
    libfaiss-dev libsqlite3-dev libspdlog-dev libexpected-dev nlohmann-json3-dev libcli11-dev libutf8proc-dev
    libstemmer-dev
    fonts-dejavu-core fonts-noto-core
    python3 python3-pip
    dpkg-dev file # cpack -G DEB
)
# What the checks of tests/run.sh need on top.
test_packages=(clang-format-14)

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
        echo "error: installing packages needs root; run as root: $*" >&2
        return 1
    fi
}

# install_packages NAME...: those that are missing, by apt; on another system the list and how to go on.
install_packages() {
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        echo "error: this system has no apt. Install what these Debian packages hold with its own package manager," >&2
        echo "then run again with WARRAQ_SKIP_PACKAGES=1: $*" >&2
        return 1
    fi
    local missing=() name
    for name in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    echo "Installing ${#missing[@]} packages: ${missing[*]}" >&2
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
