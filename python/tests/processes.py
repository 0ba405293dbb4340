"""A real learner, and actors beside it, as processes with deadlines."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).parent
TROUPE = os.environ.get("TROUPE", "")
"""The Swift program."""


class Learner:
    """`troupe learner` in a directory of its own; everything it started is ended with it."""

    def __init__(self, environment, *options, allow=True, bind=None):
        self.folder = tempfile.TemporaryDirectory(prefix="troupe-")
        path = Path(self.folder.name)
        self.run = path / "run"
        self.address = bind or f"ipc://{path}/learner"
        self.processes = []
        allowing = ["--allow-approximate-actors"] if allow else []
        self.process = self.start(
            TROUPE, "learner", environment, "--bind", self.address, "--run-dir", str(self.run),
            "--threads", "1", "--json", *allowing, *map(str, options), name="learner",
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.folder.cleanup()

    def start(self, *command, name):
        """A process whose two outputs are kept under `name`."""
        path = Path(self.folder.name)
        with open(path / f"{name}.out", "wb") as out, open(path / f"{name}.err", "wb") as err:
            process = subprocess.Popen(
                command, stdout=out, stderr=err, cwd=TESTS, stdin=subprocess.DEVNULL
            )
        self.processes.append(process)
        return process

    def python_actor(self, *options, script=None, name="python", address=None):
        program = [str(TESTS / script)] if script else ["-m", "troupe"]
        return self.start(
            sys.executable, *program, address or self.address, *map(str, options), name=name
        )

    def swift_actor(self, *options, name="swift"):
        return self.start(
            TROUPE, "actor", "--connect", self.address, *map(str, options), name=name
        )

    def output(self, name="learner", kind="err"):
        return (Path(self.folder.name) / f"{name}.{kind}").read_text()

    def summary(self, seconds=120):
        """The learner's last word."""
        code = self.process.wait(seconds)
        if code != 0:
            raise AssertionError(f"the learner ended with {code}:\n{self.output()}")
        return json.loads(self.output(kind="out"))

    @property
    def metrics(self):
        path = self.run / "metrics.jsonl"
        if not path.exists():
            return []
        # The last line may be half written.
        return [json.loads(line) for line in path.read_text().split("\n")[:-1]]

    def wait_for(self, what, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"no {what} within {seconds} s:\n{self.output()}")
            if self.process.poll() not in (None, 0):
                raise AssertionError(f"the learner ended before {what}:\n{self.output()}")
            # What is waited for is seen in files and process states only.
            time.sleep(0.02)
