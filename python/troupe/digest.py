"""Digest128, the hash of policies and of log-probabilities (Protocol.md, section 7)."""

from __future__ import annotations

import numpy as np

MASK = (1 << 64) - 1


def _mix(x: int, y: int) -> int:
    product = x * y
    return (product ^ product >> 64 ^ (x << 29 | x >> 35)) & MASK


def digest(*sequences: np.ndarray) -> tuple[int, int]:
    """The words (high, low) of the hash of sequences of float32, the length of each mixed in behind it.

    Raises `ValueError` if a number is NaN.
    """
    a, b = 0x0452821E638D0137, 0x7BE5466CF34E90C6
    for sequence in sequences:
        numbers = np.ascontiguousarray(sequence, dtype="<f4").reshape(-1)
        if np.isnan(numbers).any():
            raise ValueError("NaN is refused, not hashed")
        data = numbers.tobytes()
        words = np.frombuffer(data + bytes(-len(data) % 16), dtype="<u8").tolist()
        for first, second in zip(words[::2], words[1::2]):
            a, b = (
                _mix(a ^ first, second ^ 0x243F6A8885A308D3),
                _mix(b ^ second, first ^ 0x13198A2E03707345),
            )
        a = _mix(a ^ len(data), 0xA4093822299F31D1)
        b = _mix(b ^ len(data), 0x082EFA98EC4E6C89)
    x = _mix(a, b ^ 0x9216D5D98979FB1B)
    y = _mix(b, a ^ 0xD1310BA698DFB5AC)
    return _mix(x ^ 0x2FFD72DBD01ADFB7, y), _mix(y ^ 0xB8E1AFED6A267E96, x)
