#!/bin/bash
# Trains through the bridge with the real program: CartPole and LunarLander until they are solved, MuJoCo for two
# updates; and examines environments.
set -euo pipefail
troupe=$(realpath "$1")
python=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tests=$PWD/Tests/GymnasiumTests/python
cd "$scratch"  # MuJoCo writes its log where it is started
run() {
  timeout 900 "$troupe" train "gymnasium:$1" --python "$python" --run-dir "$scratch/$1" --log-level warning \
    --json "${@:2}"
}
for environment in CartPole-v1 LunarLander-v3; do
  run "$environment" --seed 1 | tee "$scratch/summary.json"
  grep -q '"solved":true' "$scratch/summary.json"
done
timeout 300 "$troupe" export "$scratch/CartPole-v1" --to "$scratch/exported" --episodes 10 --python "$python" \
  2>"$scratch/export"
grep "no replay: the steps of gymnasium:CartPole-v1 take place in another process" "$scratch/export"
run HalfCheetah-v5 --updates 2 --episodes-per-update 4 --evaluate-every none

# What is reproducible is told from what is not.
doctor() { timeout 120 "$troupe" doctor "gymnasium:$1" --python "$python" --measure-for 1s "${@:2}"; }
doctor CartPole-v1
export PYTHONPATH=$tests
if doctor Misbehaving-v0 --import odd_environments --env-arg fault=unseeded 2>"$scratch/doctor"; then
  echo "an environment that ignores its seed was found reproducible" >&2
  exit 1
fi
grep "is not reproducible: with the same seeds in new environments slot 0 differs at step 1" "$scratch/doctor"
