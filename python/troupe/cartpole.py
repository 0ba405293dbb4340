"""CartPole-v1 in Python: the example of an environment, and the same one as Troupe's own.

Its first states are those of Troupe's, for it draws the same random numbers; the steps differ by no more
than the last digits of sine and cosine.
"""

from __future__ import annotations

import math

from .action_spaces import Discrete
from .environments import Step
from .random_numbers import RandomStream

GRAVITY = 9.8
POLE_MASS, TOTAL_MASS = 0.1, 1.1
HALF_LENGTH = 0.5
POLE_MASS_LENGTH = POLE_MASS * HALF_LENGTH
FORCE = 10.0
TIME_STEP = 0.02
POSITION_LIMIT = 2.4
ANGLE_LIMIT = 12 * 2 * math.pi / 360


class CartPole:
    """Keep a pole upright on a cart by pushing left (0) or right (1). Reward 1 for each step.

    Source: Barto, Sutton, Anderson 1983, as in Gymnasium's `CartPole-v1`.
    """

    observation_size = 4
    action_space = Discrete(2)
    step_limit = 500

    def reset(self, random: RandomStream) -> tuple[float, ...]:
        self._state = tuple(random.uniform_between(-0.05, 0.05) for _ in range(4))
        return self._state

    def step(self, action: int, random: RandomStream) -> Step:
        position, velocity, angle, angular_velocity = self._state
        force = FORCE if action == 1 else -FORCE
        sine, cosine = math.sin(angle), math.cos(angle)
        pushed = (force + POLE_MASS_LENGTH * angular_velocity**2 * sine) / TOTAL_MASS
        angular_acceleration = (GRAVITY * sine - cosine * pushed) / (
            HALF_LENGTH * (4 / 3 - POLE_MASS * cosine**2 / TOTAL_MASS)
        )
        acceleration = pushed - POLE_MASS_LENGTH * angular_acceleration * cosine / TOTAL_MASS
        self._state = (
            position + TIME_STEP * velocity,
            velocity + TIME_STEP * acceleration,
            angle + TIME_STEP * angular_velocity,
            angular_velocity + TIME_STEP * angular_acceleration,
        )
        has_fallen = abs(self._state[0]) > POSITION_LIMIT or abs(self._state[2]) > ANGLE_LIMIT
        return Step(self._state, 1.0, has_fallen)
