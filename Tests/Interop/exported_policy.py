"""Runs one exported policy with torch and onnxruntime, and compares with what Troupe computed.

exported_policy.py DIRECTORY NAME; the directory holds model.safetensors, policy.onnx, snippet.py, and 1,000
observations and Troupe's outputs for them as single-precision numbers.
"""

import os
import sys

import numpy as np
import onnx
import onnxruntime
import safetensors.torch
import torch

TOLERANCE = 1e-6

directory, name = sys.argv[1:]
os.chdir(directory)
torch.set_num_threads(1)

scope = {}
with open("snippet.py") as file:
    snippet = file.read()
assert len(snippet.strip().splitlines()) == 5, "five lines"
exec(compile(snippet, "snippet.py", "exec"), scope)
model, tensors = scope["model"], scope["tensors"]

size = model[0].in_features
observations = np.fromfile("observations.f32", dtype="<f4").reshape(-1, size)
expected = np.fromfile("outputs.f32", dtype="<f4").reshape(len(observations), -1)
assert len(observations) == 1000

seen = torch.from_numpy(observations)
if "observation_mean" in tensors:
    seen = ((seen - tensors["observation_mean"]) * tensors["observation_inverse_std"]).clamp(-10, 10)
    assert (seen.abs() == 10).any(), "some entries are clipped"
with torch.no_grad():
    by_torch = model(seen).numpy()

onnx.checker.check_model(onnx.load("policy.onnx"), full_check=True)
session = onnxruntime.InferenceSession("policy.onnx", providers=["CPUExecutionProvider"])
by_onnx = session.run(None, {"observation": observations})
names = [output.name for output in session.get_outputs()]
if "log_std" in tensors:
    assert names == ["mean", "log_std"], names
    assert np.array_equal(by_onnx[1], tensors["log_std"].numpy())
else:
    assert names == ["logits"], names

largest = np.abs(expected).max()
assert largest > 0.1, "outputs that say something"
errors = {
    "torch": np.abs(by_torch - expected).max(),
    "onnxruntime": np.abs(by_onnx[0] - expected).max(),
}
print(
    f"{name}: largest output {largest:.3f}, "
    + ", ".join(f"{who} differs by at most {error:.2e}" for who, error in errors.items())
)
assert all(error <= TOLERANCE for error in errors.values()), "logits equal to 1e-6"

safetensors.torch.save_file(tensors, "resaved.safetensors")
