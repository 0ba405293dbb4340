"""Reads `policy.safetensors`, which a run writes: the newest parameters and what they mean."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from .action_spaces import ActionSpace, Box, Discrete, MultiBinary, MultiDiscrete
from .errors import TroupeError
from .policy import Policy

HEADER_LIMIT = 100_000_000


class PolicyFileProblem(TroupeError):
    """The file is not a policy that Troupe wrote."""

    exit_code = 65


def load_policy(run: str | Path) -> Policy:
    """The newest policy of a run.

    `run` is the directory of a run, or a file such as `runs/cartpole-seed1/policy.safetensors`. Observations
    given to the policy are what the environment shows within the run's wrappers (frames stacked, entries
    scaled); normalisation is part of the policy.

    Raises `PolicyFileProblem` if there is no such file or if it is not one that Troupe wrote.
    """
    path = Path(run)
    if path.is_dir():
        path = path / "policy.safetensors"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PolicyFileProblem(f"cannot read {path}: {error.strerror}") from error
    try:
        tensors, metadata = _read(data)
        return _policy(tensors, metadata)
    except (KeyError, ValueError, TypeError) as error:
        raise PolicyFileProblem(f"{path} is not a policy of Troupe: {error}") from error


def _read(data: bytes) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The tensors and the metadata of a safetensors file: 8 bytes of length, a JSON header, numbers."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(HEADER_LIMIT, len(data) - 8):
        raise ValueError("it is no safetensors file")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    content = memoryview(data)[8 + length :]
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"the tensor {name} is {entry['dtype']}, not F32")
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(content[begin:end], dtype="<f4").reshape(entry["shape"])
    return tensors, metadata


def _policy(tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> Policy:
    if metadata.get("format") != "troupe-policy" or metadata.get("format_version") != "1":
        raise ValueError("its metadata names another format")
    hidden = [int(units) for units in metadata["hidden"].split(",") if units]
    weights = [name for name in tensors if name.endswith(".weight")]
    if len(weights) != len(hidden) + 1:
        raise ValueError(f"{len(weights)} layers instead of {len(hidden) + 1}")
    layers = [(tensors[name], tensors[name[: -len("weight")] + "bias"]) for name in weights]
    normalization = None
    if "observation_mean" in tensors:
        normalization = (tensors["observation_mean"], tensors["observation_inverse_std"])
    return Policy(
        layers, metadata["activation"], _action_space(metadata), tensors.get("log_std"),
        normalization,
    )


def _action_space(metadata: dict[str, str]) -> ActionSpace:
    if "action_counts" in metadata:
        return MultiDiscrete(tuple(int(n) for n in metadata["action_counts"].split(",")))
    if "action_switches" in metadata:
        return MultiBinary(int(metadata["action_switches"]))
    if "action_low" in metadata:
        low, high = (
            tuple(float(x) for x in metadata[key].split(",")) for key in ("action_low", "action_high")
        )
        return Box(low, high)
    return Discrete(int(metadata["action_count"]))
