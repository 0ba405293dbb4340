"""Actors and policies of Troupe in Python.

Troupe trains policies with on-policy policy gradients: actor processes play episodes with the newest
parameters and push them to one learner. This package is the acting side:

    import troupe
    troupe.Actor("tcp://127.0.0.1:5555").run()          # plays for a learner that allows it
    policy = troupe.load_policy("runs/cartpole-seed1")   # uses what a run has learnt

An actor written here is *approximate*: its arithmetic is NumPy's, not that of Troupe's own kernels, so a
learner takes it in only with --allow-approximate-actors. The messages are described in
Sources/Wire/Protocol.md of the repository, and this package was written from that page.
"""

import os as _os

# An actor is one of many processes on its machine: threads of NumPy's BLAS would only wait for each other.
# Without effect where NumPy is loaded already, or where somebody chose otherwise.
_os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from .action_spaces import ActionSpace, Box, Discrete, MultiBinary, MultiDiscrete
from .actor import Actor
from .cartpole import CartPole
from .environments import Environment, Step, make_environment
from .errors import EnvironmentFault, KeyProblem, NoLearner, ProtocolProblem, Refused, TroupeError
from .gymnasium_environment import GymnasiumEnvironment
from .policy import Policy
from .policy_file import load_policy
from .random_numbers import RandomStream

__all__ = [
    "ActionSpace",
    "Actor",
    "Box",
    "CartPole",
    "Discrete",
    "Environment",
    "EnvironmentFault",
    "GymnasiumEnvironment",
    "KeyProblem",
    "MultiBinary",
    "MultiDiscrete",
    "NoLearner",
    "Policy",
    "ProtocolProblem",
    "RandomStream",
    "Refused",
    "Step",
    "TroupeError",
    "load_policy",
    "make_environment",
]
