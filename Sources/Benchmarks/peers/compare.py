"""Runs each peer and Troupe in turn (A B A B ...) on the same work and prints the ratios.

Usage: python compare.py BENCHMARKS [--quick] [--output FILE], from an environment that has
requirements.txt installed; `make bench-peers` does all of it. BENCHMARKS is the built
TroupeBenchmarks program, whose training sections are Troupe's side. A peer that cannot run is named
and left out. Ratios are formed turn by turn, so that a machine that slows down slows both sides.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent

parser = argparse.ArgumentParser()
parser.add_argument("benchmarks")
parser.add_argument("--quick", action="store_true")
parser.add_argument("--output", default=".build/bench-peers.json")
parser.add_argument("--seconds", type=float, default=600, help="no turn begins after this time")
options = parser.parse_args()
SECONDS = "2" if options.quick else "5"

COURSE = ("4→16→2 course", 2.5)
WIDE = ("4→64→64→2", 4.0)
# Peer, its command, the section of TroupeBenchmarks with the same network, the ratio to reach
# (None: measured for comparison only).
PEERS = [
    ("JAX REINFORCE, 4→16→2 relu",
     ["jax_pg.py", "--algo", "reinforce", "--net", "hf", "--N", "1024", "--T", "128", "--rng", "1",
      "--sec", SECONDS], COURSE),
    ("JAX REINFORCE, 4→64→64→2 tanh",
     ["jax_pg.py", "--algo", "reinforce", "--net", "64", "--N", "1024", "--T", "128", "--rng", "1",
      "--sec", SECONDS], WIDE),
    ("JAX A2C, 4→64→64→2 tanh and a value network",
     ["jax_pg.py", "--algo", "a2c", "--net", "64", "--N", "256", "--T", "32", "--rng", "1",
      "--sec", SECONDS], (WIDE[0], None)),
    ("PyTorch REINFORCE, 4→16→2 relu, 2 threads",
     ["torch_vec_pg.py", "--net", "hf", "--N", "4096", "--T", "32", "--threads", "2",
      "--sec", SECONDS], COURSE),
    ("PyTorch REINFORCE, 4→64→64→2 tanh, 2 threads",
     ["torch_vec_pg.py", "--net", "64", "--N", "1024", "--T", "32", "--threads", "2",
      "--sec", SECONDS], WIDE),
    ("Stable-Baselines3 A2C, 4→16→2 relu",
     ["sb3_bench.py", "--algo", "a2c", "--hf-net", "1", "--n-envs", "256", "--n-steps", "32",
      "--sec", SECONDS], (COURSE[0], 60.0)),
]


def run(command):
    """The last line of a program's output, parsed; or why there is none."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    except subprocess.TimeoutExpired:
        return None, "no answer for 180 s"
    if done.returncode != 0:
        return None, (done.stderr.strip().splitlines() or ["exit %d" % done.returncode])[-1]
    return done.stdout.strip().splitlines()[-1], None


def peer_rate(arguments):
    line, problem = run([sys.executable, str(HERE / arguments[0])] + arguments[1:])
    return (None, problem) if line is None else (float(json.loads(line)["sps"]), None)


def troupe_rate(section):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "figures.json")
        command = [options.benchmarks, "--quick", "--only", "training " + section, "--output", path]
        line, problem = run(command)
        if line is None:
            return None, problem
        with open(path) as file:
            figures = json.load(file)["sections"][0]["figures"]
        return next(f["median"] for f in figures if f["name"] == "end to end"), None


def short(value):
    for scale, suffix in ((1e6, " M"), (1e3, " k")):
        if value >= scale:
            return "%.3g%s" % (value / scale, suffix)
    return "%.3g" % value


def spread(values):
    return "%s (%s to %s)" % tuple(
        map(short, (statistics.median(values), min(values), max(values))))


start = time.monotonic()
rows = {name: {"peer": [], "troupe": [], "problem": None} for name, _, _ in PEERS}
turns = 1 if options.quick else 3
for turn in range(turns):
    for name, arguments, (section, _) in PEERS:
        row = rows[name]
        if row["problem"]:
            continue
        if time.monotonic() - start > options.seconds:
            if not row["peer"]:
                row["problem"] = "not run: the time was over"
            continue
        theirs, problem = peer_rate(arguments)
        ours, own_problem = troupe_rate(section) if problem is None else (None, None)
        if problem or own_problem:
            row["problem"] = problem or "Troupe: " + own_problem
            continue
        row["peer"].append(theirs)
        row["troupe"].append(ours)
        print("%-46s %10s   Troupe %10s   x %.3g" % (name, short(theirs), short(ours), ours / theirs),
              flush=True)

print("\n%-46s %-28s %-28s %-24s %s" % (
    "steps/s, median (range)", "peer", "Troupe", "ratio", "goal"))
report = []
for name, arguments, (section, goal) in PEERS:
    row = rows[name]
    if not row["peer"]:
        print("%-46s not run: %s" % (name, row["problem"]))
        report.append({"peer": name, "problem": row["problem"]})
        continue
    ratios = [ours / theirs for ours, theirs in zip(row["troupe"], row["peer"])]
    verdict = "" if goal is None else "≥ %g %s" % (
        goal, "yes" if statistics.median(ratios) >= goal else "NO")
    print("%-46s %-28s %-28s %-24s %s" % (
        name, spread(row["peer"]), spread(row["troupe"]), spread(ratios), verdict))
    report.append({
        "peer": name, "command": arguments, "section": section, "peer_steps_per_second": row["peer"],
        "troupe_steps_per_second": row["troupe"], "ratios": ratios, "goal": goal})
with open(options.output, "w") as file:
    json.dump(report, file, indent=1, ensure_ascii=False)
    file.write("\n")
print("figures in " + options.output)
