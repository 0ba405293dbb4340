"""Tries every command line of troupe that stands in a file for an engine on the program itself, and looks up
every metric that a dashboard or an autoscaler names in docs/metrics.md.

usage: commands.py PROGRAM KEYS MANIFEST...

A learner is asked to print its configuration. An actor has to get as far as waiting in vain for a learner. Paths
inside of containers are replaced by such as exist here.
"""

import concurrent.futures
import pathlib
import re
import shlex
import subprocess
import sys

import yaml

program, keys, *manifests = sys.argv[1:]
checkout = pathlib.Path(__file__).parents[2]
elsewhere = {
    "/keys": keys,
    "/keys/compose": keys,
    "/etc/troupe/keys": keys,
    "/etc/troupe/config.yaml": str(checkout / "cluster/config.yaml"),
}


def from_compose(path):
    for name, service in yaml.safe_load(path.read_text())["services"].items():
        command = service.get("command", [])
        if command and command[0] in ("learner", "actor"):
            yield f"{path.name}: {name}", command, service.get("environment", {})


def from_manifest(path):
    for document in yaml.safe_load_all(path.read_text()):
        pod = document.get("spec", {}).get("template", {}).get("spec", {})
        for container in pod.get("containers", []):
            yield f"{path.name}: {document['kind']} {document['metadata']['name']}", container["args"], {}


def from_unit(path):
    variables, command = {}, []
    for line in path.read_text().splitlines():
        key, _, value = line.partition("=")
        if key == "Environment":
            variables.update([value.split("=", 1)])
        if key == "ExecStart":
            command = shlex.split(value)[1:]
    yield path.name, command, variables


def here(word):
    """In the place of a name that only the engine resolves, a port of this machine where nobody listens."""
    return re.sub(r"^tcp://[a-z-]+:5555$", "tcp://127.0.0.1:1", word)


def expected_status(command):
    return 75 if command[0] == "actor" else 0


def attempt(name, command, variables):
    command = [here(elsewhere.get(word, word)) for word in command]
    command += ["--patience", "1s"] if command[0] == "actor" else ["--print-config"]
    # Those of a container's paths and of compose's own variables mean nothing here.
    environment = {
        key: here(value)
        for key, value in variables.items()
        if "$" not in value and not value.startswith("/")
    }
    environment.setdefault("TROUPE_ENVIRONMENT", "cartpole")
    process = subprocess.run(
        [program, *command], env=environment, capture_output=True, text=True, timeout=60
    )
    if process.returncode != expected_status(command):
        sys.exit(f"FAILED: {name}: exit {process.returncode}: {shlex.join(command)}\n{process.stderr}")


found = list(from_compose(checkout / "docker-compose.yml"))
for manifest in manifests:
    found += from_manifest(pathlib.Path(manifest))
for unit in sorted((checkout / "cluster/systemd").glob("*.service")):
    found += from_unit(unit)
roles = [command[0] for _, command, _ in found]
if min(roles.count("learner"), roles.count("actor")) < 2:
    sys.exit(f"FAILED: only {roles} were found")
# Each actor waits for a second, so all at once.
with concurrent.futures.ThreadPoolExecutor(len(found)) as pool:
    list(pool.map(lambda arguments: attempt(*arguments), found))
print(f"        command lines: troupe accepts all {len(found)}")


described = set(re.findall(r"^\| `([a-z_]+)", (checkout / "docs/metrics.md").read_text(), re.MULTILINE))
described |= {"refusals"}
users = [
    checkout / "cluster/monitoring/grafana/dashboards/troupe.json",
    checkout / "cluster/kubernetes/overlays/autoscale/autoscaler.yaml",
]
named = {name for user in users for name in re.findall(r"troupe_([a-z_]+)", user.read_text())}
unknown = {name for name in named if name.removesuffix("_total") not in described}
if unknown or len(named) < 20:
    sys.exit(f"FAILED: docs/metrics.md does not describe {sorted(unknown)}, of {len(named)} metrics named")
print(f"        metrics: all {len(named)} that the dashboard and the autoscaler name exist")
