"""Python actors against the real learner: `TROUPE=.build/release/troupe python -m unittest`."""

import os
import signal
import socket
import subprocess
import tempfile
import unittest

import numpy as np

import troupe
from processes import TROUPE, Learner

# Small enough to learn within seconds by Python actors.
SMALL = (
    "--hidden", 16, "--episodes-per-update", 48, "--learning-rate", 0.03, "--seed", 1,
    "--evaluate-every", "none",
)


def best(metrics):
    return max(line["mean_return"] for line in metrics)


@unittest.skipUnless(TROUPE, "TROUPE names no program")
class LearnerTests(unittest.TestCase):
    def test_cartpole_learns_from_python_actors_alone(self):
        with Learner("cartpole", *SMALL, "--updates", 25) as learner:
            actors = [learner.python_actor(name=f"python{i}") for i in range(2)]
            summary = learner.summary()
            self.assertEqual([actor.wait(20) for actor in actors], [0, 0])
            metrics = learner.metrics
            self.assertLess(metrics[0]["mean_return"], 40)
            self.assertGreater(best(metrics), 120)
            self.assertEqual(summary["approximate_episodes"], summary["episodes"])
            self.assertEqual(summary["on_policy_mismatches"], 0)
            self.assertEqual(summary["refused_trajectories"], 0)
            worst = max(line["log_probability_error"] for line in metrics)
            # A thousandth of what the learner lets pass, and yet not nothing.
            self.assertLess(worst, 1e-5)
            self.assertGreater(worst, 0)
            print(f"\n  return {best(metrics):.0f}, log-probabilities off by {worst:.1e} at most")
            # What the run learnt is there for Python too.
            policy = troupe.load_policy(learner.run)
            self.assertEqual(policy.observation_size, 4)
            self.assertIn(policy.sample(np.zeros(4)), (0, 1))
            lengths = [play(policy, slot) for slot in range(10)]
            self.assertGreater(np.mean(lengths), 100)

    def test_cartpole_learns_from_both_kinds_together(self):
        with Learner("cartpole", *SMALL, "--updates", 25) as learner:
            learner.wait_for("listening", lambda: "listening" in learner.output())
            python = learner.python_actor()
            learner.wait_for("join", lambda: "an approximate actor joined" in learner.output())
            swift = learner.swift_actor("--lanes", 8)
            summary = learner.summary()
            self.assertEqual((python.wait(20), swift.wait(20)), (0, 0))
            self.assertGreater(best(learner.metrics), 120)
            self.assertGreater(summary["approximate_episodes"], 0)
            self.assertLess(summary["approximate_episodes"], summary["episodes"])
            self.assertEqual(summary["on_policy_mismatches"], 0)

    def test_an_actor_killed_in_the_middle_costs_nothing_but_time(self):
        with Learner("cartpole", *SMALL, "--updates", 12) as learner:
            victim = learner.python_actor(name="victim")
            learner.wait_for("update", lambda: len(learner.metrics) >= 2)
            other = learner.python_actor(name="other")
            learner.wait_for("second actor", lambda: learner.output().count("joined") >= 2)
            victim.send_signal(signal.SIGKILL)
            summary = learner.summary()
            self.assertEqual(other.wait(20), 0)
            self.assertEqual(summary["updates"], 12)
            self.assertEqual(summary["episodes"], 12 * 48)
            self.assertEqual(summary["on_policy_mismatches"], 0)

    def test_an_actor_that_is_asked_to_go_gives_its_slots_back(self):
        with Learner("cartpole", *SMALL, "--updates", 12) as learner:
            first = learner.python_actor(name="first")
            learner.wait_for("update", lambda: len(learner.metrics) >= 2)
            first.send_signal(signal.SIGTERM)
            self.assertEqual(first.wait(20), 0)
            learner.wait_for("leave", lambda: "an actor left: signal" in learner.output())
            learner.python_actor(name="second")
            self.assertEqual(learner.summary()["updates"], 12)

    def test_wrong_log_probabilities_are_refused_and_their_actor_quarantined(self):
        with Learner("cartpole", *SMALL, "--updates", 3) as learner:
            liar = learner.python_actor(script="liar.py", name="liar")
            self.assertEqual(liar.wait(60), 69)
            self.assertIn("refused this actor", learner.output("liar"))
            self.assertIn("it is in quarantine: 3 messages", learner.output("liar"))
            self.assertRegex(
                learner.output(),
                r"refused a trajectory: its log-probability at step 0 is -[0-9.]+, and the policy's -",
            )
            self.assertIn("quarantined an actor", learner.output())
            learner.python_actor(name="honest")
            summary = learner.summary()
            self.assertGreaterEqual(summary["on_policy_mismatches"], 3)
            self.assertEqual(summary["approximate_episodes"], 3 * 48)

    def test_a_learner_that_was_not_told_to_takes_none(self):
        with Learner("cartpole", *SMALL, "--updates", 1, allow=False) as learner:
            self.assertEqual(learner.python_actor().wait(60), 69)
            self.assertIn("start the learner with --allow-approximate-actors", learner.output("python"))
            self.assertIn("refused an approximate actor", learner.output())
            learner.swift_actor()
            self.assertEqual(learner.summary()["approximate_episodes"], 0)

    def test_a_search_takes_none(self):
        options = ("--method", "hill-climbing", "--episodes-per-update", 8, "--updates", 1)
        with Learner("cartpole", "--hidden", "none", *options) as learner:
            self.assertEqual(learner.python_actor().wait(60), 69)
            # By the learner, or by the actor itself if the welcome was faster than the refusal.
            self.assertRegex(learner.output("python"), "refused this actor: .* search")

    def test_every_wrapper_and_numbers_for_actions(self):
        options = (
            "--hidden", "16,16", "--activation", "relu", "--episodes-per-update", 24, "--updates", 4,
            "--step-limit", 60, "--frame-stack", 3, "--observation-scale", "0.5,2,0.1",
            "--normalize-observations", "--evaluate-every", 2, "--evaluation-episodes", 8,
        )
        for transform in ("none", "clip", "tanh"):
            with self.subTest(transform), Learner(
                "pendulum", *options, "--action-transform", transform
            ) as learner:
                actor = learner.python_actor("--environment", "look_alikes:pendulum", "--lanes", 5)
                summary = learner.summary()
                self.assertEqual(actor.wait(20), 0)
                self.assertEqual(summary["on_policy_mismatches"], 0)
                self.assertEqual(summary["approximate_episodes"], 4 * 24 + 2 * 8)

    def test_an_environment_that_fails_is_named_on_both_sides(self):
        for fault, text in (
            ("raising", "raised RuntimeError: out of cheese"),
            ("not_finite", "gave a reward that is not finite"),
        ):
            with self.subTest(fault), Learner("cartpole", *SMALL, "--updates", 1) as learner:
                actor = learner.python_actor("--environment", f"look_alikes:{fault}")
                self.assertEqual(actor.wait(60), 65)
                place = "environment cartpole, version 0, slot 2, step 2"
                self.assertIn(f"{place} {text}", learner.output("python"))
                # Alone, it is believed.
                self.assertEqual(learner.process.wait(60), 65)
                self.assertIn(place, learner.output())

    def test_an_environment_of_another_size_is_noticed(self):
        with Learner("cartpole", *SMALL, "--updates", 1) as learner:
            actor = learner.python_actor("--environment", "look_alikes:too_wide")
            self.assertEqual(actor.wait(60), 65)
            self.assertIn("is it the learner's environment?", learner.output("python"))

    def test_keys(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([TROUPE, "keygen", f"{folder}/keys"], check=True, capture_output=True)
            options = ("--keys", f"{folder}/keys", "--updates", 2)
            where = f"tcp://127.0.0.1:{two_free_ports()}"
            with Learner("cartpole", *SMALL, *options, bind=where) as learner:
                learner.wait_for("listening", lambda: "listening" in learner.output())
                stranger = learner.python_actor(address=where, name="stranger")
                learner.wait_for(
                    "complaint", lambda: "asks for a key" in learner.output("stranger")
                )
                stranger.send_signal(signal.SIGTERM)
                self.assertEqual(stranger.wait(20), 0)
                os.chmod(f"{folder}/keys/actor.secret", 0o644)
                careless = learner.python_actor("--keys", f"{folder}/keys", address=where)
                self.assertEqual(careless.wait(20), 64)
                os.chmod(f"{folder}/keys/actor.secret", 0o600)
                actor = learner.python_actor("--keys", f"{folder}/keys", address=where)
                self.assertEqual(learner.summary()["approximate_episodes"], 2 * 48)
                self.assertEqual(actor.wait(20), 0)

    def test_nobody_there(self):
        with Learner("cartpole", *SMALL, "--updates", 1) as learner:
            actor = learner.python_actor("--patience", 1, address=learner.address + ".nobody")
            self.assertEqual(actor.wait(20), 75)
            self.assertIn("no learner at", learner.output("python"))
            far = learner.python_actor(address="tcp://192.0.2.1:5555")
            self.assertEqual(far.wait(20), 64)
            self.assertIn("needs keys", learner.output("python"))


def two_free_ports():
    """The first of two ports of this machine that follow each other and that nobody has."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def play(policy, slot):
    """Steps of one greedy episode of CartPole."""
    environment = troupe.CartPole()
    observation = environment.reset(troupe.RandomStream(9, 0, slot, 2, 0))
    for t in range(environment.step_limit):
        observation, _, is_over, _ = environment.step(
            policy.greedy(observation), troupe.RandomStream(9, 0, slot, 2, 1, t)
        )
        if is_over:
            return t + 1
    return environment.step_limit


if __name__ == "__main__":
    unittest.main()
