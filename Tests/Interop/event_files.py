"""Reads the TensorBoard event file of a run with TensorBoard's own reader.

Every metric of metrics.jsonl that is a finite number must be a scalar of the same value at the same step, and
the configuration must be there.

usage: event_files.py RUN_DIRECTORY
"""

import json
import math
import pathlib
import sys

import numpy
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

directory = pathlib.Path(sys.argv[1])
lines = [json.loads(line) for line in (directory / "metrics.jsonl").read_text().splitlines()]
accumulator = EventAccumulator(str(directory), size_guidance={"scalars": 0, "tensors": 0})
accumulator.Reload()
scalars = {}
for tag in accumulator.Tags()["scalars"]:
    for event in accumulator.Scalars(tag):
        scalars[tag.split("/")[1], event.step] = event.value
expected = 0
for line in lines:
    for name, value in line.items():
        if isinstance(value, (int, float)) and math.isfinite(value):
            expected += 1
            found = scalars.get((name, line["version"]))
            assert found == float(numpy.float32(value)), f"{name} of update {line['version']}: {found}, not {value}"
assert expected == len(scalars), f"{len(scalars)} scalars, but {expected} numbers in metrics.jsonl"
assert "configuration" in accumulator.Tags()["tensors"], "no configuration"
table = accumulator.Tensors("configuration")[0].tensor_proto.string_val[0].decode()
assert "| seed |" in table, table
print(f"event files: {len(scalars)} scalars of {len(lines)} updates agree with metrics.jsonl")
