"""Environments for the tests of the bridge: every kind of space, and every kind of misbehaviour."""
import copy
import os
import signal
import time

import gymnasium
import numpy as np
from gymnasium import spaces


class Misbehaving(gymnasium.Env):
    """Counts steps, and at step `at` of an episode with `chance` does what `fault` says.

    `once` names a file: whoever makes it misbehaves, so that it happens once among all processes.
    """

    observation_space = spaces.Box(-1, 1, (2,), np.float32)
    action_space = spaces.Discrete(2)

    def __init__(self, fault="none", at=5, chance=1.0, once=None):
        self.fault, self.at, self.chance, self.once = fault, at, chance, once

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        self.is_bad = self.np_random.random() < self.chance
        return self.observation(), {}

    def observation(self):
        return self.np_random.uniform(-1, 1, 2).astype(np.float32)

    def is_due(self):
        if self.fault == "none" or not self.is_bad or self.steps != self.at:
            return False
        if self.once is None:
            return True
        try:
            os.close(os.open(self.once, os.O_CREAT | os.O_EXCL))
            return True
        except FileExistsError:
            return False

    def step(self, action):
        self.steps += 1
        observation, reward = self.observation(), float(self.np_random.random())
        if self.fault == "unseeded":
            observation = np.random.default_rng().uniform(-1, 1, 2).astype(np.float32)
        if self.is_due():
            if self.fault == "crash":
                os.kill(os.getpid(), signal.SIGKILL)
            if self.fault == "exit":
                os._exit(3)
            if self.fault == "hang":
                time.sleep(3600)
            if self.fault == "raise":
                raise RuntimeError("out of cheese")
            if self.fault == "shape":
                observation = np.zeros(3, np.float32)
            if self.fault == "nan":
                observation[1] = np.nan
            if self.fault == "nan-reward":
                reward = float("nan")
        return observation, reward, self.steps >= 12, False, {}


SPACES = {
    "discrete": spaces.Discrete(3, start=5),
    "box": spaces.Box(-2, 2, (2, 2), np.float32),
    "box64": spaces.Box(-2, 2, (2,), np.float64),
    "image": spaces.Box(0, 255, (2, 3, 1), np.uint8),
    "multi-discrete": spaces.MultiDiscrete([2, 4], start=[0, 7]),
    "multi-binary": spaces.MultiBinary(3),
    "dict": spaces.Dict({"b": spaces.Discrete(2), "a": spaces.MultiBinary(2)}),
    "tuple": spaces.Tuple((spaces.Box(-1, 1, (1,), np.float32), spaces.Box(0, 3, (2,), np.float32))),
    "mixed": spaces.Tuple((spaces.Discrete(2), spaces.Box(0, 3, (2,), np.float32))),
    "nested": spaces.Dict(
        {
            "image": spaces.Box(0, 255, (1, 2), np.uint8),
            "pair": spaces.Tuple((spaces.Discrete(3, start=1), spaces.Box(-1, 1, (1,), np.float32))),
        }
    ),
    "text": spaces.Text(5),
    "graph": spaces.Graph(spaces.Discrete(2), None),
    "sequence": spaces.Sequence(spaces.Discrete(2)),
    "integers": spaces.Box(0, 5, (2,), np.int32),
}


class Spaced(gymnasium.Env):
    """Takes actions of one space, insists that they belong to it, and shows observations of another."""

    def __init__(self, observes, acts):
        # Copies, because a space has a generator of its own.
        self.observation_space = copy.deepcopy(SPACES[observes])
        self.action_space = copy.deepcopy(SPACES[acts])

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        self.steps = 0
        return self.observation_space.sample(), {}

    def step(self, action):
        assert self.action_space.contains(action), f"{action!r} is not in {self.action_space}"
        self.steps += 1
        return self.observation_space.sample(), 1.0, False, self.steps >= 4, {}


class Drawn(Spaced):
    """Draws the number of its step as a shade of grey."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}

    def __init__(self, render_mode=None):
        super().__init__("box", "discrete")
        self.render_mode = render_mode

    def render(self):
        return np.full((32, 48, 3), 40 * self.steps, np.uint8)


gymnasium.register("Drawn-v0", entry_point=Drawn, max_episode_steps=10)
gymnasium.register("Misbehaving-v0", entry_point=Misbehaving, max_episode_steps=30)
gymnasium.register("Spaced-v0", entry_point=Spaced, max_episode_steps=10)
gymnasium.register("Endless-v0", entry_point=Misbehaving)
