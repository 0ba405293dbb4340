"""Three hosts in network namespaces, and a network between them that fails: encrypted runs, same bytes.

The hosts hang on a hub in this process: each has a TAP device, whose frames the hub delays, loses or holds
back. So nothing is asked of the kernel but namespaces and TAP, and whatever is made ends with the process
(the devices) or is removed (the namespaces, /etc/netns).
"""

import contextlib
import fcntl
import heapq
import os
import pathlib
import random
import select
import shutil
import struct
import subprocess
import tempfile
import threading
import time

import report
from cluster import Cluster, Failure

UPDATES = 500
HOSTS = {"learner": "10.99.0.1", "actor1": "10.99.0.11", "actor2": "10.99.0.12"}
MOVED = "10.99.0.2"


class Hub(threading.Thread):
    """Carries each host's frames to all others. What it does to them is set by whoever holds it."""

    def __init__(self, names):
        super().__init__(daemon=True)
        self.delay = 0.0
        self.loss = 0.0
        # Pairs (from, to) of hosts between which nothing passes.
        self.cuts = set()
        self._taps = {}
        self._queue, self._count = [], 0
        self._chance = random.Random(1)
        self._is_ending = False
        for name in names:
            tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            # TUNSETIFF with IFF_TAP | IFF_NO_PI
            fcntl.ioctl(tap, 0x400454CA, struct.pack("16sH", device(name).encode(), 0x0002 | 0x1000))
            self._taps[name] = tap

    def run(self):
        names = {tap: name for name, tap in self._taps.items()}
        while not self._is_ending:
            wait = max(0.0, self._queue[0][0] - time.monotonic()) if self._queue else 0.1
            for tap in select.select(list(names), [], [], min(wait, 0.1))[0]:
                with contextlib.suppress(BlockingIOError):
                    while True:
                        self._take(names[tap], os.read(tap, 65536))
            now = time.monotonic()
            while self._queue and self._queue[0][0] <= now:
                _, _, target, frame = heapq.heappop(self._queue)
                with contextlib.suppress(OSError):
                    os.write(target, frame)

    def _take(self, sender, frame):
        for name, tap in self._taps.items():
            if name == sender or (sender, name) in self.cuts or self._chance.random() < self.loss:
                continue
            self._count += 1
            heapq.heappush(self._queue, (time.monotonic() + self.delay, self._count, tap, frame))

    def cut(self, host, other=None):
        """Nothing passes to or from a host; with `other`, nothing from the one to the other."""
        if other:
            self.cuts = {(host, other)}
        else:
            self.cuts = {pair for name in HOSTS for pair in ((host, name), (name, host))}

    def heal(self):
        self.cuts, self.delay, self.loss = set(), 0.0, 0.0

    def end(self):
        self._is_ending = True
        self.join()
        for tap in self._taps.values():
            os.close(tap)


def device(host):
    return f"tc{os.getpid() % 100000}{host[0]}{host[-1]}"


def space(host):
    return f"troupe-{os.getpid()}-{host}"


def ip(*arguments):
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def name_learner(address):
    """What the name `learner` means on every host from now on."""
    for host in HOSTS:
        path = pathlib.Path("/etc/netns", space(host), "hosts")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"127.0.0.1 localhost\n{address} learner\n")


@contextlib.contextmanager
def hosts():
    hub = Hub(HOSTS)
    try:
        for host, address in HOSTS.items():
            ip("netns", "add", space(host))
            ip("link", "set", device(host), "netns", space(host))
            for link in ("lo", device(host)):
                ip("-n", space(host), "link", "set", link, "up")
            ip("-n", space(host), "addr", "add", f"{address}/24", "dev", device(host))
        name_learner(HOSTS["learner"])
        hub.start()
        yield hub
        hub.end()
    finally:
        for host in HOSTS:
            subprocess.run(["ip", "netns", "del", space(host)], capture_output=True, check=False)
            shutil.rmtree(pathlib.Path("/etc/netns", space(host)), ignore_errors=True)
        with contextlib.suppress(OSError):
            os.rmdir("/etc/netns")


def enter(host):
    return ["ip", "netns", "exec", space(host)]


def what_is_missing():
    if os.geteuid() != 0:
        return "not the superuser"
    if not shutil.which("ip"):
        return "there is no ip command (Debian: iproute2)"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    probe = f"troupe-{os.getpid()}-probe"
    if subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False).returncode != 0:
        return "no network namespace can be made here"
    subprocess.run(["ip", "netns", "del", probe], capture_output=True, check=False)
    return None


def cut_for(hub, seconds, *link):
    hub.cut(*link)
    time.sleep(seconds)
    hub.heal()


def cut_actor(run, hub):
    cut_for(hub, 3, "actor1")


def cut_long(run, hub):
    # Longer than the heartbeats' time, so that both sides have given the connection up.
    cut_for(hub, 7, "actor1")


def cut_learner(run, hub):
    cut_for(hub, 3, "learner")


def half_open(run, hub):
    cut_for(hub, 3, "actor1", "learner")


def half_open_back(run, hub):
    cut_for(hub, 3, "learner", "actor1")


def lossy(run, hub):
    hub.loss = 0.3
    time.sleep(5)
    hub.heal()


def slow(run, hub):
    hub.delay = 0.2
    time.sleep(5)
    hub.heal()


def moved(run, hub):
    run.learner.kill()
    run.learner.wait()
    ip("-n", space("learner"), "addr", "del", f"{HOSTS['learner']}/24", "dev", device("learner"))
    ip("-n", space("learner"), "addr", "add", f"{MOVED}/24", "dev", device("learner"))
    name_learner(MOVED)
    run.start_learner()


FAULTS = {
    "an actor's link cut for 3 s": cut_actor,
    "an actor's link cut for 7 s": cut_long,
    "the learner's link cut for 3 s": cut_learner,
    "half-open: actor to learner dropped for 3 s": half_open,
    "half-open: learner to actor dropped for 3 s": half_open_back,
    "30 % of all frames lost for 5 s": lossy,
    "200 ms delay each way for 5 s": slow,
    "learner killed, resumed at another address of its name": moved,
}


def play_one(troupe, keys, hub, fault):
    """A run with one fault in its middle (None: undisturbed).

    Gives the digest, lost episodes, updates made while the fault lasted, and the time to recover.
    """
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place:
        run = Cluster(troupe, place, UPDATES, bind="tcp://0.0.0.0:5555", more=["--keys", keys],
                      prefix=enter("learner"))
        try:
            run.start_learner(checkpoint_every=5)
            for host in ("actor1", "actor2"):
                run.start_actor("tcp://learner:5555", enter(host), ["--keys", keys])
            recovery, meanwhile = None, 0
            run.await_version(5)
            if fault:
                before = run.version()
                fault(run, hub)
                meanwhile = run.version() - before
                began = time.monotonic()
                if run.await_version(run.version() + 2):
                    recovery = time.monotonic() - began
            digest = run.finish()
            # Whose link was still dead at the end has heard no goodbye, and waits for the next learner.
            if not fault or recovery is not None:
                for actor in run.actors:
                    actor.wait(20)
                run.reap()
            return digest, run.lost, meanwhile, recovery
        finally:
            run.close()


def play(troupe):
    if missing := what_is_missing():
        return [f"SKIPPED, and nothing is shown about networks between hosts: {missing}"], True
    lines = ["| fault | bytes | episodes lost | updates meanwhile | two updates after its end |",
             "| --- | --- | --- | --- | --- |"]
    held = True
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-keys-") as place, hosts() as hub:
        keys = f"{place}/keys"
        subprocess.run([troupe, "keygen", keys], check=True, capture_output=True)
        expected = play_one(troupe, keys, hub, None)[0]
        for name, fault in FAULTS.items():
            digest, lost, meanwhile, recovery = play_one(troupe, keys, hub, fault)
            held = held and digest == expected and lost == 0
            report.note(1, digest != expected, lost)
            report.fault(f"network: {name}", [recovery])
            time_text = "over before" if recovery is None else f"{recovery:.2f} s"
            lines.append(f"| {name} | {'equal' if digest == expected else 'DIFFERENT'} | {lost} | "
                         f"{meanwhile} | {time_text} |")
    return lines, held
