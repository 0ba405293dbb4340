"""Steps/s of whole trainings through the bridge, beside those of the same environments driven by Python alone.

    throughput.py TROUPE

Both take turns. Gymnasium's are `make_vec` in its fastest mode, with random actions made before and no policy; Troupe's
have a policy, a learner, and one actor or one for each core. (Vector environments of a module's own, such as CartPole's, are
other environments: none of their episodes can be reset with a seed of its own.) The exit code is 1 below 70 %.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import gymnasium

GOAL = 0.7
TURNS = 3
# Name, candidates for make_vec, and how Troupe plays: episodes an update, lanes, updates, step limit. Gymnasium's
# episodes are as long, for a reset costs more than a step.
CASES = [
    ("CartPole-v1", [("sync", 16), ("sync", 64), ("async", 2)], (512, 64, 40), None),
    ("HalfCheetah-v5", [("sync", 2), ("sync", 16), ("async", 2), ("async", 4)], (64, 32, 6), 100),
]


def gymnasium_rate(name, mode, count, limit, seconds):
    environments = gymnasium.make_vec(name, num_envs=count, vectorization_mode=mode, **(
        {"max_episode_steps": limit} if limit else {}))
    environments.action_space.seed(0)
    actions = [environments.action_space.sample() for _ in range(64)]
    environments.reset(seed=0)
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        environments.step(actions[steps // count % 64])
        steps += count
    rate = steps / (time.perf_counter() - start)
    environments.close()
    return rate


def troupe_rate(troupe, name, actors, episodes, lanes, updates, limit):
    with tempfile.TemporaryDirectory(prefix="troupe-throughput-") as place:
        command = [troupe, "train", f"gymnasium:{name}", "--preset", "none", "--python", sys.executable,
                   "--baseline", "leave-one-out", "--learning-rate", "1e-9", "--evaluate-every", "none",
                   "--until-return", "none", "--actors", str(actors), "--episodes-per-update", str(episodes), "--lanes", str(lanes),
                   "--updates", str(updates), "--run-dir", f"{place}/run", "--log-level", "error"]
        if limit:
            command += ["--step-limit", str(limit)]
        done = subprocess.run(command, timeout=300, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            sys.exit(f"throughput: {' '.join(command)} ended with {done.returncode}: {done.stderr[-1000:]}")
        with open(f"{place}/run/metrics.jsonl") as file:
            rows = [json.loads(line) for line in file]
    warm = max(1, updates // 5)  # environments are made in the first round
    seconds = rows[-1]["elapsed_seconds"] - rows[warm - 1]["elapsed_seconds"]
    return sum(row["environment_steps"] for row in rows[warm:]) / seconds


def main(troupe):
    missed = []
    for name, modes, play, limit in CASES:
        rates = {mode: gymnasium_rate(name, *mode, limit, 0.7) for mode in modes}
        best = max(rates, key=rates.get)
        for actors in (1, os.cpu_count()):
            pairs = []
            for _ in range(TURNS):
                alone = gymnasium_rate(name, *best, limit, 2)
                pairs.append((alone, troupe_rate(troupe, name, actors, *play, limit)))
            ratio = statistics.median(through / alone for alone, through in pairs)
            alone, through = (statistics.median(column) for column in zip(*pairs))
            print(f"{name}: make_vec {best[0]} of {best[1]} {alone:.0f} steps/s, through the bridge with {actors} actor(s) "
                  f"{through:.0f}: {100 * ratio:.0f} % (in turns {', '.join(f'{100 * b / a:.0f} %' for a, b in pairs)})",
                  flush=True)
            if ratio < GOAL:
                missed.append(f"{name} with {actors} actors at {100 * ratio:.0f} %, below {100 * GOAL:.0f} %")
    if missed:
        sys.exit("throughput: " + "; ".join(missed))


if __name__ == "__main__":
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="troupe-throughput-") as elsewhere:
        os.chdir(elsewhere)  # MuJoCo writes its log where it is started
        main(program)
