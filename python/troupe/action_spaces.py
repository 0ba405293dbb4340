"""What can be chosen. In all of them an action is a row of float32, one entry for each part of the choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

import numpy as np


@dataclass(frozen=True)
class Discrete:
    """One of `count` choices: an index."""

    count: int

    @property
    def counts(self) -> tuple[int, ...]:
        return (self.count,)


@dataclass(frozen=True)
class MultiDiscrete:
    """Several choices at once, each with a count of its own: indices."""

    counts: tuple[int, ...]


@dataclass(frozen=True)
class MultiBinary:
    """`count` switches, each 0 or 1."""

    count: int

    @property
    def counts(self) -> tuple[int, ...]:
        return (2,) * self.count


@dataclass(frozen=True)
class Box:
    """Numbers, each with a least and a greatest value, which may be infinite."""

    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def is_bounded(self) -> bool:
        """Whether every bound is finite."""
        return bool(np.isfinite(self.low).all() and np.isfinite(self.high).all())


ActionSpace = Union[Discrete, MultiDiscrete, MultiBinary, Box]


def action_size(space: ActionSpace) -> int:
    """Entries of an action."""
    return len(space.low) if isinstance(space, Box) else len(space.counts)


def wire_type(space: ActionSpace) -> str:
    """The type of an entry in a message, as NumPy names it."""
    if isinstance(space, Box):
        return "<f4"
    return "u1" if max(space.counts) <= 256 else "<i4"
