"""An actor whose log-probabilities are off by a hundredth at every step."""

import sys

import numpy as np

from troupe import policy
from troupe.__main__ import main

honest = policy.Policy.act


def act(self, observations, words):
    actions, log_probabilities = honest(self, observations, words)
    return actions, log_probabilities + np.float32(0.01)


policy.Policy.act = act
sys.exit(main())
