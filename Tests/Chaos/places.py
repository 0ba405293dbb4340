"""Directories that fail, actors without end, and memory over a million episodes."""

import contextlib
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import report
from cluster import Cluster, Failure, undisturbed

UPDATES = 120
# Fifty actors take turns within one run: some six updates for each, on whatever machine.
CROWD_UPDATES = 400


@contextlib.contextmanager
def small_disk(place):
    """A file system of 4 MiB for the run directory."""
    path = pathlib.Path(place, "run")
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "troupe-chaos", str(path)], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", str(path)], check=True)


def fill(path):
    with contextlib.suppress(OSError), open(path, "wb", buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))


def full_disk(troupe):
    """A run whose disk is full in its middle: digest, whether it said so and went on, what it wrote."""
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place, small_disk(place) as path:
        run = Cluster(troupe, place, UPDATES)
        try:
            run.run = path / "inner"
            run.start_learner()
            run.start_actor()
            run.await_version(20)
            fill(path / "ballast")
            # The metrics stand still, too: the log on standard error tells.
            deadline = time.monotonic() + 20
            while "the disk is full" not in run.text(run.learner) and time.monotonic() < deadline:
                time.sleep(0.01)
            said = "the disk is full" in run.text(run.learner)
            (path / "ballast").unlink()
            code = run.learner.wait(60)
            digest = hashlib.sha256((run.run / "policy.safetensors").read_bytes()).hexdigest()
            return digest, said and code == 0, run.text(run.learner)
        finally:
            run.close()


def read_only(troupe):
    """What a learner says about a run directory on a file system that is mounted read-only."""
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place, small_disk(place) as path:
        subprocess.run(["mount", "-o", "remount,ro", str(path)], check=True)
        run = Cluster(troupe, place, UPDATES)
        try:
            run.run = path / "inner"
            run.start_learner()
            code = run.learner.wait(20)
            return code, run.text(run.learner).strip()
        finally:
            run.close()


def play(troupe):
    if os.geteuid() != 0 or not shutil.which("mount"):
        return ["SKIPPED, and nothing is shown about full and read-only disks: mounting needs root"], True
    expected = undisturbed(troupe, UPDATES)
    digest, is_said, text = full_disk(troupe)
    code, sentence = read_only(troupe)
    report.note(1, digest != expected, 0)
    report.fault("learner: disk full, and room again", [None])
    report.fault("learner: run directory read-only, refused", [None])
    held = digest == expected and is_said and code == 69 and "the file system is read-only" in sentence
    lines = [f"disk full in the middle: {'equal' if digest == expected else 'DIFFERENT'} bytes, "
             f"{'named in the log, exit 0' if is_said else 'NOT SAID: ' + text[-1500:]}",
             f"read-only run directory: exit {code}, \"{sentence}\""]
    return lines, held


def crowd(troupe):
    """50 actors join and 50 leave within one run."""
    expected = undisturbed(troupe, CROWD_UPDATES)
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place:
        run = Cluster(troupe, place, CROWD_UPDATES)
        try:
            run.start_learner()
            for _ in range(50):
                run.start_actor()
                while len(run.actors) > 3:
                    oldest = run.actors.pop(0)
                    while not run.text(oldest) and oldest.poll() is None:
                        time.sleep(0.002)  # it is still being loaded
                    oldest.terminate()
                    if oldest.wait(10) != 0:
                        raise Failure(f"an actor ended with {oldest.returncode}")
                if not run.await_version(run.version() + 1):
                    break
            left = run.started - 1 - len(run.actors)
            digest = run.finish()
            joined = run.text(run.learner).count("an actor joined")
            report.note(1, digest != expected, run.lost)
            report.fault("actor: joins and leaves, 50 in one run", [None] * joined)
            return [f"{joined} actors joined and {left} left in one run of {CROWD_UPDATES} updates: "
                    f"{'equal' if digest == expected else 'DIFFERENT'} bytes, {run.lost} episodes lost"], (
                        digest == expected and run.lost == 0 and joined == 50)
        finally:
            run.close()


def resident(process):
    """Resident memory in KiB."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    raise Failure("a process without memory")


def memory(troupe):
    """Learner and one actor over 1,000,000 episodes of a policy that hardly changes."""
    # Small rounds: the first reading comes after 100 of them, when the heap has had all it needs for one.
    episodes = 100
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place:
        run = Cluster(troupe, place, 1_000_000 // episodes + 1000, episodes,
                      more=["--learning-rate", "1e-9"])
        try:
            # Both readings are of a run that has written checkpoints: what the first one takes is no growth.
            run.start_learner(checkpoint_every=20)
            actor = run.start_actor()
            figures = []
            for version in (10_000 // episodes, 1_000_000 // episodes):
                if not run.await_version(version, limit=1200):
                    raise Failure("the run ended early")
                if run.learner.poll() is not None or actor.poll() is not None:
                    raise Failure("the run ended before its memory was read")
                figures.append((resident(run.learner), resident(actor)))
            run.finish()
            lines = ["| process | RSS after 10⁴ episodes | after 10⁶ | change |", "| --- | --- | --- | --- |"]
            held = True
            for name, before, after in zip(("learner", "actor"), *figures):
                change = after / before - 1
                held = held and abs(change) <= 0.05
                lines.append(f"| {name} | {before / 1024:.1f} MiB | {after / 1024:.1f} MiB | {change:+.1%} |")
                report.fact(f"RSS of {name}, after 10⁴ and 10⁶ episodes",
                            f"{before / 1024:.1f} MiB, {after / 1024:.1f} MiB ({change:+.1%})")
            return lines, held
        finally:
            run.close()
