"""How the outputs of a network become a distribution over actions (Protocol.md, section 7).

Every head works on many rows at once and computes in double precision. Shapes: `outputs` `[n, outputs]`,
`actions` `[n, entries]`, `words` `[4 × blocks, n]`, log-probabilities `[n]`.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from .action_spaces import ActionSpace, Box, MultiBinary, action_size
from .random_numbers import uniforms

HALF_LOG_TWO_PI = 0.9189385332046727


class ActionHead(Protocol):
    output_count: int
    """Rows of the network's last layer."""
    block_count: int
    """Blocks of random words that one choice takes."""

    def sample(self, outputs: np.ndarray, words: np.ndarray) -> np.ndarray:
        """Actions drawn by these random words."""

    def mode(self, outputs: np.ndarray) -> np.ndarray:
        """The most probable actions."""

    def log_probabilities(self, outputs: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """log π of each action."""


class CategoricalHead:
    """Independent choices, one word of randomness each; a switch is a choice between the logits 0 and z."""

    def __init__(self, space: ActionSpace) -> None:
        self._is_binary = isinstance(space, MultiBinary)
        self._counts = space.counts
        self.output_count = len(space.counts) if self._is_binary else sum(space.counts)
        self.block_count = (len(space.counts) + 3) // 4

    def _parts(self, outputs: np.ndarray):
        """The log-probabilities of the alternatives of each part."""
        first = 0
        for count in self._counts:
            if self._is_binary:
                logits = np.zeros((len(outputs), 2))
                logits[:, 1] = outputs[:, first]
                first += 1
            else:
                logits = outputs[:, first : first + count]
                first += count
            shifted = logits - logits.max(axis=1, keepdims=True)
            yield shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    def sample(self, outputs: np.ndarray, words: np.ndarray) -> np.ndarray:
        numbers = uniforms(words)
        actions = np.empty((len(outputs), len(self._counts)), dtype=np.float32)
        for part, logs in enumerate(self._parts(outputs)):
            below = np.exp(logs).cumsum(axis=1) <= numbers[part][:, None]
            # The last alternative takes what rounding leaves.
            actions[:, part] = np.minimum(below.sum(axis=1), self._counts[part] - 1)
        return actions

    def mode(self, outputs: np.ndarray) -> np.ndarray:
        return np.stack([logs.argmax(axis=1) for logs in self._parts(outputs)], axis=1).astype(
            np.float32
        )

    def log_probabilities(self, outputs: np.ndarray, actions: np.ndarray) -> np.ndarray:
        rows = np.arange(len(outputs))
        return sum(
            logs[rows, actions[:, part].astype(np.intp)]
            for part, logs in enumerate(self._parts(outputs))
        )


class GaussianHead:
    """Independent normal distributions, two words of randomness each; log σ does not depend on the state."""

    def __init__(self, space: Box, log_deviations: np.ndarray) -> None:
        self.output_count = action_size(space)
        self.block_count = (self.output_count + 1) // 2
        self._log_deviations = log_deviations.astype(np.float64)

    def sample(self, outputs: np.ndarray, words: np.ndarray) -> np.ndarray:
        numbers = uniforms(words[: 2 * self.output_count]).astype(np.float64)
        radius = np.sqrt(-2 * np.log(1 - numbers[0::2]))
        noise = radius * np.cos(2 * np.pi * numbers[1::2])
        return (outputs + np.exp(self._log_deviations) * noise.T).astype(np.float32)

    def mode(self, outputs: np.ndarray) -> np.ndarray:
        return outputs.astype(np.float32)

    def log_probabilities(self, outputs: np.ndarray, actions: np.ndarray) -> np.ndarray:
        deviations = (actions - outputs) * np.exp(-self._log_deviations)
        return (-0.5 * deviations**2 - self._log_deviations - HALF_LOG_TWO_PI).sum(axis=1)
