#!/usr/bin/env python3
"""Where the nanoseconds of a training step go: samples a whole run and adds the samples up by kind of work.

Usage: profile.py TROUPE [--functions N] TRAIN-ARGUMENT...; `make profile` runs it for the cases of the
documentation. With --within PATTERN it says instead what share of the samples lies in functions whose names match,
whatever they call included; with "metrics" what all metrics take. Needs perf. Samples are taken by processor time (cpu-clock), so they are core-nanoseconds
of user and kernel code together; what the run learns at its begin is included.
"""

import collections
import json
import re
import subprocess
import sys
import tempfile

FREQUENCY = 4999
KINDS = [
    ("operating system", r"\[k\]"),
    ("forward kernels", r"_dense_forward"),
    ("backward kernels", r"_dense_(backward|accumulate)"),
    ("softmax: sampling, log π, scores", r"_categorical_"),
    ("random words", r"philox|Philox"),
    ("environment", r"cartpole_step|sin_cos|Environments|CartPole"),
    ("recording of steps", r"record_ticks|TickRecords|EpisodeRecorder|are_finite|hash_bytes"),
    ("returns and weights", r"suffix_sums|StepWeights|orderedSum|rewardToGo|Weights"),
    ("encoding and decoding", r"4Wire|SwiftProtobuf|ArrayCoding"),
    ("copies and clearing of memory", r"memmove|memcpy|memset|copyObservations|GroupTiles"),
    ("reference counts, allocation", r"swift_|malloc|free|_int_|brk|calloc|swift_alloc"),
    ("sockets (libzmq)", r"zmq|libzmq|ZeroMQ"),
    ("roles and ledger", r"7Cluster|RoundLedger"),
    ("rollout loop", r"2RL7Rollout|2RL"),
    ("estimation loop", r"8Learning|8Policies"),
]


# Measuring, and telling of it: everything that a run without metrics would not do.
METRICS = r"10RunMonitor|12MetricsSinks|14UpdateOutlets|9Dashboard|7LiveRun"


def kind(function):
    return next((name for name, pattern in KINDS if re.search(pattern, function)), "other")


arguments = sys.argv[1:]
troupe = arguments.pop(0)
functions = 0
if arguments[:1] == ["--functions"]:
    functions = int(arguments[1])
    arguments = arguments[2:]
within = None
if arguments[:1] == ["--within"]:
    within = METRICS if arguments[1] == "metrics" else arguments[1]
    arguments = arguments[2:]
with tempfile.TemporaryDirectory() as folder:
    data, run = folder + "/perf.data", folder + "/run"
    subprocess.run(
        ["perf", "record", "-q", "-F", str(FREQUENCY), "-e", "cpu-clock", *(["--call-graph", "fp"] if within else []),
         "-o", data, troupe, "train", *arguments, "--run-dir", run, "--log-level", "warning"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(run + "/metrics.jsonl") as file:
        updates = [json.loads(line) for line in file]
    steps = sum(update["environment_steps"] for update in updates)
    if within:
        stacks = subprocess.run(["perf", "script", "-i", data, "-F", "ip,sym"], check=True, capture_output=True,
                                text=True).stdout.strip().split("\n\n")
        count = sum(1 for stack in stacks if re.search(within, stack))
        print("troupe train " + " ".join(arguments))
        print("%d of %d samples, %.2f %% of the processor time of learner and actors, %.1f µs an update" % (
            count, len(stacks), 100 * count / len(stacks), 1e6 * count / FREQUENCY / len(updates)))
        sys.exit()
    script = subprocess.run(
        ["perf", "script", "-i", data, "-F", "comm,pid,tid,ip,sym,dso"],
        check=True, capture_output=True, text=True).stdout

samples = []
for line in script.splitlines():
    match = re.match(r"\s*(.+?)\s+(\d+)/(\d+)\s+[0-9a-f]+ (.*) \((.*)\)\s*$", line)
    if not match:
        continue
    thread, process, _, symbol, image = match.groups()
    is_kernel = image.startswith("[kernel") or image == "[unknown]" and symbol.startswith("[")
    name = ("[k] " if is_kernel else "") + symbol + (" libzmq" if "libzmq" in image else "")
    samples.append((thread, process, name))
# Only the learner computes on threads of its own.
learner = collections.Counter(
    process for thread, process, _ in samples if "qos" in thread).most_common(1)[0][0]


def role(thread, process):
    owner = "learner" if process == learner else "actors"
    part = ("threads" if "qos" in thread else
            "ZeroMQ's thread" if "ZMQ" in thread else "loop")
    return owner, part


nanoseconds = 1e9 / FREQUENCY / steps
table = collections.defaultdict(collections.Counter)
by_function = collections.defaultdict(collections.Counter)
for thread, process, name in samples:
    owner, part = role(thread, process)
    table[owner][part, kind(name)] += 1
    by_function[owner][name] += 1
print("troupe train " + " ".join(arguments))
print("%d steps, %.0f samples, %.1f core-ns a step\n" % (
    steps, len(samples), len(samples) * nanoseconds))
for owner in ("actors", "learner"):
    total = sum(table[owner].values()) * nanoseconds
    print("| %s: %.1f ns a step | thread | ns | share |\n| --- | --- | ---: | ---: |" % (owner, total))
    for (part, name), count in table[owner].most_common():
        if count * nanoseconds >= total / 200:
            print("| %s | %s | %.2f | %.1f %% |" % (
                name, part, count * nanoseconds, 100 * count * nanoseconds / total))
    print()
    for name, count in by_function[owner].most_common(functions):
        print("    %6.2f ns  %s" % (count * nanoseconds, name[:120]))
