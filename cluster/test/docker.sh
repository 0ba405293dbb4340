#!/bin/bash
# docker-compose.yml on a real Docker engine, which runs in a network of its own on this machine: by docker-compose
# 1.29 from Debian's packages, and by Compose v2.
#
# The learner becomes healthy, three actors join, the learner's process is killed and starts again by itself, one
# actor is cut off from the network and comes back. The parameters end at the bytes of a run by `troupe train`.
# Images cannot be assumed to be downloadable here, so one is made of the program and this machine's libraries
# under the name that the compose file uses; test/image.sh builds the Dockerfile itself.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
(($(id -u) == 0)) || fail 'a Docker engine of its own needs root'
require_program
install_packages docker.io docker-compose iproute2 iptables curl
composes=(docker-compose "$checkout/.build/cluster-test/bin/docker-compose")
[[ -x "${composes[1]}" ]] || fail 'run cluster/test/manifests.sh first, which installs Compose v2'

place=$(mktemp -d)
namespace=troupe$$
engine=
compose=${composes[0]}
end() {
  local status=$?
  set +e
  ((status)) && compose logs --no-color --tail=15 >&2
  if [[ -n "$engine" ]]; then
    timeout 60 "$compose" --file "$checkout/docker-compose.yml" down --timeout 1 --volumes > /dev/null 2>&1
    kill "$engine"
    wait "$engine"
  fi
  for mount in $(awk -v place="$place" 'index($2, place) == 1 { print $2 }' /proc/mounts | sort -r); do
    umount "$mount"
  done
  ip netns delete "$namespace"
  rm -rf "$place"
  for group in /sys/fs/cgroup/*/docker; do
    [[ -d "$group" ]] && find "$group" -depth -type d -exec rmdir {} \; 2> /dev/null
  done
  expect_nothing_left "$place" "$namespace" || status=1
  exit "$status"
}
trap end EXIT

# The engine

ip netns add "$namespace"
ip -n "$namespace" link set lo up
# Not `ip netns exec`, which mounts /sys anew: the engine would find no control groups there.
nsenter --net="/run/netns/$namespace" setsid dockerd --data-root "$place/data" --exec-root "$place/exec" \
  --pidfile "$place/dockerd.pid" -H "unix://$place/docker.sock" --storage-driver overlay2 \
  --bip 172.30.0.1/24 --default-address-pool base=172.31.0.0/16,size=24 > "$place/dockerd.log" 2>&1 &
engine=$!
export DOCKER_HOST=unix://$place/docker.sock COMPOSE_PROJECT_NAME=troupe
eventually 30 'the engine' docker info
say 'the engine is up'

# An image of the program and what it needs

build_image_root "$place/image"
tar --directory "$place/image" --create . | docker import \
  --change 'USER 10001:10001' --change 'ENTRYPOINT ["/usr/local/bin/troupe"]' --change 'WORKDIR /' \
  - troupe > /dev/null
say 'the image is there'

# The run that all this must not change

train_locally "$place/local"

compose() { "$compose" --file "$checkout/docker-compose.yml" "$@"; }
export TROUPE_CONFIG=$cluster/test/fixed-run.yaml
page() { nsenter --net="/run/netns/$namespace" curl --silent --fail "http://127.0.0.1:8080/$1"; }
tells_of_three() { grep --quiet '^troupe_actors 3$' <<< "$(page metrics)"; }
has_joined() { (($(grep -c 'an actor joined' "$run/log.jsonl") >= $1)); }

# play: everything that may happen to the services, by the compose in $compose. What stands between the parts of the
# name of a container differs: troupe_actor_1, troupe-actor-1.
play() {
  local learner=troupe$1learner$11 actor=troupe$1actor$1 i at status

  compose up --detach --no-build --scale actor=3 > "$place/up.log" 2>&1 || { cat "$place/up.log" >&2; fail 'compose up'; }
  run=$(docker volume inspect --format '{{.Mountpoint}}' troupe_runs)/run
  [[ "$(docker inspect --format '{{.State.Health.Status}}' "$learner")" == healthy ]] || fail 'the learner is not healthy'
  say "up: the learner is healthy, and its root file system read-only: $(docker inspect --format '{{.HostConfig.ReadonlyRootfs}}' "$learner")"
  eventually 30 'three actors' has_joined 3
  eventually 30 'the first updates' has_updates "$run" 10
  for i in 1 2 3; do
    if docker exec "$actor$i" test -e /keys/learner.secret; then fail 'an actor sees the secret key of the learner'; fi
  done
  say "three actors joined; none of them sees the learner's secret key"

  eventually 10 'metrics that tell of three actors' tells_of_three
  page healthz > /dev/null || fail '/healthz'
  say 'the page of the learner serves metrics, for this machine alone'

  # The learner's process is killed
  kill -9 "$(docker inspect --format '{{.State.Pid}}' "$learner")"
  say "killed the learner at update $(updates "$run")"
  is_back() { grep -q resuming "$run/log.jsonl" && [[ "$(docker inspect --format '{{.State.Running}}' "$learner")" == true ]]; }
  eventually 30 'the learner to start again' is_back
  say "the learner started again by itself ($(docker inspect --format '{{.RestartCount}}' "$learner")) and resumed"

  # One actor is cut off and comes back
  at=$(updates "$run")
  eventually 30 'more updates' has_updates "$run" $((at + 5))
  docker network disconnect troupe_default "${actor}2"
  at=$(updates "$run")
  say "cut actor 2 off at update $at"
  eventually 30 'updates without it' has_updates "$run" $((at + 10))
  docker network connect troupe_default "${actor}2"
  at=$(updates "$run")
  say "connected it again at update $at"
  ((at < $(wc -l < "$place/local/metrics.jsonl"))) || fail 'the run was over before'

  # The end
  status=$(timeout 120 docker wait "$learner") || fail 'the run did not end'
  ((status == 0)) || fail "the learner ended with status $status"
  expect_equal_parameters "$run" "$place/local"
  # An actor that was still connecting when the run ended waits for the next one, as long as its patience.
  say "actors: $(docker inspect --format '{{.Name}} {{.State.Status}} {{.State.ExitCode}}' "$actor"{1,2,3} | tr '\n' ' ')"
  compose down --timeout 1 --volumes > /dev/null 2>&1 || fail 'compose down'
  [[ -z "$(docker ps --all --quiet)$(docker volume ls --quiet)" ]] || fail 'compose down left something'
}

separator=_
for compose in "${composes[@]}"; do
  say "compose $("$compose" version --short)"
  play "$separator"
  separator=-
done
say 'Docker: passed'
