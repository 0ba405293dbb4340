"""Control groups: a bound on a process's memory or its share of the processors."""

import contextlib
import os
import pathlib
import time

from cluster import Failure

_ROOT = pathlib.Path("/sys/fs/cgroup")


def what_is_missing(controller):
    """Why no group can be made here; None if one can."""
    if not (_ROOT / controller / "cgroup.procs").exists():
        return f"no control groups of version 1 with the {controller} controller under {_ROOT}"
    if not os.access(_ROOT / controller, os.W_OK):
        return f"{_ROOT / controller} is not writable, which takes the superuser"
    return None


class Group:
    """A group of one controller, removed by `close`; limits are its files and what to write there."""

    def __init__(self, controller, limits):
        self.path = _ROOT / controller / f"troupe-chaos-{os.getpid()}-{time.monotonic_ns()}"
        try:
            self.path.mkdir()
            for name, value in limits.items():
                (self.path / name).write_text(str(value))
        except OSError as error:
            with contextlib.suppress(OSError):
                self.path.rmdir()
            raise Failure(f"no control group: {error}") from None

    def enter(self):
        """What to put before a command that is to run in the group."""
        return ["/bin/sh", "-c", f'echo $$ > {self.path}/cgroup.procs && exec "$@"', "sh"]

    def close(self):
        deadline = time.monotonic() + 10
        while True:
            try:
                return self.path.rmdir()
            except OSError:
                # Its last process is not reaped yet.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)


def share_of_a_core(share):
    return Group("cpu", {"cpu.cfs_period_us": 100_000, "cpu.cfs_quota_us": int(100_000 * share)})


def memory_limit(byte_count):
    return Group("memory", {"memory.limit_in_bytes": byte_count})
