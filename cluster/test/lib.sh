# What the tests of the engines have in common; they source it. Each works in a directory of its own and, where
# it starts daemons, in namespaces of its own: when the test ends, however it does, the kernel ends them all.
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cluster=$checkout/cluster
program=${TROUPE_BINARY:-$checkout/.build/release/troupe}
export SWIFT_BACKTRACE=enable=no
started=$SECONDS
# Every process that a test starts inherits this, so that none can be forgotten.
export CLUSTER_TEST=$$

say() { printf '%4d s  %s\n' $((SECONDS - started)) "$*"; }
fail() { say "FAILED: $*" >&2; exit 1; }

# eventually SECONDS WHAT COMMAND...: waits until the command succeeds.
eventually() {
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" > /dev/null 2>&1; do
    ((SECONDS < limit)) || fail "waited in vain for $what"
    sleep 0.2
  done
}

# Numbers of the living processes that a test started. A shell that only forked still shows its own first variables.
started_processes() {
  local mark=CLUSTER_TEST=$CLUSTER_TEST
  (
    unset CLUSTER_TEST
    grep --files-with-matches --null-data --line-regexp "$mark" /proc/[0-9]*/environ 2> /dev/null | cut -d / -f 3
  ) || true
}

# expect_nothing_left PLACE [NAMESPACE]: a test leaves no process, mount, namespace or file, however it ended.
expect_nothing_left() {
  local left=() process
  for _ in $(seq 50); do [[ -z "$(started_processes)" ]] && break; sleep 0.1; done
  for process in $(started_processes); do
    left+=("process $process, $(tr '\0' ' ' < "/proc/$process/cmdline" 2> /dev/null)")
  done
  if grep --quiet " $1/" /proc/mounts; then left+=("mounts below $1"); fi
  if [[ -n "${2:-}" && -e "/run/netns/$2" ]]; then left+=("the namespace $2"); fi
  if [[ -e "$1" ]]; then left+=("$1"); fi
  ((${#left[@]} == 0)) && return 0
  say "FAILED: left behind: ${left[*]}" >&2
  return 1
}

# install_packages PACKAGE...: with apt-get, where they are missing; fails where that fails.
install_packages() {
  local package missing=()
  for package; do
    [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] \
      || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  local sudo=
  if (($(id -u))); then sudo=sudo; fi
  $sudo apt-get update --quiet=2
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends \
    "${missing[@]}" > /dev/null || return
  say "installed ${missing[*]}"
}

require_program() {
  [[ -x "$program" ]] || fail "there is no program $program; run make build, or name another one in TROUPE_BINARY"
}

# The fixed run on this machine, by `troupe train`: what every engine has to end at.
train_locally() {
  "$program" train --config "$cluster/test/fixed-run.yaml" --run-dir "$1" --json --log-level error > "$1.json" 2> "$1.log" \
    || { tail -n 5 "$1.log" >&2; fail 'the local run failed'; }
  expected=$(sha256 "$1")
  say "local run: parameters $expected"
}

sha256() { sha256sum "$1/policy.safetensors" | cut -d ' ' -f 1; }
updates() { wc -l < "$1/metrics.jsonl" 2>/dev/null || echo 0; }
has_updates() { (($(updates "$1") >= $2)); }

expect_equal_parameters() {
  local found
  found=$(sha256 "$1")
  [[ "$found" == "$expected" ]] || fail "parameters are $found instead of $expected"
  (($(updates "$1") == $(wc -l < "$2/metrics.jsonl"))) || fail "there are $(updates "$1") updates"
  say "the parameters are the same, byte for byte: $found"
}

# build_image_root DIR: the files of an image made of the program, a shell, and this machine's libraries that they
# need, laid out as the Dockerfile does; for engines that cannot download images.
build_image_root() {
  local root=$1 file library
  mkdir -p "$root"/{usr/bin,usr/local/bin,lib64,tmp,etc,proc,sys,dev,run,keys/actors,runs}
  ln -s usr/bin "$root/bin"
  echo 'hosts: files dns' > "$root/etc/nsswitch.conf"
  install "$program" "$root/usr/local/bin/troupe"
  for file in bash sh test; do install -D "$(readlink -f "/usr/bin/$file")" "$root/usr/bin/$file"; done
  for file in "$program" /usr/bin/bash /usr/bin/sh /usr/bin/test; do
    for library in $(ldd "$file" | grep -o '/[^ ]*'); do install -D "$library" "$root$library"; done
  done
  for library in /lib/x86_64-linux-gnu/libnss_{files,dns}.so.2; do
    if [[ -e "$library" ]]; then install -D "$library" "$root$library"; fi
  done
  chown -R 10001:10001 "$root/keys" "$root/runs"
  chmod -R 700 "$root/keys"
}
