#!/bin/bash
# What torch, safetensors and onnxruntime make of an exported policy: part of `make interop`. Installs what it needs into
# .build/interop. The package must be built, with its tests.
set -euo pipefail
troupe=${TROUPE_BINARY:-$PWD/.build/release/troupe}
place=.build/interop/export
[[ -x $place/bin/python ]] || python3 -m venv "$place"
"$place/bin/pip" install --quiet --requirement Tests/Interop/export-requirements.txt
if ! command -v ffprobe >/dev/null; then
  sudo=
  [[ $(id -u) == 0 ]] || sudo=sudo
  $sudo apt-get update --quiet=2
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends ffmpeg
fi
python=$PWD/$place/bin/python

# Every kind of action and network, on 1,000 observations each.
TROUPE_EXPORT_PYTHON=$python timeout 300 \
  swift test --skip-build --disable-xctest --filter ExportInteropTests

# A run from end to end: what the card says is done as it stands.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
for arguments in "cartpole" "pendulum --updates 3" "cartpole --normalize-observations --updates 5 --seed 2"; do
  rm -rf run exported again bare imported
  # shellcheck disable=SC2086
  timeout 120 "$troupe" train $arguments --run-dir run --log-level warning >/dev/null 2>&1
  timeout 60 "$troupe" export run --to exported --episodes 50 >/dev/null
  timeout 60 "$troupe" export run --to again --episodes 50 >/dev/null
  diff --recursive exported again
  # What the Hub shows is there where ffmpeg is, and what every browser shows always.
  PATH=/nonexistent "$troupe" export run --to bare --episodes 50 2>bare.log >/dev/null
  grep -q "no bare/replay.mp4: there is no ffmpeg" bare.log
  cmp exported/replay.html bare/replay.html
  [[ ! -e bare/replay.mp4 ]] && ! grep -q "replay.mp4" bare/README.md
  ffprobe -v error -show_entries stream=codec_name,width,height -of csv=p=0 exported/replay.mp4 | grep -qx "h264,720,400"
  grep -q "replay.mp4" exported/README.md
  (
    cd exported
    sed -n '/^```python$/,/^```$/{/^```/!p}' README.md >../snippet.py
    [[ $(wc -l <../snippet.py) == 5 ]]
    timeout 60 "$python" ../snippet.py >/dev/null
    "$python" -c '
import json, onnxruntime, re
text = open("README.md").read()
assert text.startswith("---\n") and "model-index:" in text
onnxruntime.InferenceSession("policy.onnx")
results = json.load(open("results.json"))
assert results["n_evaluation_episodes"] == 50
assert "%.2f" % results["mean_reward"] in text, "the card shows the figure of results.json"
'
  )
  timeout 60 "$troupe" import exported/model.safetensors --config exported/hyperparameters.json --run-dir imported \
    >/dev/null
  cmp run/policy.safetensors exported/model.safetensors
  cmp run/policy.safetensors imported/policy.safetensors
  [[ "$("$troupe" evaluate run --episodes 50)" == "$("$troupe" evaluate imported --episodes 50)" ]]
  timeout 60 "$troupe" train --resume --run-dir imported --updates 2 --until-return none --log-level warning \
    >/dev/null 2>&1
  echo "$arguments: card, replay, ONNX, import(export(x)) = x and two more updates"
done
