"""What stands between environment and policy (Protocol.md, sections 7 and 8)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .action_spaces import Box
from .environments import Environment, Step, environment_action
from .errors import ProtocolProblem
from .random_numbers import RandomStream


@dataclass(frozen=True)
class Wrappers:
    """Those of one run."""

    step_limit: int | None = None
    frame_stack: int = 1
    observation_scale: tuple[float, ...] = ()
    normalizes_observations: bool = False
    action_transform: str = "none"
    """`none`, `clip` or `tanh`."""


class WrappedEnvironment:
    """One lane's environment within the wrappers. Observations are rows of float32."""

    def __init__(self, environment: Environment, wrappers: Wrappers) -> None:
        self.environment = environment
        self._wrappers = wrappers
        self.action_space = environment.action_space
        self.observation_size = environment.observation_size * wrappers.frame_stack
        self.step_limit = min(
            environment.step_limit, wrappers.step_limit or environment.step_limit
        )
        scale = np.array(wrappers.observation_scale, dtype=np.float32)
        if scale.size not in (0, 1, environment.observation_size):
            raise ProtocolProblem(
                f"the run scales {scale.size} entries of an observation, but the environment has "
                f"{environment.observation_size}"
            )
        self._scale = scale if scale.size else None
        self._transform = wrappers.action_transform
        if self._transform != "none":
            space = self.action_space
            if not isinstance(space, Box) or not space.is_bounded:
                raise ProtocolProblem(
                    f"the run's action transform is {self._transform}, but the environment's actions "
                    "are not numbers within finite bounds"
                )
            self._low = np.array(space.low, dtype=np.float32)
            self._high = np.array(space.high, dtype=np.float32)
        self._frames: np.ndarray | None = None

    def reset(self, random: RandomStream) -> np.ndarray:
        self._frames = None
        return self._observed(self.environment.reset(random))

    def step(self, action: np.ndarray, random: RandomStream) -> Step:
        """One step. `action` is a row of float32 as it was sampled."""
        observation, reward, is_terminated, is_truncated = self.environment.step(
            environment_action(self.action_space, self._within_bounds(action)), random
        )
        return Step(self._observed(observation), reward, is_terminated, is_truncated)

    def _within_bounds(self, action: np.ndarray) -> np.ndarray:
        if self._transform == "none":
            return action
        if self._transform == "tanh":
            half = np.float32(0.5)
            center, span = (self._low + self._high) * half, (self._high - self._low) * half
            action = center + span * np.tanh(action)
        return np.clip(action, self._low, self._high)

    def _observed(self, observation) -> np.ndarray:
        newest = np.asarray(observation, dtype=np.float32).reshape(-1)
        if newest.size != self.environment.observation_size:
            raise ValueError(
                f"an observation has {newest.size} entries, but observation_size is "
                f"{self.environment.observation_size}"
            )
        if self._scale is not None:
            newest = newest * self._scale
        count = self._wrappers.frame_stack
        if count == 1:
            return newest
        if self._frames is None:
            self._frames = np.tile(newest, count)
        else:
            # A new array, for the old one is part of a trajectory.
            self._frames = np.concatenate((newest, self._frames[: -newest.size]))
        return self._frames
