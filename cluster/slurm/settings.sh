# What the two commands of this folder have in common; they source it.
checkout=$(cd "$here/../.." && pwd)
export TROUPE_PROGRAM=${TROUPE_PROGRAM:-$checkout/.build/release/troupe}
export TROUPE_KEYS=${TROUPE_KEYS:-$HOME/.config/troupe/keys}
export TROUPE_ENVIRONMENT=${TROUPE_ENVIRONMENT:-cartpole}
for name in TROUPE_RUN_DIR TROUPE_CONFIG; do
  # A job does not start where it was submitted.
  if [[ -n "${!name:-}" ]]; then export "$name=$(realpath -m "${!name}")"; fi
done
if [[ ! -x "$TROUPE_PROGRAM" ]]; then
  echo "$0: there is no program $TROUPE_PROGRAM; run make build, or name another one in TROUPE_PROGRAM" >&2
  exit 69
fi
