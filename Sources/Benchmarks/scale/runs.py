"""Real runs of `troupe`, and what their rounds came to."""

import json
import math
import pathlib
import resource
import statistics
import subprocess
import tempfile
import threading

# No learning, no files but the metrics, no evaluations: rounds of one policy, one after the other.
STILL = ["--preset", "none", "--learning-rate", "1e-9", "--evaluate-every", "none", "--until-return", "none",
         "--checkpoint-every", "1000000", "--baseline", "leave-one-out", "--log-level", "error"]


class Rounds:
    """The rounds of one run after its first `warm`, in which addresses, sizes and speeds become known."""

    def __init__(self, rows, warm, core_seconds=None, peak=None):
        self.rows = rows[warm:]
        self.seconds = rows[-1]["elapsed_seconds"] - rows[warm - 1]["elapsed_seconds"]
        self.steps = sum(row["environment_steps"] for row in self.rows)
        self.rate = self.steps / self.seconds
        # Rounds of equal work: what else the machine does only makes some of them longer.
        times = [row["elapsed_seconds"] for row in rows[warm - 1:]]
        rates = [row["environment_steps"] / (end - start) for row, start, end in zip(self.rows, times, times[1:])]
        self.best_rate, self.median_rate = max(rates), statistics.median(rates)
        self.round_seconds = self.seconds / len(self.rows)
        self.steps_a_round = self.steps / len(self.rows)
        self.bytes_per_step = self.mean("bytes_per_step")
        # Of the whole run, its start included.
        all_steps = sum(row["environment_steps"] for row in rows)
        self.core_nanoseconds = core_seconds and core_seconds / all_steps * 1e9
        self.peak = peak

    def mean(self, name):
        return sum(row[name] for row in self.rows) / len(self.rows)

    def deviation_of_return(self):
        """Where every step pays 1, that of the episodes' lengths."""
        return math.sqrt(sum(row["std_return"] ** 2 for row in self.rows) / len(self.rows))


def read(run):
    with open(f"{run}/metrics.jsonl") as file:
        return [json.loads(line) for line in file]


def peak_of(process):
    """The most bytes that the process ever had resident, read until it ends."""
    peak = 0
    path = pathlib.Path(f"/proc/{process.pid}/status")
    done = threading.Event()

    def watch():
        nonlocal peak
        while not done.wait(0.05):
            try:
                for line in path.read_text().splitlines():
                    if line.startswith("VmHWM:"):
                        peak = max(peak, int(line.split()[1]) * 1024)
            except OSError:
                return

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()

    def finish():
        done.set()
        thread.join()
        return peak

    return finish


def train(troupe, environment, *, actors, episodes, updates, lanes, hidden="16", warm=2, limit=600, more=()):
    """Runs `troupe train` to its end."""
    with tempfile.TemporaryDirectory(prefix="troupe-scale-") as place:
        command = [troupe, "train", environment, *STILL, "--actors", str(actors), "--lanes", str(lanes), "--hidden",
                   hidden, "--episodes-per-update", str(episodes), "--updates", str(warm + updates), "--run-dir",
                   f"{place}/run", *more]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        peak = peak_of(process)
        try:
            error = process.communicate(timeout=limit)[1]
        except subprocess.TimeoutExpired:
            process.terminate()
            process.communicate()
            raise SystemExit(f"scale: {' '.join(command)} took longer than {limit} s") from None
        if process.returncode != 0:
            raise SystemExit(f"scale: {' '.join(command)} ended with {process.returncode}: {error[-500:]}")
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        return Rounds(read(f"{place}/run"), warm, seconds, peak())


def amount(value):
    for scale, suffix in ((1e6, " M"), (1e3, " k")):
        if value >= scale:
            return f"{value / scale:.3g}{suffix}"
    return f"{value:.3g}"


class Table:
    """Rows of Markdown that are also printed as they come."""

    def __init__(self, title, *columns):
        self.lines = [f"### {title}", "", "| " + " | ".join(columns) + " |",
                      "|" + "|".join(" ---: " for _ in columns) + "|"]
        print("\n" + "\n".join(self.lines), flush=True)

    def add(self, *cells):
        self.lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
        print(self.lines[-1], flush=True)

    @property
    def text(self):
        return "\n".join(self.lines) + "\n"
