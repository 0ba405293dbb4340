#!/bin/bash
# The tests of the Python package against the program $1. What they need goes into .build/python; with
# --installed, the package itself and Gymnasium too, into an environment of their own.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$PWD/$1
environment=.build/python
packages=(numpy pyzmq protobuf)
modules='numpy, zmq, google.protobuf'
source=$PWD/python
if [[ "${2:-}" == --installed ]]; then
  environment=.build/interop/python
  packages=(--force-reinstall --no-deps ./python)
  modules='numpy, zmq, google.protobuf, gymnasium'
  source=
fi

# Where it was asked for by name, what is missing is an error.
give_up() {
  echo "python/tests: $1, so the tests of Python actors are skipped" >&2
  [[ -z "$source" ]] && exit 69
  exit 0
}

command -v python3 >/dev/null || give_up 'there is no python3'
[[ -x $environment/bin/pip ]] || python3 -m venv "$environment" || give_up 'python3 has no venv (Debian: python3-venv)'
pip() { timeout 300 "$environment/bin/pip" install --quiet --disable-pip-version-check --retries 1 "$@"; }
if ! "$environment/bin/python" -c "import $modules" 2>/dev/null; then
  if [[ -z "$source" ]]; then pip './python[gymnasium]'; else pip "${packages[@]}"; fi \
    || give_up 'pip could not install numpy, pyzmq and protobuf (is the package index within reach?)'
fi
# The package as it is now, not as it was when the environment was made.
if [[ -z "$source" ]]; then pip "${packages[@]}"; fi

TROUPE=$program TROUPE_ALL=${2:+1} PYTHONPATH=$source:$PWD/python/tests PYTHONDONTWRITEBYTECODE=1 timeout 900 \
  "$environment/bin/python" -m unittest discover --start-directory python/tests
