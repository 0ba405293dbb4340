#!/bin/bash
# Builds the Dockerfile, unchanged, where its base images cannot be downloaded: on stand-ins of the same names,
# made of Debian's packages and of this machine's Swift. Then trains in the image. Takes many minutes and 6 GB.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
(($(id -u) == 0)) || fail 'a Docker engine of its own needs root'
install_packages docker.io debootstrap

place=$(mktemp -d)
engine=
end() {
  local status=$?
  set +e
  if [[ -n "$engine" ]]; then kill "$engine"; wait "$engine"; fi
  for mount in $(awk -v place="$place" 'index($2, place) == 1 { print $2 }' /proc/mounts | sort -r); do
    umount "$mount"
  done
  rm -rf "$place"
  for group in /sys/fs/cgroup/*/docker; do
    [[ -d "$group" ]] && find "$group" -depth -type d -exec rmdir {} \; 2> /dev/null
  done
  expect_nothing_left "$place" || status=1
  exit "$status"
}
trap end EXIT

# An engine without networks: what is built uses the host's, and no rule of the host's is touched.
setsid dockerd --data-root "$place/data" --exec-root "$place/exec" --pidfile "$place/dockerd.pid" \
  -H "unix://$place/docker.sock" --storage-driver overlay2 --bridge=none --iptables=false \
  --ip-forward=false --ip-masq=false > "$place/dockerd.log" 2>&1 &
engine=$!
export DOCKER_HOST=unix://$place/docker.sock DOCKER_BUILDKIT=0
eventually 30 'the engine' docker info

debootstrap --variant=minbase --include=ca-certificates bookworm "$place/debian" \
  "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" > "$place/debootstrap.log" || { tail "$place/debootstrap.log"; fail debootstrap; }
tar --directory "$place/debian" --create . | docker import - debian:bookworm-slim > /dev/null
rm -rf "$place/debian"
say 'stand-in for debian:bookworm-slim'

# Swift as the official image has it, under /usr; and this machine's copies of the packages, where it has any.
mkdir "$place/swift"
toolchain=$(dirname "$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")")
tar --directory "$toolchain" --exclude='*lldb*' --exclude='*sourcekit-lsp*' --exclude='*embedded*' \
  --exclude='*musl*' --create --file "$place/swift/toolchain.tar" usr
tar --create --file "$place/swift/packages.tar" --files-from /dev/null
if [[ -e /etc/gitconfig && -d /opt/swift-packages ]]; then
  tar --directory / --create --file "$place/swift/packages.tar" etc/gitconfig opt/swift-packages
fi
cat > "$place/swift/Dockerfile" <<'END'
FROM debian:bookworm-slim
RUN apt-get update --quiet=2 && apt-get install --quiet=2 --yes --no-install-recommends \
  binutils git gcc libc6-dev libstdc++-12-dev libxml2 libcurl4 libedit2 libncurses6 libsqlite3-0 zlib1g-dev tzdata
ADD toolchain.tar packages.tar /
END
docker build --network=host --tag swift:6.3-bookworm "$place/swift" > "$place/build.log" 2>&1 \
  || { tail "$place/build.log"; fail 'the stand-in for swift:6.3-bookworm'; }
rm -rf "$place/swift"
say 'stand-in for swift:6.3-bookworm'

docker build --network=host --tag troupe "$checkout" > "$place/build.log" 2>&1 \
  || { tail -n 30 "$place/build.log"; fail Dockerfile; }
say "Dockerfile: built; $(docker image inspect --format '{{.Size}}' troupe) bytes, of which the base is $(docker image inspect --format '{{.Size}}' debian:bookworm-slim)"

# shellcheck disable=SC2016
docker run --rm --network=none --entrypoint /bin/bash troupe -c \
  'echo "program: $(stat --format=%s /usr/local/bin/troupe) bytes, user $(id -u)"; ldd /usr/local/bin/troupe | grep -q "not found" && exit 1; exit 0'
docker run --rm --network=none --read-only --tmpfs /tmp --tmpfs /runs:uid=10001 --cap-drop ALL \
  troupe train cartpole --updates 50 --run-dir /runs/run --json --log-level error > "$place/image.json"
"${program}" train cartpole --updates 50 --run-dir "$place/local" --json --log-level error > "$place/local.json" 2> /dev/null
digest() { grep -o '"parameters_sha256":"[0-9a-f]*"' "$1"; }
[[ "$(digest "$place/image.json")" == "$(digest "$place/local.json")" ]] || fail 'other parameters than here'
say "trained in the image, with a read-only root: $(digest "$place/image.json")"

# Its HEALTHCHECK: of a learner with a page, and of an actor, which has none.
for role in "learner cartpole --bind tcp://127.0.0.1:5555 --run-dir /runs/run --http 0.0.0.0:8080" \
  "actor --connect tcp://127.0.0.1:5555"; do
  # shellcheck disable=SC2086
  container=$(docker run --detach --network=none --read-only --tmpfs /tmp --tmpfs /runs:uid=10001 --cap-drop ALL troupe $role)
  is_healthy() { [[ "$(docker inspect --format '{{.State.Health.Status}}' "$container")" == healthy ]]; }
  eventually 30 "a healthy ${role%% *}" is_healthy
  docker rm --force "$container" > /dev/null
  say "${role%% *}: healthy by the image's own HEALTHCHECK"
done
say 'image: passed'
