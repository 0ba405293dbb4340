#!/usr/bin/env python3
"""Runs the rows of learning.json on fresh seeds and writes the table of what was reached.

    learn.py TROUPE [--seeds N] [--first-seed S] [--only TEXT] [--quick | --long] [--output PREFIX]

A row names what follows `troupe train`, the mean return to reach (sampled actions, or the search's own), the
limits within which a seed counts as solved, and the share of seeds that must be. PREFIX.md gets the
table, PREFIX.json every run. Rows marked "long" train for minutes a seed and run with --long alone. The exit
code is 1 if a row misses its share.
"""

import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile


def train(troupe, row, seed):
    """One run's summary, with `reached` saying whether it got there within the row's limits."""
    with tempfile.TemporaryDirectory(prefix="troupe-learn-") as place:
        command = [troupe, "train", *row["arguments"], "--seed", str(seed), "--json",
                   "--log-level", "error", "--run-dir", f"{place}/run"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"learn: {' '.join(command)} ended with {done.returncode}: {done.stderr[-500:]}")
    summary = json.loads(done.stdout)
    mean = summary["mean_return"]
    summary["seed"] = seed
    summary["reached"] = mean is not None and mean >= row["goal"] and all(
        summary[name] <= limit for name, limit in row["limit"].items())
    return summary


def amount(value):
    if value >= 1e6:
        return f"{value / 1e6:.2f} M"
    return f"{value / 1e3:.0f} k" if value >= 1e4 else f"{value:.0f}"


def pair(runs, name, show):
    values = [run[name] for run in runs if run["reached"]]
    return f"{show(statistics.median(values))} / {show(max(values))}" if values else "–"


UNITS = {"environment_steps": "steps", "episodes": "episodes", "wall_seconds": "s"}


def line(row, runs):
    reached = sum(run["reached"] for run in runs)
    limits = " and ".join(f"{amount(limit)} {UNITS[name]}" for name, limit in row["limit"].items())
    return (f"| {row['task']} | `{' '.join(row['arguments'])}` | ≥ {row['goal']} within {limits} | "
            f"{reached} of {len(runs)} | {pair(runs, 'environment_steps', amount)} | "
            f"{pair(runs, 'episodes', amount)} | {pair(runs, 'updates', amount)} | "
            f"{pair(runs, 'wall_seconds', lambda s: f'{s:.2f}')} |")


HEADER = """| task | `troupe train` | goal: mean of the evaluation's episodes | reached | steps, median / worst | \
episodes | updates | seconds |
| --- | --- | --- | --- | --- | --- | --- | --- |"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("troupe")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=random.randrange(10**6, 10**9))
    parser.add_argument("--only", default="", help="rows whose task contains this text")
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true", help="only the rows that take seconds")
    extent.add_argument("--long", action="store_true", help="only the rows that take minutes a seed")
    parser.add_argument("--output", default=".build/learn")
    options = parser.parse_args()
    rows = json.loads(pathlib.Path(__file__).with_name("learning.json").read_text())
    rows = [row for row in rows if options.only in row["task"]
            and (row.get("quick") or not options.quick)
            and row.get("long", False) == options.long]
    for row in rows:
        if row.get("python") and not pathlib.Path(row["python"], "bin/python").exists():
            print(f"left out: {row['task']}, which needs {row['python']}; make interop makes it", flush=True)
    rows = [row for row in rows if not row.get("python") or pathlib.Path(row["python"], "bin/python").exists()]
    if not rows:
        parser.error(f"no such row has a task that contains {options.only!r}")
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    print(f"seeds {seeds[0]} to {seeds[-1]}\n\n{HEADER}", flush=True)
    lines, results, missed = [HEADER], [], []
    for row in rows:
        runs = [train(options.troupe, row, seed) for seed in seeds]
        lines.append(line(row, runs))
        print(lines[-1], flush=True)
        results.append({**row, "runs": runs})
        if sum(run["reached"] for run in runs) < row["share"] * len(runs):
            missed.append(row["task"])
    output = pathlib.Path(options.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.with_suffix(".md").write_text("\n".join(lines) + "\n")
    output.with_suffix(".json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    if missed:
        sys.exit("\nlearn: missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
