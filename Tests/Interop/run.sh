#!/bin/bash
# What TensorBoard and Prometheus make of Troupe's output: part of `make interop`. Installs what it needs into .build/interop.
set -euo pipefail
troupe=$PWD/.build/release/troupe
here=Tests/Interop
place=.build/interop
[[ -x $place/venv/bin/python ]] || python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
missing=
command -v prometheus >/dev/null && command -v promtool >/dev/null || missing=prometheus
if [[ -n $missing ]]; then
  sudo=
  [[ $(id -u) == 0 ]] || sudo=sudo
  $sudo apt-get update --quiet=2
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends $missing
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
timeout 60 "$troupe" train cartpole --updates 20 --until-return none --run-dir "$scratch/events" \
  --log-level warning >/dev/null 2>&1
timeout 60 "$place/venv/bin/python" "$here/event_files.py" "$scratch/events"
timeout 120 "$place/venv/bin/python" "$here/metrics_endpoint.py" "$troupe" "$scratch"
