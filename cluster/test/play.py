"""Turns the manifests on standard input into what podman can play; see podman.sh.

usage: play.py PLACE CONFIGURATION
"""

import sys

import yaml

place, configuration = sys.argv[1:]
documents = {(d["kind"], d["metadata"]["name"]): d for d in yaml.safe_load_all(sys.stdin)}
with open(configuration) as file:
    text = file.read()


def localize(pod, volumes):
    """Gives the volumes of the cluster places on this host."""
    for volume in pod["volumes"]:
        if volume["name"] in volumes:
            volume_name, path = volume["name"], volumes[volume["name"]]
            volume.clear()
            volume.update(name=volume_name, hostPath={"path": path, "type": "Directory"})
    for container in pod["containers"]:
        container["image"] = "localhost/troupe:latest"
        container["imagePullPolicy"] = "Never"
        # Probes of podman need systemd's timers.
        container.pop("readinessProbe", None)
        container.pop("livenessProbe", None)


learner = documents["StatefulSet", "troupe-learner"]["spec"]["template"]
pod = learner["spec"]
pod["volumes"].append({"name": "runs"})
localize(pod, {"keys": f"{place}/keys", "runs": f"{place}/runs"})
pod["restartPolicy"] = "OnFailure"
actors = documents["Deployment", "troupe-actor"]
actors["spec"]["replicas"] = 2
localize(actors["spec"]["template"]["spec"], {"keys": f"{place}/keys"})
(settings,) = [d for (kind, _), d in documents.items() if kind == "ConfigMap"]
settings["data"]["config.yaml"] = text
yaml.safe_dump_all(
    [
        settings,
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "troupe-learner", "labels": learner["metadata"]["labels"]},
            "spec": pod,
        },
        actors,
    ],
    sys.stdout,
)
