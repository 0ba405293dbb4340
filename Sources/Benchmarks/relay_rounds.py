#!/usr/bin/env python3
"""What hundreds of actors hear of a real learner when they share one connection: 500 light actors, which share four
processes and play CartPole for it, without a relay, behind one, and behind a chain of two.

Each message of a learner bears a number, so that what the mark of its publisher (PublishingMark) made it drop shows as a
gap in what all actors together have heard. A dropped policy would be made up for by a welcome, a dropped lease is
repeated: told are both, and the seconds of a round.

usage: relay_rounds.py PROGRAM [--actors N] [--updates N] [--relays 0,1,2]
"""

import argparse
import contextlib
import functools
import json
import multiprocessing
import os
import pathlib
import resource
import signal
import statistics
import subprocess
import sys
import tempfile

import numpy as np
import zmq

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
from troupe import actor as actors  # noqa: E402
from troupe import connection  # noqa: E402
from troupe.messages import PolicyMessage, Welcome  # noqa: E402

PROCESSES = 4
# Short episodes, which stay short, and a policy of 18 KiB.
RUN = ["cartpole", "--seed", "1", "--hidden", "64,64", "--learning-rate", "1e-6", "--until-return", "none",
       "--evaluate-every", "none", "--json", "--allow-approximate-actors", "--log-level", "warning"]


class Listener(actors._Service):
    """An actor that notes the numbers of the messages it hears, and by which kind each version came."""

    def __init__(self, actor):
        super().__init__(actor)
        self.heard, self.versions = set(), {}

    def _heed(self, origin, body):
        self.heard.add(origin.sequence)
        before = self.agenda.round
        super()._heed(origin, body)
        if isinstance(body, (PolicyMessage, Welcome)) and self.agenda.round != before:
            self.versions[self.agenda.round.version] = type(body)

    def take_turn(self, has_mail):
        if has_mail:
            self._listen()
        if self.ending is None:
            self._play()
            self._push()
            self._report()
        if self.ending is not None:
            self._leave()

    def is_due(self, now):
        return self.agenda.has_slots or self.unsent or self.agenda.next_duty_at <= now


def host(address, count, results):
    """So many actors, one turn after the other, until all are told goodbye."""
    context = zmq.Context()
    context.max_sockets = 20 * count
    connection.zmq.Context = lambda: context
    # Of one policy it is the same for all of them.
    digest = actors.digest
    cached = functools.cache(lambda content: digest(np.frombuffer(content, np.float32)))
    actors.digest = lambda numbers: cached(numbers.tobytes())
    living = {}
    poller = zmq.Poller()
    for _ in range(count):
        listener = Listener(actors.Actor(address, lanes=1))
        living[listener.connection._subscriber] = listener
        poller.register(listener.connection._subscriber, zmq.POLLIN)
    everyone = list(living.values())
    while living:
        ready = dict(poller.poll(1))
        now = actors.time.monotonic()
        for socket, listener in list(living.items()):
            if socket in ready or listener.is_due(now):
                listener.take_turn(socket in ready)
            if listener.ending is not None:
                poller.unregister(socket)
                del living[socket]
    results.put([(listener.heard, listener.versions) for listener in everyone])
    results.close()
    results.join_thread()
    # Not through the ends of a thousand sockets.
    os._exit(0)


@contextlib.contextmanager
def ended(processes):
    """Ends what still runs: those of multiprocessing and of subprocess alike."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            getattr(process, "join", getattr(process, "wait", None))()


def measure(program, count, updates, relay_count):
    """Heard, versions of each actor, and the learner's lines on its updates."""
    with tempfile.TemporaryDirectory() as place, open(f"{place}/log", "w") as log:
        addresses = [f"ipc://{place}/{i}" for i in range(relay_count + 1)]
        learner = subprocess.Popen(
            [program, "learner", *RUN, "--bind", addresses[0], "--run-dir", f"{place}/run", "--updates", str(updates),
             "--episodes-per-update", str(count)], stdout=subprocess.PIPE, stderr=log)
        relays = [subprocess.Popen([program, "relay", "--connect", before, "--bind", behind], stdout=log, stderr=log)
                  for before, behind in zip(addresses, addresses[1:])]
        results = multiprocessing.Queue()
        hosts = [multiprocessing.Process(target=host, args=(addresses[-1], count // PROCESSES, results))
                 for _ in range(PROCESSES)]
        with ended([learner, *relays]):
            for process in hosts:
                process.start()
            with ended(hosts):
                out, _ = learner.communicate(timeout=300)
                if learner.returncode:
                    raise SystemExit(pathlib.Path(place, "log").read_text()[-3000:])
                heard = [actor for _ in hosts for actor in results.get(timeout=30)]
            for relay in relays:
                relay.send_signal(signal.SIGTERM)
                if relay.wait(10):
                    raise SystemExit(f"a relay ended with {relay.returncode}")
        if json.loads(out)["on_policy_mismatches"]:
            raise SystemExit("there were mismatches")
        lines = [json.loads(line) for line in pathlib.Path(place, "run/metrics.jsonl").read_text().splitlines()]
    return heard, lines


def row(relay_count, heard, lines):
    numbers = set().union(*(own for own, _ in heard))
    sent = max(numbers) - min(numbers) + 1
    # From the first version on for which everybody was there.
    first = max(min(versions) for _, versions in heard) + 1
    due = [versions.get(version) for _, versions in heard for version in range(first, len(lines))]
    seconds = statistics.median(line["round_seconds"] for line in lines[first:])
    return (f"| {['none', 'one', 'a chain of two'][relay_count]} | {sent:,} | {sent - len(numbers):,} | {len(due):,} | "
            f"{due.count(Welcome):,} | {due.count(None):,} | {seconds:.1f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--actors", type=int, default=500)
    parser.add_argument("--updates", type=int, default=8)
    parser.add_argument("--relays", default="0,1,2")
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit[1], 65536), limit[1]))
    print(f"| relays before {options.actors} actors | messages of the learner | dropped | policies due | came by a welcome | "
          "never came | seconds a round |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for relay_count in map(int, options.relays.split(",")):
        print(row(relay_count, *measure(os.path.abspath(options.program), options.actors, options.updates, relay_count)),
              flush=True)


if __name__ == "__main__":
    sys.exit(main())
