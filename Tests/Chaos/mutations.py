"""A million damaged messages and files for every decoder: Tests/Fuzzing."""

import os
import pathlib
import re
import subprocess

import report
from cluster import Failure


def play(troupe, seed, count=1_000_000):
    program = pathlib.Path(troupe).with_name("TroupeMutations")
    if not os.access(program, os.X_OK):
        raise Failure(f"there is no {program}: swift build -c release --product TroupeMutations")
    done = subprocess.run([program, str(count), str(seed)], capture_output=True, text=True, check=False, timeout=600,
                          env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
    lines = done.stdout.splitlines()
    if done.returncode != 0:
        return lines + [f"TroupeMutations {count} {seed} ended with {done.returncode}", done.stderr[-2000:]], False
    tried = int(re.match(r"(\d+) damaged inputs, 0 crashes", lines[-1]).group(1))
    report.fact("damaged messages and files tried, over 16 decoders", tried)
    report.fact("of these that crashed a decoder", 0)
    return lines, tried >= count
