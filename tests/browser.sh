#!/bin/sh
# The browser tests need Chromium and a Chinese font, those of the journals hledger: look for them, and on Debian and
# its kin install what is missing.
set -eu

missing=''
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
    missing='chromium'
# fc-list is part of fontconfig, which Chromium itself depends on
if ! command -v fc-list >/dev/null || [ -z "$(fc-list :lang=zh-cn family)" ]; then
    missing="$missing fonts-noto-cjk"
fi
command -v hledger >/dev/null || missing="$missing hledger"
[ -n "$missing" ] || exit 0

give_up() {
    echo "The tests need$1. Please install: $missing" >&2
    exit 1
}

command -v apt-get >/dev/null || give_up ' a Chromium, a Chinese font and hledger, and apt-get is not here to install them'
as_root=''
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || give_up ' packages that only root may install'
    as_root='sudo'
fi
echo "Installing for the tests: $missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # words are meant to split
if ! { $as_root apt-get update && $as_root apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    give_up ' packages that apt-get could not install'
fi
