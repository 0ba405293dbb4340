#!/usr/bin/env python3
"""How throughput grows with the number of actors, and what limits it.

    scale.py TROUPE BENCHMARKS [--quick] [--only PART]... [--output PREFIX] [--picture FILE]

Parts: actors, barrier, size, bandwidth (the last as root: it makes network namespaces). Tables go to PREFIX.md, figures to
PREFIX.json, and the picture, drawn by BENCHMARKS, to FILE. The exit code is 1 if a goal is missed.
"""

import argparse
import json
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
import bandwidth  # noqa: E402
from runs import Table, amount, train  # noqa: E402

# Seconds a step; lanes of an actor; its episodes in a round, of 50 steps each.
LATENCIES = {"0": (0, 32, 1024), "20us": (20e-6, 64, 256), "200us": (200e-6, 8, 128), "1ms": (1e-3, 4, 64)}
STEPS = 50
CORES = 2
GOAL = 0.95


def measure_actors(troupe, quick):
    """Throughput by number of actors and latency, the work of each actor being the same."""
    table = Table("Throughput by number of actors", "latency of a step", "actors", "steps/s", "efficiency",
                  "of 1/latency", "model", "measured / model", "core-ns a step")
    points = []
    for name, (latency, lanes, episodes) in LATENCIES.items():
        one = None
        for actors in (1, 4, 32) if quick else (1, 2, 4, 8, 16, 32, 64):
            if latency:
                updates = max(2 if quick else 4, round((1 if quick else 3) / (episodes * STEPS * latency)))
            else:
                updates = max(3, round((30 if quick else 100) / actors))
            rounds = train(troupe, "pendulum", actors=actors, episodes=episodes * actors, updates=updates, lanes=lanes,
                           warm=1, more=["--step-limit", str(STEPS), "--step-latency", name])
            rate = rounds.best_rate
            one = one or rate
            compute = CORES / (rounds.core_nanoseconds * 1e-9)
            model = min(actors / latency, compute) if latency else compute
            points.append({"latency": name, "seconds": latency, "actors": actors, "rate": rate,
                           "efficiency": rate / one / actors, "model": model,
                           "core_nanoseconds": rounds.core_nanoseconds})
            share = f"{100 * rate * latency / actors:.1f} %" if latency else "–"
            table.add(name, actors, amount(rate), f"{100 * rate / one / actors:.1f} %", share,
                      amount(model), f"{rate / model:.2f}", f"{rounds.core_nanoseconds:.0f}")
    missed = [f"{point['actors']} actors at 1 ms: {100 * point['efficiency']:.1f} %" for point in points
              if point["latency"] == "1ms" and point["actors"] <= 32 and point["efficiency"] < GOAL]
    return table, points, missed


def measure_barrier(troupe, quick):
    """What waiting for all m episodes costs: the share of their time in which simulators have nothing to do."""
    actors, latency = 8, 1e-3
    # Lengths: always 50; about 22 and nearly exponential; 1 or 20.
    tasks = {"pendulum": ["--step-limit", "50"], "cartpole": [], "two-arms": []}
    table = Table("Waiting at the barrier", "m / actors", *(f"{task}" for task in tasks))
    ratios = (1, 4, 16) if quick else (1, 2, 4, 8, 16, 32, 64)
    shares, lengths = {}, {}
    for ratio in ratios:
        for task, more in tasks.items():
            length = {"pendulum": 50, "cartpole": 22, "two-arms": 10.5}[task]
            updates = max(2 if quick else 5, round((0.6 if quick else 3) / (ratio * length * latency)))
            rounds = train(troupe, task, actors=actors, episodes=ratio * actors, updates=updates, lanes=4,
                           more=[*more, "--step-latency", "1ms"])
            shares[task, ratio] = 1 - rounds.median_rate * latency / actors
            mean = rounds.mean("mean_length")
            spread = {"pendulum": 0, "cartpole": rounds.deviation_of_return() / mean,
                      "two-arms": ((mean - 1) * (20 - mean)) ** 0.5 / mean}[task]
            lengths[task] = (mean, spread)
        table.add(ratio, *(f"{100 * shares[task, ratio]:.1f} %" for task in tasks))
    table.add("length", *(f"{lengths[task][0]:.1f}" for task in tasks))
    table.add("spread", *(f"{lengths[task][1]:.2f}" for task in tasks))
    points = [{"task": task, "ratio": ratio, "waiting": share, "length": lengths[task][0], "spread": lengths[task][1]}
              for (task, ratio), share in shares.items()]
    return table, points, []


def measure_size(troupe, quick):
    """Time of a step and memory of the learner, by the size of a round."""
    table = Table("Larger rounds", "network", "steps a round", "core-ns a step", "learner's peak", "without the round")
    points, missed = [], []
    for hidden in ("16", "256,256"):
        sizes = (160, 640) if quick else (640, 5000)
        rows = []
        for episodes in sizes:
            rounds = train(troupe, "pendulum", actors=2, episodes=episodes, updates=1 if hidden != "16" else 6,
                           lanes=256, hidden=hidden, warm=1)
            # Three observations, an action and a reward a step, and the last observation of each episode.
            size = rounds.steps_a_round * 20 + episodes * 12
            rows.append((rounds.core_nanoseconds, rounds.peak - size))
            points.append({"hidden": hidden, "steps": rounds.steps_a_round, "peak": rounds.peak,
                           "core_nanoseconds": rounds.core_nanoseconds, "round_bytes": size})
            table.add(f"3→{hidden.replace(',', '→')}→1", amount(rounds.steps_a_round),
                      f"{rounds.core_nanoseconds:.0f}", f"{rounds.peak / 1e6:.1f} MB", f"{rows[-1][1] / 1e6:.1f} MB")
        if rows[-1][0] > 1.15 * rows[0][0]:
            missed.append(f"{hidden}: a step of the larger round costs {rows[-1][0] / rows[0][0]:.2f} times as much")
        # As much again as the round: what waits in queues while the learner computes.
        if rows[-1][1] - rows[0][1] > 20e6 * sizes[-1] / 5000:
            missed.append(f"{hidden}: beside the round, the larger one takes {(rows[-1][1] - rows[0][1]) / 1e6:.1f} MB more")
    return table, points, missed


PARTS = {"actors": measure_actors, "barrier": measure_barrier, "size": measure_size, "bandwidth": bandwidth.measure}


def chart(points):
    """What BENCHMARKS draws: exponents of 2 and of 10, so that proportional growth is a straight line."""
    names = {"0": "no latency", "20us": "20 µs a step", "200us": "200 µs a step", "1ms": "1 ms a step"}
    return {"x_label": "actors", "y_label": "environment steps a second", "x_base": 2, "y_base": 10,
            "curves": [{"label": names[name], "x": [p["actors"] for p in points if p["latency"] == name],
                        "y": [p["rate"] for p in points if p["latency"] == name]} for name in LATENCIES]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("troupe")
    parser.add_argument("benchmarks")
    parser.add_argument("--quick", action="store_true", help="few points, short rounds: shows that everything runs")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; may be repeated")
    parser.add_argument("--output", default=".build/scale")
    parser.add_argument("--picture", help="where throughput by number of actors is drawn, a file that ends in .svg")
    options = parser.parse_args()
    troupe = str(pathlib.Path(options.troupe).resolve())
    texts, figures, missed = [], {}, []
    output = pathlib.Path(options.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    for name in options.only or PARTS:
        table, figures[name], misses = PARTS[name](troupe, options.quick)
        texts.append(table.text)
        missed += misses
        output.with_suffix(".md").write_text("\n".join(texts))
        output.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n")
    if "actors" in figures and options.picture:
        curves = output.with_name(output.name + "-chart.json")
        curves.write_text(json.dumps(chart(figures["actors"])))
        subprocess.run([options.benchmarks, "chart", str(curves), options.picture], check=True)
    print(f"\ntables in {output}.md, figures in {output}.json")
    if missed:
        sys.exit("scale: missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
