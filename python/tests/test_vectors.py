"""The numbers that Protocol.md states."""

import unittest

import numpy as np

from troupe.digest import digest
from troupe.random_numbers import RandomStream, philox, philox_block, uniforms

ONES = 0xFFFFFFFF
KNOWN = [
    ([0, 0, 0, 0], (0, 0), [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([ONES] * 4, (ONES, ONES), [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        (0xA4093822, 0x299F31D0),
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]


class PhiloxTests(unittest.TestCase):
    def test_known_answers(self):
        for counter, key, output in KNOWN:
            column = np.array(counter, dtype=np.uint32).reshape(4, 1)
            self.assertEqual(philox(key, column)[:, 0].tolist(), output)
            self.assertEqual(list(philox_block(key, counter)), output)

    def test_a_stream_draws_block_after_block_and_64_words_at_most(self):
        stream = RandomStream(seed=7 << 32 | 5, version=3, slot=9, kind=1, purpose=2, step=4)
        words = [stream.next_word() for _ in range(64)]
        for block in range(16):
            expected = philox_block((5, 7), [3, 9, 4 * 1 + 2, 16 * 4 + block])
            self.assertEqual(tuple(words[4 * block : 4 * block + 4]), expected)
        with self.assertRaises(ValueError):
            stream.next_word()
        stream.move_to(4)
        self.assertEqual(stream.next_word(), words[0])

    def test_uniform_numbers_take_the_high_bits(self):
        words = np.array([0, 255, 256, ONES], dtype=np.uint32)
        self.assertEqual(uniforms(words).tolist(), [0, 0, 2**-24, 1 - 2**-24])


class DigestTests(unittest.TestCase):
    def test_known_answers(self):
        for numbers, text in [
            ([], "8c463c76a4d8027882f89ce87d025c42"),
            ([-0.6931472], "86964ad5fb2b2da3a63bfc36beea2c79"),
            ([1, 2, 3, 4, 5], "80a1f9349cf7a1ef74a96864541a17ca"),
        ]:
            high, low = digest(np.array(numbers, dtype=np.float32))
            self.assertEqual(f"{high:016x}{low:016x}", text)

    def test_nan_is_refused(self):
        with self.assertRaises(ValueError):
            digest(np.array([1, np.nan], dtype=np.float32))


if __name__ == "__main__":
    unittest.main()
