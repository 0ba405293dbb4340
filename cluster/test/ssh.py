#!/usr/bin/env python3
"""`troupe launch` over real ssh: three hosts in network namespaces, two of them with an sshd of its own.

Actors are launched from the learner's host, scaled, looked at and ended. Meanwhile one host's link is cut and
healed, and the other host is gone for good. The parameters end at the bytes of a run by `troupe train`.

usage: ssh.py PROGRAM [UPDATES]
"""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

checkout = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(checkout / "Tests/Chaos"))
import network  # noqa: E402
from cluster import Cluster, Failure  # noqa: E402

UPDATES = int(sys.argv[2]) if len(sys.argv) > 2 else 500
DELAY = 0.05
SSHD = "/usr/sbin/sshd"
began = time.monotonic()


def say(text):
    print(f"{time.monotonic() - began:4.0f} s  {text}", flush=True)


def require(condition, text):
    if not condition:
        raise Failure(text)


def eventually(limit, what, condition):
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"waited in vain for {what}")
        time.sleep(0.05)


def install():
    """Debian's sshd, without letting it start on this machine."""
    if os.path.exists(SSHD):
        return
    policy = pathlib.Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "--quiet=2"], check=True, **quiet)
        subprocess.run(["apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends",
                        "openssh-server", "openssh-client", "openssh-sftp-server", "iproute2"],
                       check=True, **quiet)
    finally:
        if ours:
            policy.unlink()
    say("installed openssh-server")


class Host:
    """A host with an sshd: processes, files in its home and a network of its own."""

    def __init__(self, name, place, hidden=()):
        self.name, self.place = name, place / name
        self.home = self.place / "home"
        self.home.mkdir(parents=True)
        (self.home / ".ssh").mkdir(mode=0o700)
        shutil.copy(place / "client.pub", self.home / ".ssh/authorized_keys")
        key = self.place / "host_key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        config = self.place / "sshd_config"
        config.write_text(f"HostKey {key}\nPidFile none\nUsePAM no\nStrictModes no\nPrintMotd no\n"
                          "PermitRootLogin prohibit-password\nAuthorizedKeysFile /root/.ssh/authorized_keys\n"
                          "PasswordAuthentication no\nSubsystem sftp internal-sftp\n"
                          f"ListenAddress {network.HOSTS[name]}\n")
        # What comes with Swift is not there on this host.
        hiding = "".join(f"&& mount -t tmpfs tmpfs {path} " for path in hidden)
        # Everything that ever runs on the host ends with the first process of its namespace.
        script = (f"mount --bind {self.home} /root && mkdir -p /run/sshd {hiding}"
                  f"&& exec {SSHD} -D -e -f {config}")
        with open(self.place / "sshd.log", "wb") as log:
            self.process = subprocess.Popen(
                [*network.enter(name), "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
                 script], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def known(self):
        return f"{network.HOSTS[self.name]} {(self.place / 'host_key.pub').read_text().strip()}\n"

    def listens(self):
        return subprocess.run([*network.enter("learner"), "bash", "-c",
                               f": < /dev/tcp/{network.HOSTS[self.name]}/22"], capture_output=True,
                              check=False).returncode == 0

    def programs(self):
        """Processes of troupe on this host."""
        found = 0
        for path in pathlib.Path("/proc").glob("[0-9]*/exe"):
            with contextlib.suppress(OSError):
                found += os.readlink(path).endswith("/.troupe/troupe") and self.owns(path.parent)
        return found

    def owns(self, process):
        return os.readlink(process / "ns/net") == self.namespace

    @property
    def namespace(self):
        return f"net:[{os.stat(f'/run/netns/{network.space(self.name)}').st_ino}]"

    def end(self):
        self.process.kill()
        self.process.wait()


def write_client(place, hosts):
    (place / "known_hosts").write_text("".join(host.known() for host in hosts))
    lines = ["User root", f"IdentityFile {place}/client", f"UserKnownHostsFile {place}/known_hosts",
             "GlobalKnownHostsFile none", "IdentitiesOnly yes"]
    lines += [line for host in hosts for line in (f"Host {host.name}", f"  HostName {network.HOSTS[host.name]}")]
    # Options before the first Host hold for all.
    (place / "ssh_config").write_text("\n".join(lines) + "\n")
    (place / "hosts.yaml").write_text("connect: tcp://10.99.0.1:5555\nkeys: keys\nactors: 1\n"
                                      "ssh: [-F, ssh_config]\noptions: [--log-level, info]\n"
                                      "hosts: [actor1, actor2]\n")


def launch(troupe, place, *arguments, expect=0):
    start = time.monotonic()
    done = subprocess.run([*network.enter("learner"), troupe, "launch", str(place / "hosts.yaml"), *arguments],
                          capture_output=True, text=True, check=False, timeout=300)
    say(f"troupe launch hosts.yaml {' '.join(arguments)}: exit {done.returncode}, "
        f"{time.monotonic() - start:.1f} s")
    print("".join(f"        {line}\n" for line in (done.stdout + done.stderr).splitlines()), end="")
    require(done.returncode == expect, f"exit {done.returncode} instead of {expect}")
    return done.stdout


def state(table, host):
    return re.search(rf"^{host} +(\w+) +(\S+(?: of \d+)?)", table, re.MULTILINE).groups()


def follow(troupe, place):
    """What `logs` shows until both hosts were heard."""
    process = subprocess.Popen([*network.enter("learner"), troupe, "launch", str(place / "hosts.yaml"), "logs"],
                               stdout=subprocess.PIPE, text=True)
    heard = set()
    deadline = time.monotonic() + 20
    for line in process.stdout:
        heard.update(re.findall(r"^(actor\d)  1 .*joined", line))
        if len(heard) == 2 or time.monotonic() > deadline:
            break
    process.terminate()
    code = process.wait(10)
    require(heard == {"actor1", "actor2"} and code == 0, f"logs showed only {sorted(heard)}, exit {code}")
    say("logs: both hosts' actors were heard, and SIGTERM ended it")


def swift_libraries(troupe):
    """The directory of the Swift runtime that the program needs; none for one that is linked statically."""
    answer = subprocess.run(["ldd", troupe], capture_output=True, text=True, check=True).stdout
    return sorted({os.path.dirname(path) for path in re.findall(r"libswiftCore.so => (\S+)", answer)})


def play(troupe, place, hub, expected):
    swift = swift_libraries(troupe)
    hosts = [Host("actor1", place), Host("actor2", place, swift)]
    run = Cluster(troupe, place, UPDATES, bind="tcp://0.0.0.0:5555", more=["--keys", str(place / "keys")],
                  prefix=network.enter("learner"))
    try:
        write_client(place, hosts)
        for host in hosts:
            eventually(20, f"sshd on {host.name}", host.listens)
        # Long round trips, so that the run lasts as long as what is done meanwhile, on any machine.
        hub.delay = DELAY
        run.start_learner()
        table = launch(troupe, place)
        require(state(table, "actor1") == ("running", "1 of 1"), "actor1 does not run")
        copied = "copied program, keys"
        require(table.count(copied) == 2, "program and keys were not copied to both")
        require(table.count("libraries") == len(swift), "the libraries of Swift were not copied where they lack")
        table = launch(troupe, place)
        require("copied" not in table and "started" not in table, "the second launch changed something")
        follow(troupe, place)
        run.await_version(10)
        launch(troupe, place, "--actors", "2")
        require([host.programs() for host in hosts] == [2, 2], "there are not two actors on each host")
        launch(troupe, place, "--actors", "1")
        require([host.programs() for host in hosts] == [1, 1], "there is not one actor on each host")

        before = run.version()
        network.cut_for(hub, 7, "actor1")
        say(f"cut actor1 off for 7 s at update {before}; {run.version() - before} updates meanwhile")
        hub.delay = DELAY
        require(run.await_version(run.version() + 3), "the run was over before the cut healed")
        hub.cut("actor2")
        hosts[1].end()
        say(f"actor2 is gone for good at update {run.version()}")
        table = launch(troupe, place, "status", expect=69)
        require(state(table, "actor1")[0] == "running", "actor1 does not run")
        require(state(table, "actor2")[0] == "unreachable", "actor2 is not told to be gone")
        digest = run.finish()
        require(run.lost == 0 and digest == expected, f"parameters are {digest} instead of {expected}")
        say(f"the parameters are the same, byte for byte: {digest}")

        launch(troupe, place, "--actors", "1", expect=69)
        require(hosts[0].programs() == 1, "the host that was left was not looked after")
        launch(troupe, place, "stop", expect=69)
        require(hosts[0].programs() == 0, "an actor runs on after stop")
        launch(troupe, place, "remove", expect=69)
        require(not (hosts[0].home / ".troupe").exists(), "remove left files")
    except Exception:
        for host in hosts:
            print((host.place / "sshd.log").read_text()[-1500:], file=sys.stderr)
        raise
    finally:
        run.close()
        for host in hosts:
            host.end()


def left_behind(place):
    """What the test should have ended or removed: processes that it started here or on a host, and more."""
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            ours = f"CLUSTER_TEST={os.getpid()}".encode() in (path / "environ").read_bytes().split(b"\0")
            if ours or os.readlink(path / "exe").startswith(str(place)):
                yield f"process {path.name}, {(path / 'cmdline').read_bytes().replace(bytes(1), b' ').decode()}"
    for name in network.HOSTS:
        if os.path.exists(f"/run/netns/{network.space(name)}"):
            yield f"the namespace {network.space(name)}"
    with open("/proc/mounts") as mounts:
        yield from (f"the mount {line}" for line in mounts if f" {place}" in line)


def main():
    troupe = os.path.abspath(sys.argv[1])
    if missing := network.what_is_missing():
        say(f"ssh: SKIPPED, and nothing is shown about troupe launch: {missing}")
        return
    install()
    with tempfile.TemporaryDirectory(prefix="troupe-ssh-") as path:
        place = pathlib.Path(path)
        # Every process started from here on this machine inherits the first; `troupe launch` heeds the second.
        os.environ["CLUSTER_TEST"] = str(os.getpid())
        os.environ["TMPDIR"] = str(place / "tmp")
        (place / "tmp").mkdir()
        subprocess.run([troupe, "keygen", place / "keys"], check=True, capture_output=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / "client"], check=True)
        local = Cluster(troupe, place / "local", UPDATES)
        local.place.mkdir()
        local.start_learner()
        local.start_actor()
        expected = local.finish()
        local.close()
        say(f"local run: policy {expected}")
        with network.hosts() as hub:
            play(troupe, place, hub, expected)
        with contextlib.suppress(Failure):
            # A process that was killed is gone when its parent has seen that.
            eventually(5, "the end of all processes", lambda: not list(left_behind(place)))
        left = list(left_behind(place)) + list(place.glob("tmp/*"))
        require(not left, f"left behind: {left}")
    say("ssh: passed")


if __name__ == "__main__":
    try:
        main()
    except (Failure, subprocess.SubprocessError) as failure:
        say(f"FAILED: {failure}")
        sys.exit(1)
