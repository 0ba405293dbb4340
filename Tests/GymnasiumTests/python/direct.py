"""Plays recorded actions in Gymnasium itself: reads [id, [[seed, [action, ...]], ...]] from standard input
and writes, for each episode, observations, rewards and flags as Gymnasium gave them."""
import json
import sys

import gymnasium
import numpy as np

identifier, episodes = json.load(sys.stdin)
environment = gymnasium.make(identifier)
result = []
for seed, actions in episodes:
    observation, _ = environment.reset(seed=seed)
    observations, rewards, flags = [observation], [], []
    for action in actions:
        if isinstance(environment.action_space, gymnasium.spaces.Box):
            low, high = environment.action_space.low, environment.action_space.high
            action = np.clip(np.array(action, np.float32), low, high)
        observation, reward, terminated, truncated, _ = environment.step(action)
        observations.append(observation)
        rewards.append(np.float32(reward))
        flags.append([bool(terminated), bool(truncated)])
    result.append(
        {
            "observations": [[float(np.float32(x)) for x in o] for o in observations],
            "rewards": [float(r) for r in rewards],
            "flags": flags,
        }
    )
json.dump(result, sys.stdout)
