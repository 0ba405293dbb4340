#!/usr/bin/env python3
"""Faults against real processes, and whether the run ends at the same bytes.

    chaos.py TROUPE [--seed S] [--faults N] [--quick] [--only PART ...]

Prints the seed and a table for each part; the exit code is 1 if anything differs or is lost.
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # nothing is left beside the sources

import boundaries  # noqa: E402
import ends  # noqa: E402
import failing  # noqa: E402
import hostile  # noqa: E402
import mutations  # noqa: E402
import network  # noqa: E402
import places  # noqa: E402
import report  # noqa: E402
import schedule  # noqa: E402
from cluster import Failure  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("troupe")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32))
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--quick", action="store_true", help="20 faults, the boundaries, the ends and the damaged messages, for each test run")
    parser.add_argument("--only", nargs="+", metavar="PART", default=[])
    given = parser.parse_args()
    # As an exception, so that namespaces, mounts and directories are removed on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    troupe = os.path.abspath(given.troupe)
    parts = {
        "schedule": lambda: schedule.play(troupe, given.seed, 20 if given.quick else given.faults),
        "boundaries": lambda: boundaries.play(troupe),
        "ends": lambda: ends.play(troupe, given.seed),
        "places": lambda: places.play(troupe),
        "crowd": lambda: places.crowd(troupe),
        "network": lambda: network.play(troupe),
        "failing": lambda: failing.play(troupe),
        "clocks": lambda: failing.clocks(troupe),
        "strangers": lambda: hostile.strangers(troupe),
        "flood": lambda: hostile.flood(troupe),
        "huge": lambda: hostile.huge(troupe),
        "memory": lambda: places.memory(troupe),
        "mutations": lambda: mutations.play(troupe, given.seed % 2**32),
    }
    chosen = given.only or (["schedule", "boundaries", "ends", "mutations"] if given.quick else list(parts))
    if unknown := [name for name in chosen if name not in parts]:
        parser.error(f"no part {unknown[0]}; there are {', '.join(parts)}")
    print(f"seed {given.seed}: --seed {given.seed} makes the same schedule again", flush=True)
    all_held = True
    for name in chosen:
        began = time.monotonic()
        try:
            lines, held = parts[name]()
        except (Failure, subprocess.SubprocessError) as failure:
            lines, held = [str(failure)], False
        all_held = all_held and held
        print(f"\n{name}: {'held' if held else 'FAILED'}, {time.monotonic() - began:.0f} s", flush=True)
        print("\n".join(lines), flush=True)
    if len(chosen) > 1:
        print("\nall together\n" + "\n".join(report.lines()), flush=True)
    return 0 if all_held else 1


if __name__ == "__main__":
    sys.exit(main())
