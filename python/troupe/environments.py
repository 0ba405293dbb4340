"""What an actor plays: the protocol that an environment has to follow, and how one is found by its name."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, Sequence, runtime_checkable

import numpy as np

from .action_spaces import ActionSpace, Box, Discrete
from .errors import TroupeError
from .random_numbers import RandomStream


class Step(NamedTuple):
    """What a step led to. `is_truncated` is for limits of time; at a terminal state it is ignored."""

    observation: Sequence[float] | np.ndarray
    reward: float
    is_terminated: bool
    is_truncated: bool = False


@runtime_checkable
class Environment(Protocol):
    """A simulator of one episode after the other.

    All its randomness should come from the streams that it is handed: then equal slots give equal episodes,
    whoever plays them.
    """

    observation_size: int
    """Entries of an observation."""
    action_space: ActionSpace
    step_limit: int
    """Steps after which an episode is cut off, 1 to 2²⁴."""

    def reset(self, random: RandomStream) -> Sequence[float] | np.ndarray:
        """Begins an episode and gives its first observation."""

    def step(self, action: Any, random: RandomStream) -> Step:
        """One step.

        `action` is an `int` for a discrete space, otherwise an array of its entries: float32 for a box
        (clipped or squashed if the run asks for it), int64 for choices and switches.
        """


class UnknownEnvironment(TroupeError):
    """This actor does not know the environment that the run is about."""

    exit_code = 65


def make_environment(name: str) -> Any:
    """The environment that a run names: `cartpole`, or `gymnasium:NAME?argument=value&import=module`."""
    from .cartpole import CartPole
    from .gymnasium_environment import GymnasiumEnvironment

    if name == "cartpole":
        return CartPole()
    if name.startswith("gymnasium:"):
        return GymnasiumEnvironment.named(name)
    raise UnknownEnvironment(
        f"the run's environment is {name}, which this package does not have; give the actor a "
        "make_environment that returns one"
    )


def adapted(environment: Any) -> Environment:
    """The environment itself, or one of Gymnasium within what makes it an `Environment`."""
    if isinstance(environment, Environment):
        return environment
    if hasattr(environment, "observation_space") and hasattr(environment, "action_space"):
        from .gymnasium_environment import GymnasiumEnvironment

        return GymnasiumEnvironment(lambda: environment)
    raise TypeError(
        f"{type(environment).__name__} is neither a Gymnasium environment nor has it observation_size, "
        "action_space, step_limit, reset and step"
    )


def environment_action(space: ActionSpace, row: np.ndarray) -> Any:
    """What `Environment.step` is given for a row of float32."""
    if isinstance(space, Discrete):
        return int(row[0])
    return row if isinstance(space, Box) else row.astype(np.int64)
