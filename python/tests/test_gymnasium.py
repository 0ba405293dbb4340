"""Gymnasium environments on both sides: the learner knows one by the bridge, the actor by this package."""

import os
import sys
import unittest
from pathlib import Path

import numpy as np

import troupe
from processes import TROUPE, Learner

ODD = Path(__file__).parents[2] / "Tests/GymnasiumTests/python"

try:
    import gymnasium
    from gymnasium import spaces
except ModuleNotFoundError:
    gymnasium = None


@unittest.skipUnless(gymnasium, "there is no gymnasium")
class GymnasiumEnvironmentTests(unittest.TestCase):
    def test_observations_are_flattened_as_documented(self):
        from troupe.gymnasium_environment import ObservationRow

        space = spaces.Dict({
            "picture": spaces.Box(0, 255, (1, 2), np.uint8),
            "choice": spaces.Discrete(3, start=5),
            "pair": spaces.Tuple((spaces.MultiBinary(2), spaces.MultiDiscrete([2, 2], start=[0, 4]))),
        })
        row = ObservationRow(space).row({
            "picture": np.array([[51, 255]], np.uint8), "choice": 6,
            "pair": (np.array([0, 1]), np.array([1, 4])),
        })
        keys = list(space.spaces)
        parts = {
            "picture": [0.2, 1], "choice": [0, 1, 0], "pair": [0, 1, 0, 1, 1, 0],
        }
        np.testing.assert_allclose(row, sum((parts[key] for key in keys), []), rtol=1e-6)

    def test_actions_come_back_in_the_shape_of_the_space(self):
        from troupe.gymnasium_environment import ActionValue

        value = ActionValue(spaces.Discrete(3, start=5))
        self.assertEqual((value.space, value.value(np.array([2]))), (troupe.Discrete(3), 7))
        value = ActionValue(spaces.Box(-1, 1, (2, 1), np.float32))
        self.assertEqual(value.value(np.array([3, 0.5], "f4")).tolist(), [[1], [0.5]])
        value = ActionValue(spaces.Dict({"b": spaces.Discrete(2), "a": spaces.MultiBinary(2)}))
        self.assertEqual(value.space, troupe.MultiDiscrete((2, 2, 2)))
        self.assertEqual(len(value.value(np.array([0, 1, 1]))), 2)
        with self.assertRaises(troupe.TroupeError):
            ActionValue(spaces.Tuple((spaces.Discrete(2), spaces.Box(0, 1, (1,), np.float32))))

    def test_an_episode_begins_with_the_seed_of_its_slot(self):
        environment = troupe.GymnasiumEnvironment(lambda: gymnasium.make("CartPole-v1"))
        self.assertEqual((environment.step_limit, environment.action_space), (500, troupe.Discrete(2)))
        first = environment.reset(troupe.RandomStream(1, 2, 3, 0, 0))
        seed = troupe.RandomStream(1, 2, 3, 0, 0).next_word()
        expected, _ = gymnasium.make("CartPole-v1").reset(seed=seed)
        np.testing.assert_array_equal(first, expected)


@unittest.skipUnless(gymnasium and TROUPE and os.environ.get("TROUPE_ALL"), "make interop-python does")
class GymnasiumActorTests(unittest.TestCase):
    def test_every_kind_of_space_is_played(self):
        os.environ["PYTHONPATH"] = f"{os.environ.get('PYTHONPATH', '')}:{ODD}"
        for kind in ("discrete", "box", "box64", "multi-discrete", "multi-binary", "dict", "tuple"):
            observes = kind if kind != "tuple" else "nested"
            options = (
                "--env-arg", f"observes={observes}", "--env-arg", f"acts={kind}", "--import",
                "odd_environments", "--python", sys.executable, "--hidden", 8,
                "--episodes-per-update", 12, "--updates", 3, "--evaluate-every", "none",
            )
            with self.subTest(kind), Learner("gymnasium:Spaced-v0", *options) as learner:
                actor = learner.python_actor()
                summary = learner.summary()
                self.assertEqual(actor.wait(20), 0)
                self.assertEqual(summary["approximate_episodes"], 36)
                self.assertEqual(summary["on_policy_mismatches"], 0)

    def test_cartpole_is_played_by_the_bridge_and_by_this_package(self):
        options = (
            "--python", sys.executable, "--hidden", 16, "--episodes-per-update", 24, "--updates", 8,
            "--evaluate-every", "none",
        )
        with Learner("gymnasium:CartPole-v1", *options) as learner:
            learner.python_actor()
            learner.wait_for("join", lambda: "an approximate actor joined" in learner.output())
            learner.swift_actor("--python", sys.executable)
            summary = learner.summary()
            self.assertGreater(summary["approximate_episodes"], 0)
            self.assertLess(summary["approximate_episodes"], summary["episodes"])


if __name__ == "__main__":
    unittest.main()
