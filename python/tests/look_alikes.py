"""Environments with the sizes of Troupe's own, for learners that look at nothing else."""

import numpy as np

import troupe


class Drifting:
    """Observations wander; an action is rewarded for being small. Ends by chance or at the limit."""

    def __init__(self, observation_size, action_space, step_limit):
        self.observation_size, self.action_space = observation_size, action_space
        self.step_limit = step_limit

    def reset(self, random):
        self.state = np.array([random.uniform() * 8 - 4 for _ in range(self.observation_size)])
        return self.state

    def step(self, action, random):
        noise = [random.uniform() - 0.5 for _ in range(self.observation_size)]
        self.state = 0.9 * self.state + noise + 0.1 * float(np.sum(action))
        return troupe.Step(self.state, -float(np.abs(action).sum()), random.uniform() < 0.05)


class Failing(troupe.CartPole):
    """Fails at the third step of slot 2, by raising or by a number that is none."""

    def __init__(self, fault):
        self.fault = fault

    def reset(self, random):
        self.steps, self.is_bad = 0, random.slot == 2
        return super().reset(random)

    def step(self, action, random):
        self.steps += 1
        step = super().step(action, random)
        if self.is_bad and self.steps == 3:
            if self.fault == "raise":
                raise RuntimeError("out of cheese")
            return step._replace(reward=float("nan"))
        return step


def pendulum(name):
    assert name == "pendulum"
    return Drifting(3, troupe.Box((-2.0,), (2.0,)), 200)


def raising(name):
    return Failing("raise")


def not_finite(name):
    return Failing("nan")


def too_wide(name):
    return Drifting(5, troupe.Discrete(2), 500)
