"""What the schemas of Kubernetes do not hold of the manifests: that every pod satisfies the *restricted* pod security
standard, that no probe asks for progress, and that each PodMonitor and NetworkPolicy is for pods that are there.

usage: pods.py MANIFEST...
"""

import pathlib
import sys

import yaml

# Kinds of volumes that the standard allows.
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
# Of a learner: that it is ready means that it listens, and that it is alive that it answers.
PROBES = {"readinessProbe": "/readyz", "livenessProbe": "/healthz"}


def require(condition, where, text):
    if not condition:
        sys.exit(f"FAILED: {where}: {text}")


def check_restricted(pod, where):
    context = pod.get("securityContext", {})
    require(context.get("runAsNonRoot") is True and context.get("runAsUser") != 0, where, "may run as root")
    require(context.get("seccompProfile", {}).get("type") == "RuntimeDefault", where, "has no seccomp profile")
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        require(not pod.get(name), where, f"uses {name}")
    for volume in pod.get("volumes", []):
        require(volume.keys() - {"name"} <= VOLUMES, where, f"volume {volume['name']} is of a kind that is not allowed")
    for container in pod["containers"] + pod.get("initContainers", []):
        own = container.get("securityContext", {})
        require(own.get("allowPrivilegeEscalation") is False, where, "may gain privileges")
        require(own.get("capabilities", {}).get("drop") == ["ALL"], where, "keeps capabilities")
        require(not own.get("capabilities", {}).get("add"), where, "adds capabilities")
        require(own.get("readOnlyRootFilesystem") is True, where, "may write to its root file system")
        require("memory" in container["resources"]["limits"], where, "has no limit on memory")


def check_probes(container, where):
    for probe, path in PROBES.items():
        if container["name"] == "learner" or probe in container:
            require(container.get(probe, {}).get("httpGet", {}).get("path") == path, where, f"{probe} is not {path}")
    require("startupProbe" not in container, where, "has a probe that is not described")


def check(path):
    documents = list(yaml.safe_load_all(pathlib.Path(path).read_text()))
    pods = {}
    for document in documents:
        template = document.get("spec", {}).get("template")
        if template:
            where = f"{path}: {document['kind']} {document['metadata']['name']}"
            pods[where] = template
            check_restricted(template["spec"], where)
            for container in template["spec"]["containers"]:
                check_probes(container, where)

    def selected(labels):
        return [pod for pod in pods.values() if labels.items() <= pod["metadata"]["labels"].items()]

    def ports(pod):
        return [port for container in pod["spec"]["containers"] for port in container.get("ports", [])]

    monitors = 0
    for document in documents:
        where = f"{path}: {document['kind']} {document['metadata']['name']}"
        if document["kind"] == "PodMonitor":
            (pod,) = selected(document["spec"]["selector"]["matchLabels"])
            wanted = {endpoint["port"] for endpoint in document["spec"]["podMetricsEndpoints"]}
            require(wanted and wanted <= {port["name"] for port in ports(pod)}, where, f"its pods have no port {wanted}")
            monitors += 1
        if document["kind"] == "NetworkPolicy":
            (pod,) = selected(document["spec"]["podSelector"]["matchLabels"])
            allowed = {port["port"] for rule in document["spec"].get("ingress", []) for port in rule["ports"]}
            require(allowed <= {port["containerPort"] for port in ports(pod)}, where, f"its pods have no port {allowed}")
    return len(pods), monitors


counts = [check(path) for path in sys.argv[1:]]
pods, monitors = (sum(column) for column in zip(*counts))
require(pods == 2 * len(counts) and monitors, "manifests", f"{pods} pods and {monitors} monitors were found")
print(f"        pods: all {pods} are restricted, and {monitors} PodMonitors find theirs")
