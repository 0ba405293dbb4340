#!/bin/bash
# Trains through the bridge with the real program: CartPole until it is solved, Box2D and MuJoCo for two updates.
set -euo pipefail
troupe=$1
python=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
run() {
  timeout 120 "$troupe" train "gymnasium:$1" --python "$python" --run-dir "$scratch/$1" --log-level warning \
    --json "${@:2}"
}
run CartPole-v1 --seed 1 | tee "$scratch/cartpole.json"
grep -q '"solved":true' "$scratch/cartpole.json"
for environment in LunarLander-v3 HalfCheetah-v5; do
  run "$environment" --updates 2 --episodes-per-update 4 --evaluate-every none
done
