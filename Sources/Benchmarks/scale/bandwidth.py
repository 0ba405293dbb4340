"""A learner and its actors on hosts of their own (network namespaces) with a limited network between them."""

import contextlib
import os
import pathlib
import subprocess
import tempfile
import time

from runs import STILL, Rounds, Table, amount, read

LEARNER, ACTOR = "10.98.0.1", "10.98.0.2"
ACTORS = 4
UPDATES, WARM = 6, 2


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"scale: {' '.join(command)}: {done.stderr.strip()}")


@contextlib.contextmanager
def hosts():
    """Two namespaces with a cable between them."""
    names = [f"troupe-{os.getpid()}-{host}" for host in ("learner", "actors")]
    made = []
    try:
        for name in names:
            run("ip", "netns", "add", name)
            made.append(name)
        run("ip", "link", "add", "eth0", "netns", names[0], "type", "veth", "peer", "name", "eth0", "netns", names[1])
        for name, address in zip(names, (LEARNER, ACTOR)):
            run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
            for link in ("lo", "eth0"):
                run("ip", "-n", name, "link", "set", link, "up")
        yield names
    finally:
        for name in made:
            run("ip", "netns", "del", name)


def limit(host, megabits):
    """What the host sends is no more than so many million bits a second."""
    run("ip", "netns", "exec", host, "tc", "qdisc", "replace", "dev", "eth0", "root", "tbf", "rate", f"{megabits}mbit",
        "burst", "64k", "latency", "200ms")


def train(troupe, megabits, *, hidden, episodes):
    """A run over the cable, both directions limited; None is no limit."""
    with hosts() as (learner, actors), tempfile.TemporaryDirectory(prefix="troupe-scale-") as place:
        if megabits:
            limit(learner, megabits)
            limit(actors, megabits)
        inside = ["ip", "netns", "exec"]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
        processes = [subprocess.Popen(
            [*inside, learner, troupe, "learner", "pendulum", *STILL, "--hidden", hidden, "--episodes-per-update",
             str(episodes), "--updates", str(WARM + UPDATES), "--bind", f"tcp://{LEARNER}:5555", "--insecure",
             "--run-dir", f"{place}/run"], **quiet)]
        try:
            for _ in range(ACTORS):
                processes.append(subprocess.Popen(
                    [*inside, actors, troupe, "actor", "--connect", f"tcp://{LEARNER}:5555", "--insecure", "--lanes",
                     "64", "--log-level", "error"], **quiet))
            error = processes[0].communicate(timeout=300)[1]
            if processes[0].returncode != 0:
                raise SystemExit(f"scale: the learner ended with {processes[0].returncode}: {error[-500:]}")
            return Rounds(read(f"{place}/run"), WARM)
        finally:
            for process in processes:
                process.terminate()
            deadline = time.monotonic() + 10
            for process in processes:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.1, deadline - time.monotonic()))
                process.kill()
                process.wait()


def parameters(hidden):
    """Numbers of a network of 3 inputs and 1 output, with its standard deviation."""
    sizes = [3, *map(int, hidden.split(",")), 1]
    return sum((a + 1) * b for a, b in zip(sizes, sizes[1:])) + 1


def measure(troupe, quick):
    """Rounds by bandwidth, beside what trajectories and parameters need of it."""
    table = Table("Limited bandwidth, 4 actors on one host", "network", "Mbit/s", "steps a round", "bytes a step",
                  "parameters", "steps/s", "round", "model", "measured / model")
    points = []
    if os.geteuid() != 0 or not pathlib.Path("/proc/self/ns/net").exists():
        print("not measured: network namespaces need root", flush=True)
        return table, points, []
    for hidden, episodes in (("16", 2048), ("256,256", 64)):
        base = None
        for megabits in (None, 100) if quick else (None, 400, 100, 25):
            rounds = train(troupe, megabits, hidden=hidden, episodes=episodes)
            base = base or rounds.round_seconds
            size = 4 * parameters(hidden)
            # 3 % of a packet are headers. The parameters reach one actor after the other; trajectories travel while others
            # are played.
            bytes_a_second = (megabits or 1e9) * 1e6 / 8 * 0.97
            sending = ACTORS * size / bytes_a_second
            receiving = rounds.steps_a_round * rounds.bytes_per_step / bytes_a_second
            model = sending + max(base, receiving)
            points.append({"hidden": hidden, "megabits": megabits, "rate": rounds.rate, "model_seconds": model,
                           "round_seconds": rounds.round_seconds, "bytes_per_step": rounds.bytes_per_step})
            table.add(f"3→{hidden.replace(',', '→')}→1", megabits or "–", amount(rounds.steps_a_round),
                      f"{rounds.bytes_per_step:.1f}", f"{size / 1e3:.0f} kB", amount(rounds.rate),
                      f"{rounds.round_seconds * 1e3:.1f} ms", f"{model * 1e3:.1f} ms",
                      f"{rounds.round_seconds / model:.2f}")
    return table, points, []
