#!/bin/bash
# The pods of the Kubernetes manifests, played by podman: the learner as a Pod, the actors as a Deployment, made
# of what `kubectl kustomize` prints. Podman knows no StatefulSet, no Service and no Secret from elsewhere, so the
# learner's pod bears the Service's name and the keys are a volume of the host.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
(($(id -u) == 0)) || fail 'podman in a network of its own needs root'
require_program
install_packages podman netavark aardvark-dns catatonit runc iproute2 iptables

place=$(mktemp -d)
namespace=troupe$$
python=$checkout/.build/cluster-test/bin/python
[[ -x "$python" ]] || fail 'run cluster/test/manifests.sh first'
export CONTAINERS_CONF=$place/containers.conf
cat > "$CONTAINERS_CONF" <<END
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
network_backend = "netavark"
END
podman() {
  nsenter --net="/run/netns/$namespace" podman --root "$place/root" --runroot "$place/run" --tmpdir "$place/tmp" \
    --network-config-dir "$place/net" --cgroup-manager cgroupfs "$@"
}
end() {
  local status=$?
  set +e
  ((status)) && podman logs --tail 20 troupe-learner-learner >&2
  podman kube down "$place/play.yaml" > /dev/null 2>&1
  podman pod rm --force --all --time 1 > /dev/null 2>&1
  podman network rm --force cluster > /dev/null 2>&1
  for mount in $(awk -v place="$place" 'index($2, place) == 1 { print $2 }' /proc/mounts | sort -r); do
    umount "$mount"
  done
  ip netns delete "$namespace"
  rm -rf "$place"
  expect_nothing_left "$place" "$namespace" || status=1
  exit "$status"
}
trap end EXIT
ip netns add "$namespace"
ip -n "$namespace" link set lo up

build_image_root "$place/image"
tar --directory "$place/image" --create . | podman import --quiet \
  --change 'USER 10001:10001' --change 'ENTRYPOINT ["/usr/local/bin/troupe"]' - localhost/troupe:latest > /dev/null
train_locally "$place/local"
"$program" keygen "$place/keys" > /dev/null
mkdir "$place/runs"
chown -R 10001:10001 "$place/keys" "$place/runs"
chmod 755 "$place"
"$(dirname "$python")/kubectl" kustomize "$cluster/kubernetes/base" | "$python" "$cluster/test/play.py" "$place" "$cluster/test/fixed-run.yaml" > "$place/play.yaml"
podman network create cluster > /dev/null
podman kube play --network cluster "$place/play.yaml" > "$place/play.log" 2>&1 || { cat "$place/play.log" >&2; fail 'podman kube play'; }
say "playing $(podman pod ps --format '{{.Name}}' | tr '\n' ' ')"
run=$place/runs/run
is_over() { [[ "$(podman inspect --format '{{.State.Status}}' troupe-learner-learner)" == exited ]]; }
eventually 120 'the end of the run' is_over
status=$(podman inspect --format '{{.State.ExitCode}}' troupe-learner-learner)
((status == 0)) || fail "the learner ended with status $status"
expect_equal_parameters "$run" "$place/local"
say 'podman: passed'
