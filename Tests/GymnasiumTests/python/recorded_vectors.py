"""Plays recorded runs of vectors of CartPole through the bridge: recorded_vectors.py BRIDGE RUNS.jsonl.gz

Writes a JSON object for each run that can be repeated: mode, environments, transitions compared, ends, and the
sentences that say what differs. (Vectors that share one generator among their environments cannot be reset one by
one to the same numbers.) The first episode of each environment begins with the recorded seed; where resets are made
by hand in the recording, too, all later ones go on from there.
"""
import gzip
import importlib.util
import json
import sys

import gymnasium
import numpy as np


class Rows:
    """What the bridge writes to, of as many environments."""

    def __init__(self, flattening, count):
        self.flattening = flattening
        self.observations = np.zeros((count, flattening.size), np.float32)
        self.rewards = np.zeros(count, np.float32)
        self.ends = np.zeros(count, np.uint8)

    def note(self, index):
        pass


def compare(bridge, run):
    count, mode = run["num_envs"], gymnasium.vector.AutoresetMode(run["autoreset"])
    made = gymnasium.make_vec(
        run["env"], num_envs=count, vectorization_mode="sync",
        max_episode_steps=run["max_episode_steps"], vector_kwargs={"autoreset_mode": mode},
    )
    vector = bridge.Vector(made, count)
    rows = Rows(bridge.Flattening(made.single_observation_space), count)
    differences, compared, ends = [], 0, 0

    def check(step, index, what, found, expected):
        if not np.array_equal(np.float32(found), np.float32(expected)):
            differences.append(f"step {step}, environment {index}: {what} {found}, recorded {expected}")

    def recorded(values, index):
        return values[4 * index : 4 * index + 4]

    vector.reset([(index, run["seed"] + index) for index in range(count)], rows)
    for index in range(count):
        check(0, index, "reset to", rows.observations[index], recorded(run["obs0"], index))
    playing = list(range(count))
    for number, step in enumerate(run["steps"]):
        again = [i for i, is_reset in enumerate(step.get("masked_reset", [])) if is_reset]
        if again:
            vector.reset([(index, None) for index in again], rows)
            for index in again:
                first = recorded(step["obs_after_reset"], index)
                check(number, index, "reset to", rows.observations[index], first)
            playing = sorted({*playing, *again})
        if not playing:
            break
        vector.step(playing, [step["actions"][index] for index in playing], rows)
        for index in list(playing):
            over = step["terminated"][index] or step["truncated"][index]
            last = step["info"].get("final_obs", [None] * count)[index]
            check(number, index, "observed", rows.observations[index], last or recorded(step["obs"], index))
            check(number, index, "paid", rows.rewards[index], step["rewards"][index])
            kind = 1 if step["terminated"][index] else 2 if over else 0
            check(number, index, "ended", rows.ends[index], kind)
            compared += 1
            if over:
                ends += 1
                playing.remove(index)
    made.close()
    return {
        "mode": run["autoreset"], "environments": count, "transitions": compared, "ends": ends,
        "differences": differences[:5],
    }


path, runs = sys.argv[1:]
specification = importlib.util.spec_from_file_location("bridge", path)
bridge = importlib.util.module_from_spec(specification)
specification.loader.exec_module(bridge)
bridge.np = np  # which its main function imports
with gzip.open(runs, "rt") as lines:
    recordings = [json.loads(line) for line in lines]
json.dump([compare(bridge, run) for run in recordings if run["cls"] == "SyncVectorEnv"], sys.stdout)
