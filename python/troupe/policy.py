"""A policy: a multilayer perceptron whose outputs are a distribution over actions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .action_heads import ActionHead, CategoricalHead, GaussianHead
from .action_spaces import ActionSpace, Box, Discrete, action_size
from .errors import ProtocolProblem

NORMALIZED_LIMIT = 10.0

ACTIVATIONS = {"tanh": np.tanh, "relu": lambda x: np.maximum(x, 0)}


class Policy:
    """Parameters of one version. Computes in double precision from the float32 parameters.

    Observations are what an environment gave within the run's wrappers, as float32; where the run
    normalises them, the policy does so itself.
    """

    def __init__(
        self,
        layers: Sequence[tuple[np.ndarray, np.ndarray]],
        activation: str,
        action_space: ActionSpace,
        log_deviations: np.ndarray | None = None,
        normalization: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> None:
        self.action_space = action_space
        self.observation_size = layers[0][0].shape[1]
        self._layers = [(w.T.astype(np.float64), b.astype(np.float64)) for w, b in layers]
        self._activate = ACTIVATIONS[activation]
        self._normalization = normalization
        self.head: ActionHead
        if isinstance(action_space, Box):
            assert log_deviations is not None
            self.head = GaussianHead(action_space, log_deviations)
        else:
            self.head = CategoricalHead(action_space)

    @classmethod
    def from_flat_parameters(
        cls,
        parameters: np.ndarray,
        *,
        observation_size: int,
        hidden: Sequence[int],
        activation: str,
        action_space: ActionSpace,
        normalization: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> Policy:
        """From the frame of a policy message: for each layer W `[outputs][inputs]` and b; then, for a box,
        log σ of each number."""
        is_box = isinstance(action_space, Box)
        outputs = (
            action_size(action_space) if is_box else CategoricalHead(action_space).output_count
        )
        deviations = outputs if is_box else 0
        sizes = [observation_size, *hidden, outputs]
        expected = sum((m + 1) * n for m, n in zip(sizes, sizes[1:])) + deviations
        if parameters.size != expected:
            raise ProtocolProblem(
                f"the policy has {parameters.size} parameters, but observations of {observation_size} "
                f"entries and this action space make {expected}: is it the learner's environment?"
            )
        layers, first = [], 0
        for inputs, units in zip(sizes, sizes[1:]):
            weights = parameters[first : first + inputs * units].reshape(units, inputs)
            first += inputs * units
            layers.append((weights, parameters[first : first + units]))
            first += units
        return cls(
            layers, activation, action_space, parameters[first:] if deviations else None,
            normalization,
        )

    def outputs(self, observations: np.ndarray) -> np.ndarray:
        """Logits or means for rows of observations. Shape: `[n, observation_size]` to `[n, outputs]`."""
        observations = np.asarray(observations, dtype=np.float32)
        if self._normalization is not None:
            mean, inverse_deviation = self._normalization
            limit = np.float32(NORMALIZED_LIMIT)
            observations = np.clip((observations - mean) * inverse_deviation, -limit, limit)
        x = observations.astype(np.float64)
        for weights, bias in self._layers[:-1]:
            x = self._activate(x @ weights + bias)
        weights, bias = self._layers[-1]
        return x @ weights + bias

    def act(self, observations: np.ndarray, words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Actions drawn by random words, and their log-probabilities as float32."""
        outputs = self.outputs(observations)
        actions = self.head.sample(outputs, words)
        return actions, self.head.log_probabilities(outputs, actions).astype(np.float32)

    # For people who use a trained policy: one observation at a time.

    def sample(self, observation, generator: np.random.Generator | None = None):
        """An action drawn for one observation, by NumPy's randomness.

        An `int` for a discrete space, otherwise an array of its entries; numbers are not clipped.
        """
        generator = generator or np.random.default_rng()
        words = generator.integers(0, 2**32, (4 * self.head.block_count, 1), dtype=np.uint32)
        return self._value(self.head.sample(self.outputs(self._row(observation)), words))

    def greedy(self, observation):
        """The most probable action for one observation."""
        return self._value(self.head.mode(self.outputs(self._row(observation))))

    def log_probability(self, observation, action) -> float:
        """log π of an action for one observation."""
        row = np.asarray(action, dtype=np.float32).reshape(1, -1)
        return float(self.head.log_probabilities(self.outputs(self._row(observation)), row)[0])

    def _row(self, observation) -> np.ndarray:
        row = np.asarray(observation, dtype=np.float32).reshape(1, -1)
        if row.shape[1] != self.observation_size:
            raise ValueError(
                f"the observation has {row.shape[1]} entries, the policy takes {self.observation_size}"
            )
        return row

    def _value(self, actions: np.ndarray):
        if isinstance(self.action_space, Box):
            return actions[0]
        indices = actions[0].astype(np.int64)
        return int(indices[0]) if isinstance(self.action_space, Discrete) else indices
