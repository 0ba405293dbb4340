"""The Python half of Troupe's Gymnasium bridge: holds environments and steps them for an actor.

Started by the actor with two descriptors: 3, a SOCK_SEQPACKET socket for requests and replies, and 4, a
file that both processes map, for all numbers. Needs gymnasium (1.1 or newer) and what it brings along.
"""
import importlib
import json
import mmap
import os
import signal
import socket
import struct
import sys
import traceback
import warnings

REQUEST = struct.Struct("<BBHI")  # operation, group, unused, count
DESCRIBE, MAP, RESET, STEP = 1, 2, 3, 4
DONE, FAILED = 0, 1


class Unsupported(Exception):
    """What is asked for cannot be done; the text says what and why."""


def end_with_parent():
    import ctypes

    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(0)


# ---------------------------------------------------------------------------------------------------
# Spaces


def name_of(space):
    return type(space).__name__


class Flattening:
    """Turns observations of a space into rows of float32.

    Box: C order, as they are; integers of a Box with bounds 0 and 255 divided by 255. Discrete: one-hot.
    MultiDiscrete: one-hot for each entry. MultiBinary: 0 and 1. Dict and Tuple: entries one after the
    other, a Dict in the order of its keys as the space lists them.
    """

    def __init__(self, space, path="observation space"):
        from gymnasium import spaces

        self.space = space
        self.parts = None
        self.scale = None
        self.offsets = None
        if isinstance(space, spaces.Box):
            self.size = int(np.prod(space.shape, dtype=np.int64))
            if space.dtype == np.uint8:
                self.scale = np.float32(1 / 255)
        elif isinstance(space, spaces.Discrete):
            self.size = int(space.n)
            self.starts = np.array([int(space.start)])
            self.offsets = np.array([0])
        elif isinstance(space, spaces.MultiDiscrete):
            counts = np.asarray(space.nvec).ravel().astype(np.int64)
            self.size = int(counts.sum())
            self.starts = np.asarray(space.start).ravel()
            self.offsets = np.cumsum(counts) - counts
        elif isinstance(space, spaces.MultiBinary):
            self.size = int(np.prod(space.shape, dtype=np.int64))
        elif isinstance(space, (spaces.Dict, spaces.Tuple)):
            items = (
                list(space.spaces.items())
                if isinstance(space, spaces.Dict)
                else list(enumerate(space.spaces))
            )
            self.parts = [(key, Flattening(part, f"{path}[{key!r}]")) for key, part in items]
            self.size = sum(part.size for _, part in self.parts)
        else:
            raise Unsupported(
                f"the {path} is a {name_of(space)}; supported are Box, Discrete, MultiDiscrete, "
                "MultiBinary, and Dict and Tuple of them"
            )
        if self.size < 1:
            raise Unsupported(f"the {path} has no entries")
        self.is_plain = self.parts is None and self.offsets is None and self.scale is None

    def write(self, observation, row):
        """Writes one observation into `row`, float32 of `size` entries."""
        if self.parts is not None:
            first = 0
            for key, part in self.parts:
                part.write(observation[key], row[first : first + part.size])
                first += part.size
            return
        if self.offsets is not None:
            row[:] = 0
            indices = np.asarray(observation).ravel() - self.starts + self.offsets
            row[indices] = 1
            return
        array = np.asarray(observation)
        if array.shape != self.space.shape:
            raise ValueError(
                f"the environment returned an observation of shape {array.shape}, but its space has "
                f"{self.space.shape}"
            )
        row[:] = array.reshape(-1)
        if self.scale is not None:
            row *= self.scale


class Actions:
    """What Troupe's action spaces can express of a space, and the way back from rows of float32.

    A Dict or Tuple of discrete parts is one multi-discrete choice, one of boxes is one box.
    """

    def __init__(self, space, path="action space"):
        from gymnasium import spaces

        self.space = space
        self.parts = None
        if isinstance(space, spaces.Discrete):
            self.kind, self.counts = "discrete", [int(space.n)]
            self.starts = np.array([int(space.start)], dtype=np.int64)
            self.start = int(space.start)
        elif isinstance(space, spaces.MultiDiscrete):
            self.kind = "multi-discrete"
            self.counts = [int(n) for n in np.asarray(space.nvec).ravel()]
            self.starts = np.asarray(space.start).ravel().astype(np.int64)
        elif isinstance(space, spaces.MultiBinary):
            self.kind = "multi-binary"
            self.counts = [2] * int(np.prod(space.shape, dtype=np.int64))
        elif isinstance(space, spaces.Box):
            if not np.issubdtype(space.dtype, np.floating):
                raise Unsupported(
                    f"the {path} is a Box of {space.dtype}; a Box of actions must hold floats, whole "
                    "numbers are what Discrete and MultiDiscrete are for"
                )
            self.kind = "box"
            self.low = space.low.ravel().astype(np.float32)
            self.high = space.high.ravel().astype(np.float32)
            self.counts = [0] * self.low.size
        elif isinstance(space, (spaces.Dict, spaces.Tuple)):
            items = (
                list(space.spaces.items())
                if isinstance(space, spaces.Dict)
                else list(enumerate(space.spaces))
            )
            self.parts = [(key, Actions(part, f"{path}[{key!r}]")) for key, part in items]
            kinds = {"box" if part.kind == "box" else "index" for _, part in self.parts}
            if len(kinds) != 1:
                raise Unsupported(
                    f"the {path} is a {name_of(space)} that mixes boxes and choices; its parts must "
                    "all be Box, or all Discrete, MultiDiscrete or MultiBinary"
                )
            self.kind = "box" if kinds == {"box"} else "multi-discrete"
            self.counts = [count for _, part in self.parts for count in part.counts]
            if self.kind == "box":
                self.low = np.concatenate([part.low for _, part in self.parts])
                self.high = np.concatenate([part.high for _, part in self.parts])
        else:
            raise Unsupported(
                f"the {path} is a {name_of(space)}; supported are Discrete, Box, MultiDiscrete, "
                "MultiBinary, and Dict and Tuple of one kind"
            )
        self.size = len(self.counts)

    def one(self, row):
        """The action that one row of float32 stands for."""
        from gymnasium import spaces

        if self.parts is not None:
            values, first = [], 0
            for key, part in self.parts:
                values.append((key, part.one(row[first : first + part.size])))
                first += part.size
            if isinstance(self.space, spaces.Dict):
                return dict(values)
            return tuple(value for _, value in values)
        if self.kind == "discrete":
            return int(row[0]) + self.start
        if self.kind == "box":
            clipped = np.clip(row, self.low, self.high)
            return clipped.astype(self.space.dtype).reshape(self.space.shape)
        if self.kind == "multi-discrete":
            return (row.astype(self.space.dtype) + self.starts.astype(self.space.dtype)).reshape(
                self.space.shape
            )
        return row.astype(self.space.dtype).reshape(self.space.shape)

    def many(self, rows):
        """The actions that rows of float32 stand for, one for each row."""
        if self.parts is None and self.kind == "discrete":
            return (rows[:, 0].astype(np.int64) + self.start).tolist()
        if self.parts is None and self.kind == "box":
            clipped = np.clip(rows, self.low, self.high).astype(self.space.dtype)
            return list(clipped.reshape((-1,) + self.space.shape))
        return [self.one(row) for row in rows]


# ---------------------------------------------------------------------------------------------------
# Environments


class Single:
    """One environment a lane, each made when it is first needed.

    A tick is one loop over local variables, and what it brings goes into the shared memory at once: for a cheap
    environment every line of it counts.
    """

    def __init__(self, make, count, step_limit):
        self.make = make
        self.step_limit = step_limit
        self.environments = [None] * count
        self.steps = [None] * count

    def environment(self, index):
        environment = self.environments[index]
        if environment is None:
            environment = self.environments[index] = without_counters(self.make(), self.step_limit)
            self.steps[index] = environment.step
        return environment

    def reset(self, pairs, memory):
        for index, seed in pairs:
            memory.note(index)
            environment = self.environment(index)
            if isinstance(environment, Recorded):
                environment.name(seed)
            observation, _ = environment.reset(seed=seed)
            memory.flattening.write(observation, memory.observations[index])

    def step(self, indices, actions, memory):
        steps, progress, write = self.steps, memory.progress, memory.flattening.write
        is_plain, shape = memory.flattening.is_plain, (memory.flattening.size,)
        array, rows, rewards, ends = np.ndarray, [], [], []
        for index, action in zip(indices, actions):
            progress[0] = index
            observation, reward, terminated, truncated, _ = steps[index](action)
            if not (is_plain and type(observation) is array and observation.shape == shape):
                row = np.empty(shape, dtype=np.float32)
                write(observation, row)
                observation = row
            rows.append(observation)
            rewards.append(reward)
            ends.append(1 if terminated else 2 if truncated else 0)
        memory.store(indices, rows, rewards, ends)


def without_counters(environment, step_limit):
    """The environment within the wrappers that only count steps and resets, which the actor does by itself.

    Each costs a cheap environment a tenth of its speed.
    """
    from gymnasium.wrappers import OrderEnforcing, TimeLimit

    while type(environment) is OrderEnforcing or (
        type(environment) is TimeLimit and environment._max_episode_steps == step_limit
    ):
        environment = environment.env
    return environment


class Recorded:
    """An environment whose episodes become videos of what it draws, each named after its seed."""

    def __init__(self, environment, folder):
        from gymnasium.wrappers import RecordVideo

        # It warns of videos that other lanes have put there.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.recorder = RecordVideo(
                environment, folder, episode_trigger=lambda _: True, disable_logger=True
            )

    def name(self, seed):
        self.recorder.name_prefix = f"seed-{seed}"

    def reset(self, seed):
        # An episode that Troupe's own step limit cut off was not over for the recorder, which ends it here.
        return self.recorder.reset(seed=seed)

    def step(self, action):
        result = self.recorder.step(action)
        if result[2] or result[3]:
            self.recorder.stop_recording()
        return result


class Vector:
    """A Gymnasium vector environment, in whichever autoreset mode it works.

    Every episode is reset by hand with a seed of its own, so what the modes do by themselves is undone:
    the row of a reset is never a transition, and the observation that ended an episode is the true one,
    which SameStep keeps in its information.
    """

    def __init__(self, environments, count):
        from gymnasium.vector import AutoresetMode

        self.environments = environments
        self.count = count
        self.mode = environments.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP)
        self.same_step = self.mode == AutoresetMode.SAME_STEP
        self.is_idle = np.ones(count, dtype=bool)
        self.is_new = True
        self.filler = None

    def reset(self, pairs, memory):
        memory.note(-1)
        if self.is_new:
            # Some vector environments take no mask before they were reset as a whole.
            self.environments.reset(seed=0)
            self.is_new = False
        for index, seed in pairs:
            self.reset_one(index, seed, memory)

    def reset_one(self, index, seed, memory):
        from gymnasium.vector.utils import iterate

        mask = np.zeros(self.count, dtype=bool)
        mask[index] = True
        seeds = [seed if i == index else None for i in range(self.count)]
        observations, _ = self.environments.reset(seed=seeds, options={"reset_mask": mask})
        rows = list(iterate(self.environments.observation_space, observations))
        memory.flattening.write(rows[index], memory.observations[index])
        self.is_idle[index] = False

    def step(self, indices, actions, memory):
        from gymnasium.vector import AutoresetMode
        from gymnasium.vector.utils import concatenate, create_empty_array, iterate

        memory.note(-1)
        if self.mode == AutoresetMode.DISABLED:
            # Whoever is done and not played must not be stepped; a reset makes it a spectator.
            stale = self.is_idle.copy()
            stale[list(indices)] = False
            if stale.any():
                self.environments.reset(options={"reset_mask": stale})
        if self.filler is None:
            self.filler = actions[0]
        batch = [self.filler] * self.count
        for index, action in zip(indices, actions):
            batch[index] = action
        space = self.environments.single_action_space
        out = create_empty_array(space, self.count)
        out = concatenate(space, batch, out)
        observations, rewards, terminated, truncated, info = self.environments.step(out)
        rows = list(iterate(self.environments.observation_space, observations))
        self.is_idle[:] = self.is_idle | terminated | truncated
        for index in indices:
            over = terminated[index] or truncated[index]
            row = info["final_obs"][index] if over and self.same_step else rows[index]
            memory.flattening.write(row, memory.observations[index])
            memory.rewards[index] = rewards[index]
            memory.ends[index] = 1 if terminated[index] else 2 if truncated[index] else 0


class Memory:
    """One group's part of the mapped file, in the layout that the request MAP states."""

    def __init__(self, mapped, layout, flattening, actions):
        count = layout["lanes"]

        def array(name, kind, shape):
            return np.ndarray(shape, dtype=kind, buffer=mapped, offset=layout[name])

        self.order = array("order", "<i4", (count,))
        self.seeds = array("seeds", "<u4", (count,))
        self.actions = array("actions", "<f4", (count, actions.size))
        self.observations = array("observations", "<f4", (count, flattening.size))
        self.rewards = array("rewards", "<f4", (count,))
        self.ends = array("ends", "u1", (count,))
        self.progress = memoryview(mapped)[layout["progress"] : layout["progress"] + 4].cast("i")
        self.flattening = flattening
        self.rows = np.empty((count, flattening.size), dtype=np.float32)

    def note(self, index):
        """Says which environment is worked on, so that whoever sees this process end knows."""
        self.progress[0] = index

    def store(self, indices, rows, rewards, ends):
        """Writes what one step of these environments brought; each row has the size of an observation."""
        gathered, order = self.rows[: len(indices)], self.order[: len(indices)]
        np.concatenate(rows, out=gathered.reshape(-1), casting="unsafe")
        self.observations[order] = gathered
        self.ends[order] = ends
        try:
            self.rewards[order] = rewards
        except (TypeError, ValueError):
            for index, reward in zip(indices, rewards):  # which of them is no number?
                self.note(index)
                self.rewards[index] = reward


class Server:
    def __init__(self, configuration):
        import gymnasium

        self.gymnasium = gymnasium
        self.identifier = configuration["id"]
        self.arguments = configuration["arguments"]
        self.vector = configuration["vector"]
        self.autoreset = configuration["autoreset"]
        self.videos = configuration["videos"]
        if self.videos is not None and self.vector != "none":
            raise Unsupported("a vector of environments cannot be recorded; use --env-vector none")
        for module in configuration["imports"]:
            importlib.import_module(module)
        self.prototype = self.make()
        self.flattening = Flattening(self.prototype.observation_space)
        self.actions = Actions(self.prototype.action_space)
        self.groups = []
        self.memories = []
        self.group = 0

    def make(self, **keywords):
        # The checker looks for mistakes at each step, and costs as much as a cheap environment.
        return self.gymnasium.make(
            self.identifier, **{"disable_env_checker": True, **keywords, **self.arguments}
        )

    def describe(self):
        spec = self.prototype.spec
        limit = getattr(spec, "max_episode_steps", None)
        actions = self.actions
        description = {
            "observation_size": self.flattening.size,
            "kind": actions.kind,
            "counts": actions.counts,
            "low": [number(x) for x in actions.low] if actions.kind == "box" else [],
            "high": [number(x) for x in actions.high] if actions.kind == "box" else [],
            "step_limit": limit,
            "reward_threshold": getattr(spec, "reward_threshold", None),
            "nondeterministic": bool(getattr(spec, "nondeterministic", False)),
            "gymnasium": self.gymnasium.__version__,
        }
        return json.dumps(description)

    def map(self, layout):
        # The prototype told its spaces; the lanes have environments of their own.
        self.prototype.close()
        mapped = mmap.mmap(4, layout["bytes"])
        self.memories, self.groups = [], []
        for group in layout["groups"]:
            self.memories.append(Memory(mapped, group, self.flattening, self.actions))
            self.groups.append(self.make_group(group["lanes"]))

    def make_group(self, count):
        if self.videos is not None:
            return Single(
                lambda: Recorded(self.make(render_mode="rgb_array"), self.videos), count, None
            )
        if self.vector == "none":
            limit = getattr(self.prototype.spec, "max_episode_steps", None)
            return Single(self.make, count, limit)
        keywords = {}
        if self.autoreset != "default":
            mode = self.gymnasium.vector.AutoresetMode(
                {"next-step": "NextStep", "same-step": "SameStep", "disabled": "Disabled"}[
                    self.autoreset
                ]
            )
            keywords["vector_kwargs"] = {"autoreset_mode": mode}
        made = self.gymnasium.make_vec(
            self.identifier, num_envs=count, vectorization_mode=self.vector, **keywords,
            **self.arguments,
        )
        return Vector(made, count)

    def serve(self, operation, group, count):
        memory, environments = self.memories[group], self.groups[group]
        order = memory.order[:count].tolist()
        if operation == RESET:
            environments.reset([(index, int(memory.seeds[index])) for index in order], memory)
        else:
            environments.step(order, self.actions.many(memory.actions[:count]), memory)
        memory.note(-1)

    def run(self):
        while True:
            message = os.read(3, 1 << 16)
            if not message:
                return
            operation, group, _, count = REQUEST.unpack_from(message)
            self.group = group
            if operation == MAP:
                self.map(json.loads(message[REQUEST.size :]))
            else:
                self.serve(operation, group, count)
            os.write(3, bytes((DONE, group)))


def number(value):
    value = float(value)
    return value if np.isfinite(value) else ("inf" if value > 0 else "-inf")


def failure(error):
    """The reply that tells what went wrong: one line, then the traceback, without the bridge's own frames."""
    if isinstance(error, Unsupported):
        return {"kind": "unsupported", "problem": str(error), "traceback": ""}
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    first = str(error).strip().splitlines()
    summary = type(error).__name__ + (f": {first[0]}" if first else "")
    from gymnasium import error as errors

    is_unknown = isinstance(error, (errors.UnregisteredEnv, errors.DeprecatedEnv))
    kind = "unknown" if is_unknown else "exception"
    return {"kind": kind, "problem": summary[:500], "traceback": text[-30000:]}


def main():
    os.dup2(2, 1)  # what environments print belongs to the log, not to the results of a command
    end_with_parent()
    for name, value in (("SDL_VIDEODRIVER", "dummy"), ("SDL_AUDIODRIVER", "dummy")):
        os.environ.setdefault(name, value)
    sys.path.insert(0, os.getcwd())
    configuration = json.loads(os.read(3, 1 << 16))
    server = None
    try:
        global np
        try:
            import gymnasium  # noqa: F401
            import numpy as np
        except ModuleNotFoundError as error:
            reply = {"kind": "missing", "problem": error.name, "traceback": sys.executable}
            os.write(3, bytes((FAILED, 0)) + json.dumps(reply).encode())
            return
        server = Server(configuration)
        os.write(3, bytes((DONE, 0)) + server.describe().encode())
        server.run()
    except BaseException as error:  # also what sys.exit() raises in an environment
        group = server.group if server else 0
        os.write(3, bytes((FAILED, group)) + json.dumps(failure(error)).encode())


if __name__ == "__main__":
    main()
