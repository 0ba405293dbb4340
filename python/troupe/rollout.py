"""Plays episodes side by side: one environment a lane, one pass through the policy for all of them."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field
from typing import Callable

import numpy as np

from .digest import digest
from .errors import EnvironmentFault
from .policy import Policy
from .random_numbers import BLOCKS_PER_STEP, Purpose, RandomStream, key_of, philox, stream_word
from .wrappers import WrappedEnvironment


@dataclass(frozen=True)
class Round:
    """What happens at one policy version; `kind` is one of `random_numbers.Kind`."""

    version: int
    kind: int

    def __str__(self) -> str:
        return f"version {self.version}" + ("" if self.kind == 0 else " (evaluation)")


@dataclass
class Episode:
    """One finished episode. Shapes: `observations` `[T, F]`, `actions` `[T, A]`, the others `[T]` or `[F]`."""

    slot: int
    is_terminated: bool
    observations: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    log_probabilities: np.ndarray
    final_observation: np.ndarray

    @property
    def step_count(self) -> int:
        return len(self.rewards)

    @property
    def fingerprint(self) -> tuple[int, int]:
        """The hash of the log-probabilities."""
        return digest(self.log_probabilities)

    @property
    def byte_count(self) -> int:
        """About what the episode takes in a message."""
        return 4 * (self.observations.size + self.actions.size + 2 * self.step_count)


@dataclass
class Lane:
    """One environment, and the episode that it is in."""

    environment: WrappedEnvironment
    slot: int = 0
    observation: np.ndarray = field(default_factory=lambda: np.empty(0))
    observations: list[np.ndarray] = field(default_factory=list)
    actions: list[np.ndarray] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)
    log_probabilities: list[float] = field(default_factory=list)
    dynamics: RandomStream = field(default_factory=lambda: RandomStream(0, 0, 0, 0, 0))

    def begin(self, slot: int, observation: np.ndarray, dynamics: RandomStream) -> None:
        self.slot, self.observation, self.dynamics = slot, observation, dynamics
        self.observations, self.actions, self.rewards, self.log_probabilities = [], [], [], []

    def episode(self, is_terminated: bool) -> Episode:
        return Episode(
            self.slot,
            is_terminated,
            np.stack(self.observations),
            np.stack(self.actions),
            np.array(self.rewards, dtype=np.float32),
            np.array(self.log_probabilities, dtype=np.float32),
            self.observation,
        )


class Rollout:
    """The lanes of one actor.

    `make` gives one more environment; lanes get theirs when they are first needed.
    """

    def __init__(
        self, make: Callable[[], WrappedEnvironment], name: str, seed: int, lane_limit: int
    ) -> None:
        self._make = make
        self._name = name
        self._seed = seed
        self._lane_limit = lane_limit
        self._idle: list[Lane] = []
        self._lanes: list[Lane] = []
        self.step_count = 0

    @property
    def is_playing(self) -> bool:
        return bool(self._lanes)

    def begin(self, round: Round, policy: Policy) -> None:
        """Drops every unfinished episode and turns to another round."""
        self._round, self._policy = round, policy
        self._idle += self._lanes
        self._lanes = []

    def abandon(self, slots: set[int]) -> None:
        """Drops the episodes of these slots."""
        self._idle += [lane for lane in self._lanes if lane.slot in slots]
        self._lanes = [lane for lane in self._lanes if lane.slot not in slots]

    def advance(self, seconds: float, next_slot: Callable[[], int | None]) -> list[Episode]:
        """Plays for about so long, one step of all lanes at least, and gives the episodes that ended.

        Raises `EnvironmentFault` if an environment failed; the rollout must be begun anew then.
        """
        end, finished = time.monotonic() + seconds, []
        while True:
            while len(self._lanes) < self._lane_limit and (slot := next_slot()) is not None:
                self._start(slot)
            if not self._lanes:
                return finished
            finished += self._tick()
            if time.monotonic() >= end:
                return finished

    def _stream(self, slot: int, purpose: Purpose) -> RandomStream:
        version, kind = self._round.version, self._round.kind
        return RandomStream(self._seed, version, slot, kind, purpose)

    def _start(self, slot: int) -> None:
        lane = self._idle.pop() if self._idle else Lane(self._make())
        try:
            observation = lane.environment.reset(self._stream(slot, Purpose.RESET))
        except Exception as error:
            raise self._fault(slot, 0, error) from error
        lane.begin(slot, observation, self._stream(slot, Purpose.DYNAMICS))
        self._lanes.append(lane)

    def _tick(self) -> list[Episode]:
        """One step of every lane."""
        observations = np.stack([lane.observation for lane in self._lanes])
        actions, log_probabilities = self._policy.act(observations, self._words())
        finished, running = [], []
        for lane, action, number in zip(self._lanes, actions, log_probabilities.tolist()):
            t = len(lane.rewards)
            lane.dynamics.move_to(t)
            try:
                step = lane.environment.step(action, lane.dynamics)
            except Exception as error:
                raise self._fault(lane.slot, t, error) from error
            lane.observations.append(lane.observation)
            lane.actions.append(action)
            lane.rewards.append(step.reward)
            lane.log_probabilities.append(number)
            lane.observation = step.observation
            if step.is_terminated or step.is_truncated or t + 1 >= lane.environment.step_limit:
                finished.append(self._end(lane, bool(step.is_terminated)))
            else:
                running.append(lane)
        self.step_count += len(self._lanes)
        self._lanes = running
        return finished

    def _end(self, lane: Lane, is_terminated: bool) -> Episode:
        self._idle.append(lane)
        episode = lane.episode(is_terminated)
        seen = np.vstack((episode.observations, episode.final_observation))
        for name, values in (("observation", seen), ("reward", episode.rewards[:, None])):
            is_bad = ~np.isfinite(values).all(axis=1)
            if is_bad.any():
                raise self._fault(lane.slot, int(is_bad.argmax()), f"gave a {name} that is not finite")
        return episode

    def _fault(self, slot: int, step: int, problem: Exception | str) -> EnvironmentFault:
        """Names the place, and the traceback of an exception."""
        if isinstance(problem, Exception):
            trace = "".join(traceback.format_exception(problem))
            problem = f"raised {type(problem).__name__}: {problem}\n{trace}"
        return EnvironmentFault(
            f"environment {self._name}, {self._round}, slot {slot}, step {step} {problem}", slot
        )

    def _words(self) -> np.ndarray:
        """The words of purpose *action* at every lane's step. Shape: `[4 × blocks, lanes]`."""
        blocks, count = self._policy.head.block_count, len(self._lanes)
        counters = np.empty((4, blocks, count), dtype=np.uint32)
        counters[0] = self._round.version
        counters[1] = [lane.slot for lane in self._lanes]
        counters[2] = stream_word(self._round.kind, Purpose.ACTION)
        counters[3] = [BLOCKS_PER_STEP * len(lane.rewards) for lane in self._lanes]
        counters[3] += np.arange(blocks, dtype=np.uint32)[:, None]
        words = philox(key_of(self._seed), counters.reshape(4, -1))
        return words.reshape(4, blocks, count).swapaxes(0, 1).reshape(4 * blocks, count)
