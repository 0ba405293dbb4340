"""Distributions against their definitions, and drawing from them against counting."""

import json
import math
import tempfile
import unittest
from pathlib import Path

import numpy as np

import troupe
from troupe.policy_file import PolicyFileProblem

RANDOM = np.random.default_rng(1)


def policy(space, outputs, hidden=(5,), normalization=None):
    sizes = [3, *hidden, outputs]
    layers = [
        (RANDOM.normal(size=(n, m)).astype("f4"), RANDOM.normal(size=n).astype("f4"))
        for m, n in zip(sizes, sizes[1:])
    ]
    deviations = np.array([-0.5, 0.25], "f4") if isinstance(space, troupe.Box) else None
    return troupe.Policy(layers, "tanh", space, deviations, normalization), layers


class PolicyTests(unittest.TestCase):
    def test_flat_parameters_are_layer_after_layer(self):
        made, layers = policy(troupe.Discrete(4), 4)
        flat = np.concatenate([part.ravel() for layer in layers for part in layer])
        same = troupe.Policy.from_flat_parameters(
            flat, observation_size=3, hidden=[5], activation="tanh", action_space=troupe.Discrete(4)
        )
        rows = RANDOM.normal(size=(6, 3)).astype("f4")
        np.testing.assert_array_equal(made.outputs(rows), same.outputs(rows))
        with self.assertRaises(troupe.ProtocolProblem):
            troupe.Policy.from_flat_parameters(
                flat[1:], observation_size=3, hidden=[5], activation="tanh",
                action_space=troupe.Discrete(4),
            )

    def test_a_network_is_what_its_formula_says(self):
        made, ((w1, b1), (w2, b2)) = policy(troupe.Discrete(4), 4)
        x = np.array([0.5, -1, 2], "f4")
        z = w2 @ np.tanh(w1 @ x + b1) + b2
        np.testing.assert_allclose(made.outputs(x[None])[0], z, rtol=1e-5)
        expected = z - math.log(sum(math.exp(v) for v in z))
        for action in range(4):
            self.assertAlmostEqual(made.log_probability(x, action), expected[action], places=5)
        self.assertEqual(made.greedy(x), int(np.argmax(z)))

    def test_observations_are_normalised_within_ten(self):
        mean, inverse = np.array([1, 0, 0], "f4"), np.array([2, 1, 100], "f4")
        made, layers = policy(troupe.Discrete(2), 2, normalization=(mean, inverse))
        plain = troupe.Policy(layers, "tanh", troupe.Discrete(2))
        np.testing.assert_array_equal(
            made.outputs(np.array([[3, 5, -1]], "f4")), plain.outputs(np.array([[4, 5, -10]], "f4"))
        )

    def test_drawing_follows_the_probabilities(self):
        for space, outputs in [
            (troupe.Discrete(3), 3),
            (troupe.MultiDiscrete((2, 3)), 5),
            (troupe.MultiBinary(2), 2),
        ]:
            made, _ = policy(space, outputs)
            count = 40_000
            row = RANDOM.normal(size=(1, 3)).astype("f4")
            rows = np.repeat(row, count, axis=0)
            words = RANDOM.integers(0, 2**32, (4, count), dtype=np.uint32)
            actions, logs = made.act(rows, words)
            for action in np.unique(actions, axis=0):
                is_it = (actions == action).all(axis=1)
                probability = math.exp(made.log_probability(row, action))
                self.assertAlmostEqual(math.exp(logs[is_it][0]), probability, places=5)
                # Five standard deviations of a frequency of 40,000.
                deviation = math.sqrt(probability * (1 - probability) / count)
                self.assertLess(abs(is_it.mean() - probability), 5 * deviation)

    def test_numbers_are_normal(self):
        made, _ = policy(troupe.Box((-1, -1), (1, 1)), 2)
        count = 40_000
        rows = np.repeat(np.array([[1, 2, 3]], "f4"), count, axis=0)
        words = RANDOM.integers(0, 2**32, (4, count), dtype=np.uint32)
        actions, logs = made.act(rows, words)
        mean, sigma = made.outputs(rows[:1])[0], np.exp([-0.5, 0.25])
        noise = (actions - mean) / sigma
        self.assertLess(np.abs(noise.mean(axis=0)).max(), 5 / math.sqrt(count))
        self.assertLess(np.abs(noise.std(axis=0) - 1).max(), 0.02)
        expected = sum(
            -0.5 * noise[0, i] ** 2 - math.log(sigma[i] * math.sqrt(2 * math.pi)) for i in range(2)
        )
        self.assertAlmostEqual(float(logs[0]), expected, places=4)
        np.testing.assert_array_equal(made.greedy(rows[0]), mean.astype("f4"))


def write(path, tensors, metadata):
    header, content = {"__metadata__": metadata}, b""
    for name, values in tensors.items():
        data = np.asarray(values, "<f4").tobytes()
        header[name] = {
            "dtype": "F32", "shape": list(np.shape(values)),
            "data_offsets": [len(content), len(content) + len(data)],
        }
        content += data
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content)


class PolicyFileTests(unittest.TestCase):
    METADATA = {
        "format": "troupe-policy", "format_version": "1", "environment": "x", "hidden": "",
        "activation": "tanh", "observation_size": "2", "action_count": "2",
    }

    def test_a_file_that_is_none_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "policy.safetensors"
            with self.assertRaises(PolicyFileProblem):
                troupe.load_policy(folder)
            tensors = {"layers.0.weight": [[1, 2], [3, 4]], "layers.0.bias": [0, 0]}
            write(path, tensors, self.METADATA)
            self.assertEqual(troupe.load_policy(folder).greedy([1, 1]), 1)
            whole = path.read_bytes()
            for damaged in (b"", b"\0" * 8, whole[:-1], whole[:20], b"\xff" * 64):
                path.write_bytes(damaged)
                with self.assertRaises(PolicyFileProblem):
                    troupe.load_policy(path)
            write(path, tensors, {**self.METADATA, "format": "other"})
            with self.assertRaises(PolicyFileProblem):
                troupe.load_policy(path)


if __name__ == "__main__":
    unittest.main()
