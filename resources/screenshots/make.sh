#!/bin/sh
# Makes the pictures of this folder: starts the real window with the default models on a virtual screen, works it
# with keys and the mouse, and takes what is on the screen.
# usage: make.sh BUILD PDFS    BUILD: a build folder (build/release); PDFS: a folder with rcpp-introduction.pdf,
#                              hr-policy-ar.pdf, palm-care-scan-ar.pdf
# Needs Xvfb, xdotool, ImageMagick and a font with Arabic (Noto Sans Arabic).
set -eu
[ $# = 2 ] || { sed -n '2,6p' "$0"; exit 2; }
build=$(realpath "$1") pdfs=$(realpath "$2") here=$(dirname "$(realpath "$0")")
home=$(mktemp -d)
screen=:97
Xvfb $screen -screen 0 1280x800x24 >/dev/null 2>&1 &
server=$!
program=
trap 'kill $program $server 2>/dev/null || true; rm -rf "$home"' EXIT
export DISPLAY=$screen HOME="$home" XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" LANG=C.UTF-8
export XDG_RUNTIME_DIR="$home"
chmod 700 "$home"
sleep 1

# begin THEME LANGUAGE PDF...   THEME: 1 light, 2 dark
begin() {
    rm -rf "$home/library" "$home/config"
    mkdir -p "$home/config/Warraq"
    printf '[appearance]\ntheme=%s\nlanguage=%s\n' "$1" "$2" > "$home/config/Warraq/warraq.ini"
    shift 2
    "$build/bin/warraq" --library "$home/library" "$@" >"$home/log" 2>&1 &
    program=$!
    sleep 3
    xdotool windowsize "$(xdotool search --onlyvisible --pid $program | tail -1)" 1280 800
    sleep "${WAIT:-20}" # all is read, and its meaning learnt
}
ask() {
    xdotool key ctrl+l
    xdotool type --delay 20 "$1"
    xdotool key Return
    sleep "${ANSWER:-10}"
}
click() { # X Y
    xdotool mousemove "$1" "$2" click "${3:-1}"
    sleep 2
}
take() { # NAME
    xdotool mousemove 640 799
    sleep 1
    import -window root -strip "$here/$1.png"
}
end() {
    kill $program
    wait $program 2>/dev/null || true
    program=
}

# Where is clicked follows from the size of the screen; look at every picture before it is kept.
english='How does Rcpp help to make packages?'
begin 1 en "$pdfs/rcpp-introduction.pdf" "$pdfs/hr-policy-ar.pdf" "$pdfs/palm-care-scan-ar.pdf"
ask "$english"
click 760 "${SOURCE_Y:-215}"
take window-light
xdotool key F8
sleep 1
click 515 "${GLASS_Y:-290}"
take glass-box
click 60 "${SCAN_Y:-95}" 3
xdotool key Up Up Return # the last but one entry of the menu: how it was read
sleep 2
import -window "$(xdotool search --onlyvisible --name 'was read' | tail -1)" -strip "$here/report.png"
xdotool key Escape
end

begin 2 en "$pdfs/rcpp-introduction.pdf" "$pdfs/hr-policy-ar.pdf" "$pdfs/palm-care-scan-ar.pdf"
ask "$english"
click 760 "${SOURCE_Y:-215}"
take window-dark
end

begin 1 ar "$pdfs/hr-policy-ar.pdf" "$pdfs/palm-care-scan-ar.pdf" "$pdfs/rcpp-introduction.pdf"
ask 'كم مدة فترة التجربة؟'
click 500 "${SOURCE_AR_Y:-270}"
take window-arabic
end
