#!/bin/bash
# What a person sees, looked at by a real browser and a real terminal: part of `make interop`. Installs what it needs into
# .build/interop. IMAGES=docs/images writes the pictures of the documentation too.
set -euo pipefail
troupe=$PWD/.build/release/troupe
here=Tests/Interop/browser
venv=.build/interop/browser
[[ -x $venv/bin/python ]] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
missing=
for program in chromium tmux ffmpeg; do command -v "$program" >/dev/null || missing+=" $program"; done
[[ $(fc-list 2>/dev/null) == *DejaVuSansMono* ]] || missing+=" fonts-dejavu-core"
if [[ -n $missing ]]; then
  sudo=
  [[ $(id -u) == 0 ]] || sudo=sudo
  $sudo apt-get update --quiet=2
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends $missing
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
[[ -z ${IMAGES:-} ]] || mkdir -p "$IMAGES"
PYTHONDONTWRITEBYTECODE=1 timeout 600 "$venv/bin/python" "$here/dashboard.py" "$troupe" "$scratch" ${IMAGES:-}
