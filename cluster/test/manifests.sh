#!/bin/bash
# What can be checked without an engine: that the compose file, the Kubernetes manifests, the systemd units and
# the scripts are well-formed, and that the program accepts every command line in them.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
require_program
cd "$checkout"

for script in Sources/Launch/launch.sh cluster/slurm/* cluster/kubernetes/keys cluster/systemd/install cluster/test/*.sh; do
  bash -n "$script" || fail "$script"
done
say 'scripts: well-formed'

python=.build/cluster-test/bin/python
mkdir -p .build
if [[ ! -x "$python" ]] || ! "$python" -c 'import yaml, kubernetes_validate' 2> /dev/null; then
  if ! { python3 -m venv .build/cluster-test \
    && .build/cluster-test/bin/pip install --quiet kubernetes-validate==1.37.0; } > .build/cluster-test.log 2>&1; then
    say "manifests: SKIPPED, for kubernetes-validate cannot be installed: $(tail -n 1 .build/cluster-test.log)"
    exit 0
  fi
fi
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$program" keygen "$place/keys" > /dev/null

if command -v docker-compose > /dev/null; then
  docker-compose config --quiet || fail 'docker-compose.yml'
  say 'docker-compose.yml: accepted by docker-compose'
else
  say 'docker-compose.yml: SKIPPED, for there is no docker-compose'
fi

manifests=()
if command -v kubectl > /dev/null; then
  for folder in cluster/kubernetes/base cluster/kubernetes/overlays/*; do
    manifest=$place/$(basename "$folder").yaml
    kubectl kustomize "$folder" > "$manifest" || fail "$folder"
    .build/cluster-test/bin/kubernetes-validate --strict --quiet "$manifest" || fail "$folder"
    manifests+=("$manifest")
    say "$folder: valid"
  done
  cluster/kubernetes/keys "$place/keys" > "$place/keys.yaml" || fail 'cluster/kubernetes/keys'
  .build/cluster-test/bin/kubernetes-validate --strict --quiet "$place/keys.yaml" || fail 'cluster/kubernetes/keys'
else
  say 'cluster/kubernetes: SKIPPED, for there is no kubectl'
fi

if command -v systemd-analyze > /dev/null; then
  mkdir "$place/units"
  for unit in troupe-learner.service troupe-actor@.service; do
    # The program is not installed here, and a template is checked as one of its units.
    sed "s,/usr/local/bin/troupe,$program," "cluster/systemd/$unit" > "$place/units/${unit/@./@1.}"
    complaints=$(systemd-analyze verify "$place/units/${unit/@./@1.}" 2>&1 || true)
    [[ -z "$complaints" ]] || fail "$unit: $complaints"
    score=$(systemd-analyze security --offline=true "$checkout/cluster/systemd/$unit" | grep -o 'service: [0-9.]*')
    awk -v score="${score#service: }" 'BEGIN { exit !(score <= 2) }' || fail "$unit: exposure ${score#service: }"
    say "cluster/systemd/$unit: accepted, exposure ${score#service: } of 10"
  done
else
  say 'cluster/systemd: SKIPPED, for there is no systemd-analyze'
fi

"$python" cluster/test/commands.py "$program" "$place/keys" "${manifests[@]}"
say 'manifests: passed'
