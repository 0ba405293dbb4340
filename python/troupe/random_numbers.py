"""Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011).

Nothing but the run's seed and the place in it (version, slot, purpose, step) enters, so that an episode
draws the same numbers on whatever machine it is played. See Protocol.md, section 6.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

MULTIPLIER_0, MULTIPLIER_1 = 0xD2511F53, 0xCD9E8D57
WEYL_0, WEYL_1 = 0x9E3779B9, 0xBB67AE85
MASK = 0xFFFFFFFF

BLOCKS_PER_STEP = 16


class Kind(IntEnum):
    """Families of episodes, which never share a random number."""

    TRAINING = 0
    EVALUATION = 1
    STANDALONE_EVALUATION = 2
    INITIALISATION = 3


class Purpose(IntEnum):
    """What a random number is for."""

    RESET = 0
    DYNAMICS = 1
    ACTION = 2
    PERTURBATION = 3


def stream_word(kind: int, purpose: int) -> int:
    """The third word of a counter."""
    return 4 * kind + purpose


def philox(key: tuple[int, int], counters: np.ndarray) -> np.ndarray:
    """The blocks of many counters at once.

    Shape: `counters` and the result `[4, n]`, uint32.
    """
    c0, c1, c2, c3 = counters.astype(np.uint64)
    k0, k1 = key
    mask, half = np.uint64(MASK), np.uint64(32)
    for _ in range(10):
        p0, p1 = c0 * np.uint64(MULTIPLIER_0), c2 * np.uint64(MULTIPLIER_1)
        c0, c1, c2, c3 = (
            (p1 >> half) ^ c1 ^ np.uint64(k0),
            p1 & mask,
            (p0 >> half) ^ c3 ^ np.uint64(k1),
            p0 & mask,
        )
        k0, k1 = (k0 + WEYL_0) & MASK, (k1 + WEYL_1) & MASK
    return np.stack((c0, c1, c2, c3)).astype(np.uint32)


def philox_block(key: tuple[int, int], counter: list[int]) -> tuple[int, int, int, int]:
    """One block, which is quicker without arrays."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = c0 * MULTIPLIER_0, c2 * MULTIPLIER_1
        c0, c1, c2, c3 = p1 >> 32 ^ c1 ^ k0, p1 & MASK, p0 >> 32 ^ c3 ^ k1, p0 & MASK
        k0, k1 = (k0 + WEYL_0) & MASK, (k1 + WEYL_1) & MASK
    return c0, c1, c2, c3


def key_of(seed: int) -> tuple[int, int]:
    """The key of a run: its seed, low word first."""
    return seed & MASK, seed >> 32 & MASK


def uniforms(words: np.ndarray) -> np.ndarray:
    """Numbers in [0, 1), multiples of 2⁻²⁴, one from each word, as float32."""
    return (words >> np.uint32(8)).astype(np.float32) * np.float32(2**-24)


class RandomStream:
    """The numbers of one purpose at one step of one episode, drawn one after the other."""

    def __init__(
        self, seed: int, version: int, slot: int, kind: int, purpose: int, step: int = 0
    ) -> None:
        self._key = key_of(seed)
        self._counter = [version, slot, stream_word(kind, purpose), BLOCKS_PER_STEP * step]
        self._words: list[int] = []
        self._block = 0

    @property
    def slot(self) -> int:
        """Of the episode that the numbers belong to."""
        return self._counter[1]

    def move_to(self, step: int) -> None:
        """Goes on with the numbers of another step of the episode."""
        self._counter[3] = BLOCKS_PER_STEP * step
        self._words = []
        self._block = 0

    def next_word(self) -> int:
        """The next 32 random bits; a step has 64 words."""
        if not self._words:
            if self._block == BLOCKS_PER_STEP:
                raise ValueError("a step draws at most 64 random words")
            version, slot, stream, index = self._counter
            block = philox_block(self._key, [version, slot, stream, index + self._block])
            self._words = list(reversed(block))
            self._block += 1
        return self._words.pop()

    def uniform(self) -> float:
        """A number in [0, 1), a multiple of 2⁻²⁴, from one word."""
        return (self.next_word() >> 8) * 2.0**-24

    def uniform_double(self) -> float:
        """A number in [0, 1), a multiple of 2⁻⁵³, from two words."""
        high, low = self.next_word() >> 5, self.next_word() >> 6
        return (high << 26 | low) * 2.0**-53

    def uniform_between(self, low: float, high: float) -> float:
        """low + (high − low) × u for u of `uniform_double`."""
        return low + (high - low) * self.uniform_double()
