#!/bin/sh
# Install what the program (run) or its tests (test) need from the distribution.
# With root or sudo it installs; without, it prints the exact line to run and ends with 1.
set -eu
wanted=${1:-run}

run="python3-dev python3-venv gcc swig libpcsclite-dev pcscd libusb-1.0-0
libsane-dev libsane1 sane-airscan
fonts-lxgw-wenkai fonts-wqy-microhei fonts-hanazono espeak-ng alsa-utils
libegl1 libgl1 libglib2.0-0 libfontconfig1 libdbus-1-3 libxkbcommon0 libxkbcommon-x11-0
libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0
libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 libx11-xcb1 libcups2"
test="vsmartcard-vpcd sane-utils libpulse0 cups cups-daemon cups-client cups-filters cups-ipp-utils cups-core-drivers
dbus gnome-keyring xvfb xdotool x11-utils poppler-utils qpdf binutils postgresql
default-jre-headless libpdfbox2-java libactivation-java libjaxb-api-java"

case $wanted in
    run) packages=$run ;;
    test) packages="$run $test" ;;
    *) echo "usage: install-system.sh run|test" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null 2>&1; then
    echo "No apt-get here. Install the equivalents of:" $packages >&2
    exit 1
fi
missing=""
for package in $packages; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed' ||
        dpkg-query -W -f '${db:Status-Status}' "${package}t64" 2>/dev/null | grep -q '^installed' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

line="apt-get update && apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    as=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as="sudo"
elif command -v sudo >/dev/null 2>&1 && [ -t 0 ]; then
    echo "System packages are missing; sudo may ask for your password."
    as="sudo"
else
    echo "System packages are missing and there is no root here. Run as root:" >&2
    echo "    $line" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
$as apt-get update -qq
$as apt-get install -y -qq --no-install-recommends $missing >/dev/null
