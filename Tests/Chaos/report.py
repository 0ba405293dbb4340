"""What all parts found, as one table of faults and one of figures."""

import statistics

_faults, _facts = [], []
_totals = {"runs": 0, "different": 0, "lost": 0}


def note(runs, different, lost):
    """Adds runs compared with an undisturbed one, those with other bytes, and episodes that were lost."""
    for name, count in (("runs", runs), ("different", different), ("lost", lost)):
        _totals[name] += count


def fault(kind, times):
    """Faults of one kind with their recovery times in seconds, None where the run was over before; gives the row."""
    known = [time for time in times if time is not None]
    figures = f"{statistics.median(known):.2f} s | {max(known):.2f} s" if known else "– | –"
    _faults.append(f"| {kind} | {len(times)} | {figures} |")
    return _faults[-1]


HEAD = ["| fault | times | recovery, median | recovery, worst |", "| --- | --- | --- | --- |"]


def fact(name, figure):
    """A figure of its own; gives the row."""
    _facts.append(f"| {name} | {figure} |")
    return _facts[-1]


def lines():
    counted = [("runs compared with the same run undisturbed", "runs"), ("of these with other bytes", "different"),
               ("episodes lost", "lost")]
    return (HEAD + _faults + ["", "| what | figure |", "| --- | --- |"]
            + [f"| {name} | {_totals[key]} |" for name, key in counted] + _facts)
