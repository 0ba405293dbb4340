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

# skip WHAT: for want of a tool that cannot be installed here, as on a machine without a network.
skip() { say "SKIPPED: $1"; }

# kubectl, compose v2 and the schemas come into an environment of their own.
tools=.build/cluster-test
if ! cmp --quiet "$tools/requirements.txt" cluster/test/requirements.txt; then
  mkdir -p .build
  if ! { python3 -m venv --clear "$tools" && "$tools/bin/pip" install --quiet --disable-pip-version-check \
    --requirement cluster/test/requirements.txt; } > .build/cluster-test.log 2>&1; then
    skip "manifests, for what they are checked with cannot be installed: $(tail -n 1 .build/cluster-test.log)"
    exit 0
  fi
  cp cluster/test/requirements.txt "$tools/requirements.txt"
  say "installed $(grep '^[a-z]' cluster/test/requirements.txt | paste --serial --delimiters=' ')"
fi
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$program" keygen "$place/keys" > /dev/null

# Compose v2 always, v1.29 where it is: `make cluster-test` installs it.
for compose in "$tools/bin/docker-compose" $(command -v docker-compose || true); do
  "$compose" config --quiet || fail "docker-compose.yml with $compose"
  "$compose" --profile monitoring config --quiet || fail "docker-compose.yml, profile monitoring, with $compose"
  [[ "$(TROUPE_ACTORS=7 "$compose" config)" == *'scale: 7'* ]] || fail "TROUPE_ACTORS and docker-compose.yml with $compose"
  say "docker-compose.yml: accepted by compose $("$compose" version --short)"
done

manifests=()
for folder in cluster/kubernetes/base cluster/kubernetes/overlays/*; do
  manifest=$place/$(basename "$folder").yaml
  "$tools/bin/kubectl" kustomize "$folder" > "$manifest" || fail "$folder"
  "$tools/bin/kubernetes-validate" --strict --quiet "$manifest" || fail "$folder"
  manifests+=("$manifest")
  say "$folder: valid"
done
PATH=$checkout/$tools/bin:$PATH cluster/kubernetes/keys "$place/keys" > "$place/keys.yaml" || fail 'cluster/kubernetes/keys'
"$tools/bin/kubernetes-validate" --strict --quiet "$place/keys.yaml" || fail 'cluster/kubernetes/keys'

if ! command -v systemd-analyze > /dev/null && (($(id -u) == 0)) && command -v apt-get > /dev/null; then
  install_packages systemd
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
  skip 'cluster/systemd, for there is no systemd-analyze'
fi

"$tools/bin/python" cluster/test/pods.py "${manifests[@]}"
"$tools/bin/python" cluster/test/commands.py "$program" "$place/keys" "${manifests[@]}"
say 'manifests: passed'
