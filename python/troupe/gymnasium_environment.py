"""A Gymnasium environment as an actor plays it. Spaces are flattened as docs/gymnasium.md says."""

from __future__ import annotations

import importlib
import json
from typing import Any, Callable

import numpy as np

from .action_spaces import ActionSpace, Box, Discrete, MultiBinary, MultiDiscrete, action_size
from .environments import Step
from .errors import TroupeError
from .random_numbers import RandomStream


class UnsupportedSpace(TroupeError):
    """A space that Troupe's policies cannot observe or choose from."""

    exit_code = 65


class GymnasiumEnvironment:
    """Steps one Gymnasium environment.

    Each episode is reset with a seed of its own: the first random word of its slot's *reset* stream. Actions
    of a `Box` are clipped to its bounds.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._environment = make()
        self._observations = ObservationRow(self._environment.observation_space)
        self._actions = ActionValue(self._environment.action_space)
        self.observation_size = self._observations.size
        self.action_space = self._actions.space
        limit = getattr(getattr(self._environment, "spec", None), "max_episode_steps", None)
        if limit is None:
            raise UnsupportedSpace(
                "the environment has no step limit; give it one, such as max_episode_steps=1000"
            )
        self.step_limit = int(limit)

    @classmethod
    def named(cls, name: str) -> GymnasiumEnvironment:
        """From a run's name of it: `gymnasium:LunarLander-v3?gravity=-9.8&import=mypackage`."""
        import gymnasium

        identifier, _, query = name.removeprefix("gymnasium:").partition("?")
        arguments = {}
        for item in filter(None, query.split("&")):
            key, _, value = item.replace("%26", "&").replace("%25", "%").partition("=")
            if key == "import":
                importlib.import_module(value)
            else:
                arguments[key] = json.loads(value)
        arguments = {"disable_env_checker": True, **arguments}
        return cls(lambda: gymnasium.make(identifier, **arguments))

    def reset(self, random: RandomStream) -> np.ndarray:
        observation, _ = self._environment.reset(seed=random.next_word())
        return self._observations.row(observation)

    def step(self, action: Any, random: RandomStream) -> Step:
        observation, reward, is_terminated, is_truncated, _ = self._environment.step(
            self._actions.value(np.atleast_1d(action))
        )
        row = self._observations.row(observation)
        return Step(row, float(reward), bool(is_terminated), bool(is_truncated))


def _parts(space: Any) -> list[tuple[Any, Any]]:
    from gymnasium import spaces

    return list(space.spaces.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces))


class ObservationRow:
    """Turns observations of a space into rows of float32."""

    def __init__(self, space: Any, path: str = "observation space") -> None:
        from gymnasium import spaces

        self._space = space
        self._parts: list[tuple[Any, ObservationRow]] | None = None
        self._offsets: np.ndarray | None = None
        if isinstance(space, (spaces.Box, spaces.MultiBinary)):
            self.size = int(np.prod(space.shape, dtype=np.int64))
        elif isinstance(space, (spaces.Discrete, spaces.MultiDiscrete)):
            is_one = isinstance(space, spaces.Discrete)
            counts = np.atleast_1d(space.n if is_one else space.nvec).ravel().astype(np.int64)
            self.size = int(counts.sum())
            self._offsets = np.cumsum(counts) - counts - np.atleast_1d(space.start).ravel()
        elif isinstance(space, (spaces.Dict, spaces.Tuple)):
            self._parts = [
                (key, ObservationRow(part, f"{path}[{key!r}]")) for key, part in _parts(space)
            ]
            self.size = sum(part.size for _, part in self._parts)
        else:
            raise UnsupportedSpace(f"the {path} is a {type(space).__name__}, which is not supported")

    def row(self, observation: Any) -> np.ndarray:
        if self._parts is not None:
            return np.concatenate([part.row(observation[key]) for key, part in self._parts])
        if self._offsets is not None:
            row = np.zeros(self.size, dtype=np.float32)
            row[np.asarray(observation).ravel() + self._offsets] = 1
            return row
        array = np.asarray(observation)
        if array.shape != self._space.shape:
            raise ValueError(
                f"an observation has shape {array.shape}, but its space {self._space.shape}"
            )
        row = array.reshape(-1).astype(np.float32)
        return row * np.float32(1 / 255) if self._space.dtype == np.uint8 else row


class ActionValue:
    """What Troupe's action spaces can express of a space, and the way back from entries."""

    space: ActionSpace

    def __init__(self, space: Any, path: str = "action space") -> None:
        from gymnasium import spaces

        self._space = space
        self._parts: list[tuple[Any, ActionValue]] | None = None
        if isinstance(space, spaces.Discrete):
            self.space = Discrete(int(space.n))
        elif isinstance(space, spaces.MultiDiscrete):
            self.space = MultiDiscrete(tuple(int(n) for n in np.ravel(space.nvec)))
        elif isinstance(space, spaces.MultiBinary):
            self.space = MultiBinary(int(np.prod(space.shape, dtype=np.int64)))
        elif isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating):
            low, high = (np.ravel(bound).astype(np.float32) for bound in (space.low, space.high))
            self.space = Box(tuple(low.tolist()), tuple(high.tolist()))
        elif isinstance(space, (spaces.Dict, spaces.Tuple)):
            self._parts = [
                (key, ActionValue(part, f"{path}[{key!r}]")) for key, part in _parts(space)
            ]
            self.space = _joined([part.space for _, part in self._parts], path)
        else:
            raise UnsupportedSpace(f"the {path} is a {type(space).__name__}, which is not supported")

    def value(self, entries: np.ndarray) -> Any:
        from gymnasium import spaces

        if self._parts is not None:
            values, first = [], 0
            for key, part in self._parts:
                size = action_size(part.space)
                values.append((key, part.value(entries[first : first + size])))
                first += size
            is_dict = isinstance(self._space, spaces.Dict)
            return dict(values) if is_dict else tuple(value for _, value in values)
        if isinstance(self.space, Discrete):
            return int(entries[0]) + int(self._space.start)
        if isinstance(self.space, Box):
            entries = np.clip(entries, self.space.low, self.space.high)
        array = entries.astype(self._space.dtype).reshape(self._space.shape)
        return array + self._space.start if isinstance(self.space, MultiDiscrete) else array


def _joined(spaces: list[ActionSpace], path: str) -> ActionSpace:
    """Boxes alone make one box, the others alone one multi-discrete choice."""
    if all(isinstance(space, Box) for space in spaces):
        return Box(
            tuple(x for space in spaces for x in space.low),
            tuple(x for space in spaces for x in space.high),
        )
    if any(isinstance(space, Box) for space in spaces):
        raise UnsupportedSpace(f"the {path} mixes boxes and choices")
    return MultiDiscrete(tuple(n for space in spaces for n in space.counts))
