"""One actor whose environment or host goes wrong, beside an honest one: same bytes, nothing lost."""

import contextlib
import json
import os
import pathlib
import signal
import tempfile
import time

import groups
import report
from cluster import Cluster, Failure, undisturbed

UPDATES = 150
CLOCK = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
# What TroupeFaultyActor is told, and how it may end.
STEPS = {
    "actor: step never returns": ("hangs", None),
    "actor: environment traps": ("traps", {-signal.SIGILL, -signal.SIGTRAP}),
    "actor: out of memory": ("eats-memory", {-signal.SIGKILL}),
    "actor: observation is NaN": ("nan-observation", {65}),
    "actor: reward is NaN": ("nan-reward", {65}),
}


def fail_one(troupe, faulty, how, allowed):
    """A run with one actor that goes wrong: digest, lost episodes, recovery, or None if it was over before."""
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place, contextlib.ExitStack() as stack:
        run = Cluster(troupe, place, UPDATES)
        stack.callback(run.close)
        prefix = []
        if how == "eats-memory":
            group = groups.memory_limit(128 << 20)
            stack.callback(group.close)
            # Closed first: a group is removed once it is empty.
            stack.callback(run.close)
            prefix = group.enter()
        run.start_learner()
        # The honest one first: a fault that strikes before it is there is that of the only actor.
        run.start_actor()
        run.await_version(1)
        mark = pathlib.Path(place, "mark")
        victim = run.start(["actor", "--connect", run.bind], {
            "TROUPE_FAULTY_STEP": how, "TROUPE_FAULTY_MARK": str(mark), "SWIFT_BACKTRACE": "enable=no",
        }, prefix, program=faulty)
        stack.callback(lambda: (victim.kill(), victim.wait()))
        deadline = time.monotonic() + 60
        while not mark.exists():
            if time.monotonic() > deadline or run.learner.poll() is not None:
                raise Failure(f"the fault never came: {run.text(victim)[-1000:]}")
            time.sleep(0.001)
        before, began = run.version(), time.monotonic()
        recovery = time.monotonic() - began if run.await_version(before + 2) else None
        digest = run.finish()
        if allowed is None:
            if victim.poll() is not None:
                raise Failure(f"an actor that hangs ended with {victim.returncode}")
        elif victim.wait(20) not in allowed:
            raise Failure(f"{how}: the actor ended with {victim.returncode}: {run.text(victim)[-1000:]}")
        return digest, run.lost, recovery


def play(troupe):
    faulty = str(pathlib.Path(troupe).with_name("TroupeFaultyActor"))
    if not os.access(faulty, os.X_OK):
        raise Failure(f"there is no {faulty}: swift build -c release --product TroupeFaultyActor")
    expected = undisturbed(troupe, UPDATES)
    lines = list(report.HEAD)
    different, lost, runs = 0, 0, 0
    for name, (how, allowed) in STEPS.items():
        if how == "eats-memory" and (missing := groups.what_is_missing("memory")):
            lines.append(f"| {name} | SKIPPED: {missing} | – | – |")
            continue
        digest, missing_episodes, recovery = fail_one(troupe, faulty, how, allowed)
        runs, different, lost = runs + 1, different + (digest != expected), lost + missing_episodes
        lines.append(report.fault(name, [recovery]))
    report.note(runs, different, lost)
    lines.append(f"{runs} faults in {runs} runs of {UPDATES} updates: {different} with other bytes, {lost} episodes lost")
    return lines, different == 0 and lost == 0


def clocks(troupe):
    """The time of day of learner and actor jumps by years, forth and back, while they run."""
    if not os.path.exists(CLOCK):
        return ["SKIPPED, and nothing is shown about clocks: there is no libfaketime (Debian: faketime)"], True
    expected = undisturbed(troupe, UPDATES)
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place:
        offset = pathlib.Path(place, "offset")

        def jump(text):
            fresh = offset.with_suffix(".new")
            fresh.write_text(text)
            fresh.rename(offset)  # at no moment half of it

        jump("+0")
        variables = {"LD_PRELOAD": CLOCK, "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1",
                     "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        # libfaketime moves the environment of the first process, where Swift looks for the arguments; the
        # second finds all in place.
        within = ["/usr/bin/env"]
        run = Cluster(troupe, place, UPDATES, prefix=within)
        try:
            run.start_learner(variables)
            run.actors.append(run.start(["actor", "--connect", run.bind], variables, within))
            times = []
            for text in ("+10y", "-20y", "+0", "-1d", "+60", "-60", "+10y", "+0"):
                if not run.await_version(run.version() + 3):
                    break
                before, began = run.version(), time.monotonic()
                jump(text)
                if not times:  # one joins at another time, so that the log shows it
                    run.actors.append(run.start(["actor", "--connect", run.bind], variables, within))
                    while run.text(run.learner).count("an actor joined") < 2 and run.learner.poll() is None:
                        time.sleep(0.002)
                if run.await_version(before + 2):
                    times.append(time.monotonic() - began)
            digest = run.finish()
            run.reap()
            years = {json.loads(line)["time"][:4] for line in (run.run / "log.jsonl").read_text().splitlines()}
            if len(years) < 2:
                raise Failure(f"the clock did not jump: all of the log is of {years}")
            report.note(1, digest != expected, run.lost)
            lines = [*report.HEAD, report.fault("all hosts: time of day set, by up to 20 years", times),
                     f"{len(times)} jumps in 1 run of {UPDATES} updates: "
                     f"{'equal' if digest == expected else 'DIFFERENT'} bytes, {run.lost} episodes lost"]
            return lines, digest == expected and run.lost == 0 and len(times) >= 3
        finally:
            run.close()
