"""Strangers, floods and huge messages: who means harm, with keys and without."""

import contextlib
import pathlib
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import groups
import report
from cluster import Cluster, Failure, undisturbed
from sockets import PUSH, XSUB, Socket, keypair

UPDATES = 400
# Of one core: the attacker's, and that of what stands in its place when it does not attack.
SHARE = 0.25
ATTACKER = [sys.executable, "-B", str(pathlib.Path(__file__).with_name("attacker.py"))]


def make_keys(troupe, place, *names):
    keys = pathlib.Path(place, "keys")
    subprocess.run([troupe, "keygen", keys], check=True, capture_output=True)
    for name in names:
        subprocess.run([troupe, "keygen", keys, "--actor", name], check=True, capture_output=True)
    return keys


class Strangers:
    """All sorts of peers that are not on the list, each of which tries to say something to the learner."""

    def __init__(self, port, server):
        self.addresses = [f"tcp://127.0.0.1:{port}", f"tcp://127.0.0.1:{port + 1}"]
        self.ports = [port, port + 1]
        self.server = server
        self.chance = random.Random(1)
        self.open = []
        self.tried = dict.fromkeys(("unknown key", "no key", "wrong learner's key", "no ZeroMQ at all"), 0)

    def knock(self, kind):
        self.tried[kind] += 1
        if kind == "no ZeroMQ at all":
            with socket.create_connection(("127.0.0.1", self.chance.choice(self.ports)), timeout=5) as plain:
                with contextlib.suppress(OSError):
                    plain.sendall(self.chance.randbytes(self.chance.randrange(1, 2000)))
            return
        own, server = (None, None) if kind == "no key" else (keypair(), self.server)
        if kind == "wrong learner's key":
            server = keypair()[0]
        push = Socket(PUSH, self.addresses[1], own, server)
        subscriber = Socket(XSUB, self.addresses[0], own, server)
        # If anybody heard it, it would be counted as malformed.
        push.send(b"\xff stranger")
        subscriber.send(b"\1actor/0000000000000001/")
        self.open.append((push, subscriber))
        while len(self.open) > 32:
            for each in self.open.pop(0):
                each.close()

    def close(self):
        for pair in self.open:
            for each in pair:
                each.close()


def strangers(troupe, count=1000):
    """Strangers knock while a run with keys goes on; nobody is let in and no byte differs."""
    expected = undisturbed(troupe, UPDATES)
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place:
        keys = make_keys(troupe, place)
        run = Cluster(troupe, place, UPDATES, more=["--keys", keys, "--http", "0"])
        try:
            run.start_learner()
            run.start_actor(options=["--keys", keys])
            run.await_version(2)
            crowd = Strangers(run.port, (keys / "learner.public").read_text().strip().encode())
            kinds = list(crowd.tried)
            began = time.monotonic()
            # The actor waits meanwhile, or the run would be over long before the last of them came.
            run.actors[0].send_signal(signal.SIGSTOP)
            for i in range(count):
                crowd.knock(kinds[i % len(kinds)])
            time.sleep(0.5)  # the last of them have their handshakes
            run.actors[0].send_signal(signal.SIGCONT)
            seconds = time.monotonic() - began
            digest = run.finish()
            crowd.close()
            log = run.text(run.learner)
            joined = log.count("an actor joined")
            heard = log.count("dropped a message")
            turned_away = "turned away a key" in log
            let_in = joined - 1 + heard
            report.note(1, digest != expected, run.lost)
            kinds = ", ".join(f"{tried} with {kind}" for kind, tried in crowd.tried.items())
            lines = [report.fact(f"strangers tried ({kinds})", sum(crowd.tried.values())),
                     report.fact("strangers let in", let_in)]
            lines += [f"{sum(crowd.tried.values())} strangers in {seconds:.0f} s, {let_in} let in, "
                      f"{'equal' if digest == expected else 'DIFFERENT'} bytes, {run.lost} episodes lost"]
            return lines, let_in == 0 and digest == expected and run.lost == 0 and turned_away
        finally:
            run.close()


def flood(troupe, windows=10, seconds=1.0):
    """Updates a second while somebody attacks, beside those while the same process is stopped, in turn."""
    if missing := groups.what_is_missing("cpu"):
        return [f"SKIPPED, and nothing is shown about floods: {missing}"], True
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place, contextlib.ExitStack() as stack:
        group = groups.share_of_a_core(SHARE)
        stack.callback(group.close)
        run = Cluster(troupe, place, 1_000_000)
        stack.callback(run.close)
        run.start_learner(checkpoint_every=1000)
        run.start_actor()
        run.await_version(20)
        attacker = subprocess.Popen([*group.enter(), *ATTACKER, "all", run.bind], stdout=subprocess.PIPE,
                                    stdin=subprocess.DEVNULL)
        stack.callback(lambda: (attacker.kill(), attacker.wait()))
        attacker.stdout.readline()
        before = resident(run.learner)
        speeds = {"beside it stopped": [], "under attack": []}
        for _ in range(windows):
            for name, how in (("beside it stopped", signal.SIGSTOP), ("under attack", signal.SIGCONT)):
                attacker.send_signal(how)
                time.sleep(0.2)  # what is under way is over
                first, began = run.version(), time.monotonic()
                time.sleep(seconds)
                speeds[name].append((run.version() - first) / (time.monotonic() - began))
        if run.learner.poll() is not None or attacker.poll() is not None:
            raise Failure(f"somebody ended early: {run.text(run.learner)[-2000:]}")
        grown = (resident(run.learner) - before) / 1024
        run.learner.send_signal(signal.SIGTERM)
        if run.learner.wait(20) != 0:
            raise Failure(f"the learner ended with {run.learner.returncode}: {run.text(run.learner)[-2000:]}")
        count = int(re.search(r'"refused_trajectories":(\d+)', run.text(run.learner)).group(1))
        quiet, loud = (statistics.median(values) for values in speeds.values())
        ratio = loud / quiet
        lines = [report.fact(
            f"speed under a flood from a quarter of a core, beside that with the attacker stopped, {windows} windows each",
            f"{ratio:.0%} ({loud:.0f} and {quiet:.0f} updates a second; 50 % is the limit)"),
                 report.fact("messages of the flood that were dropped", count),
                 report.fact("memory of the learner over the flood", f"{grown:+.1f} MiB")]
        return lines, ratio >= 0.5 and count > 1000


def resident(process):
    """Resident memory in KiB."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    raise Failure("a process without memory")


def huge(troupe, limit=96 << 20):
    """An allowed peer sends one message of 240 MB: the kernel kills the learner at its memory limit, and it resumes."""
    if missing := groups.what_is_missing("memory"):
        return [f"SKIPPED, and nothing is shown about memory limits: {missing}"], True
    updates = 150
    expected = undisturbed(troupe, updates)
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place, contextlib.ExitStack() as stack:
        keys = make_keys(troupe, place, "vandal")
        group = groups.memory_limit(limit)
        stack.callback(group.close)
        run = Cluster(troupe, place, updates, more=["--keys", keys], prefix=group.enter())
        stack.callback(run.close)
        run.start_learner()
        run.start_actor(options=["--keys", keys])
        run.await_version(10)
        attacker = subprocess.Popen([*ATTACKER, "huge", run.bind, str(keys / "actors" / "vandal")],
                                    stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        stack.callback(lambda: (attacker.kill(), attacker.wait()))
        run.actors[0].send_signal(signal.SIGSTOP)  # the run is not to end before
        try:
            code = run.learner.wait(60)
        except subprocess.TimeoutExpired:
            raise Failure("the learner outlived a message larger than its memory") from None
        attacker.kill()
        attacker.wait()
        run.actors[0].send_signal(signal.SIGCONT)
        before, began = run.version(), time.monotonic()
        run.start_learner()
        recovery = time.monotonic() - began if run.await_version(before + 2) else None
        digest = run.finish()
        report.note(1, digest != expected, run.lost)
        lines = [*report.HEAD, report.fault("learner: memory limit reached by a message of 240 MB, resumed", [recovery]),
                 f"killed by {signal.Signals(-code).name if code < 0 else code}, "
                 f"{'equal' if digest == expected else 'DIFFERENT'} bytes, {run.lost} episodes lost"]
        return lines, code == -signal.SIGKILL and digest == expected and run.lost == 0
