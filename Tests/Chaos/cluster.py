"""One run's processes as the fault tests start, disturb, watch and end them."""

import ctypes
import hashlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

EPISODES = 256
# A small rate, so that the parameters still move with the last update: where all episodes have the greatest
# return the gradient is zero, and equal bytes would say nothing.
SETTINGS = ["cartpole", "--seed", "1", "--hidden", "16", "--learning-rate", "0.002", "--schedule", "constant",
            "--until-return", "none", "--evaluate-every", "none", "--log-level", "info", "--json"]

_libc = ctypes.CDLL(None, use_errno=True)


def _end_with_parent():
    _libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: nothing outlives this program


def free_pair():
    """A loopback port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


class Failure(Exception):
    """What must hold does not."""


class Cluster:
    """A learner and its actors in a directory of their own; `close` ends them all, by number."""

    def __init__(self, troupe, place, updates, episodes=EPISODES, bind=None, more=(), prefix=()):
        self.troupe, self.place = troupe, pathlib.Path(place)
        self.run = self.place / "run"
        self.port = free_pair()
        self.bind = bind or f"tcp://127.0.0.1:{self.port}"
        self.updates, self.episodes = updates, episodes
        self.more, self.prefix = list(more), list(prefix)
        self.learner, self.actors, self.started = None, [], 0
        self.outputs = {}

    def start(self, arguments, variables=None, prefix=(), program=None):
        output = self.place / f"output-{self.started}"
        self.started += 1
        with open(output, "wb") as file:
            process = subprocess.Popen(
                [*prefix, program or self.troupe, *arguments], stdin=subprocess.DEVNULL, stdout=file,
                stderr=subprocess.STDOUT, env={**os.environ, **(variables or {})},
                preexec_fn=_end_with_parent)
        self.outputs[process.pid] = output
        return process

    def text(self, process):
        return self.outputs[process.pid].read_text(errors="replace")

    def start_learner(self, variables=None, checkpoint_every=5, options=()):
        arguments = ["learner", *SETTINGS, "--updates", str(self.updates), "--episodes-per-update",
                     str(self.episodes), "--run-dir", str(self.run), "--bind", self.bind, "--checkpoint-every",
                     str(checkpoint_every), *self.more, *options]
        if self.run.exists():
            arguments.append("--resume")
        self.learner = self.start(arguments, variables, self.prefix)

    def start_actor(self, connect=None, prefix=(), options=()):
        actor = self.start(["actor", "--connect", connect or self.bind, *options], prefix=prefix)
        self.actors.append(actor)
        return actor

    def reap(self):
        """Forgets the actors that have ended; an exit code that no fault explains is a failure."""
        for actor in [a for a in self.actors if a.poll() is not None]:
            self.actors.remove(actor)
            if actor.returncode not in (0, -signal.SIGKILL):
                raise Failure(f"an actor ended with {actor.returncode}: {self.text(actor)[-2000:]}")

    def version(self):
        """The newest version in the metrics: updates made so far."""
        try:
            with open(self.run / "metrics.jsonl", "rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - 4096))
                lines = file.read().split(b"\n")
        except FileNotFoundError:
            return 0
        for line in reversed(lines[:-1]):
            if line.startswith(b'{"version":'):
                return json.loads(line)["version"]
        return 0

    def await_version(self, version, limit=60.0):
        """Waits until that update is made; False if the run ended before."""
        deadline = time.monotonic() + limit
        while self.version() < version:
            if self.learner.poll() is not None:
                return False
            if time.monotonic() > deadline:
                raise Failure(f"no update {version} within {limit} s: {self.text(self.learner)[-2000:]}")
            time.sleep(0.002)
        return True

    def finish(self, limit=120.0):
        """Waits for the end of the run and checks that it lost nothing; gives the digest of its policy."""
        try:
            code = self.learner.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failure(f"the run does not end: {self.text(self.learner)[-2000:]}") from None
        if code != 0:
            raise Failure(f"the learner ended with {code}: {self.text(self.learner)[-2000:]}")
        lines = [json.loads(line) for line in (self.run / "metrics.jsonl").read_text().splitlines()]
        if [line["version"] for line in lines] != list(range(1, self.updates + 1)):
            raise Failure("the metrics have not each update once")
        if any(line["on_policy_mismatches"] or line["refused_trajectories"] for line in lines):
            raise Failure("trajectories were refused")
        self.lost = self.updates * self.episodes - sum(line["episodes"] for line in lines)
        return hashlib.sha256((self.run / "policy.safetensors").read_bytes()).hexdigest()

    def close(self):
        for process in [self.learner, *self.actors]:
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()


def undisturbed(troupe, updates):
    """The digest of the same run without any fault."""
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place:
        run = Cluster(troupe, place, updates)
        try:
            run.start_learner()
            run.start_actor()
            return run.finish()
        finally:
            run.close()
