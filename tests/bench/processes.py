"""Rounds that are a process of their own: a command line, or a few lines of Python."""

import subprocess
import sys

from tests.bench.measure import Prepare, at_once
from tests.tree import SOURCE_ROOTS, clean_environment

MAIN = "from signoff_cli.main import main; main()"
BARE = "pass"

_PEAK = """
def peak_kb(who):
    try:
        lines = open(f"/proc/{who}/status").read().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
import resource
helpers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print((peak_kb("self") + helpers) // 1024)
"""
"""A process's own word on its memory, and on its largest helper's. What the system tells of a child
counts in what its parent had when it began, where the system has no better word."""

_PROFILED = """
import cProfile, pstats, sys
profile = cProfile.Profile()
try:
    profile.run({program!r})
except SystemExit:
    pass
finally:
    pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats({most})
"""


def python(program: str, *arguments: str) -> Prepare:
    """Give a round that starts an interpreter on a program and waits for its end."""

    def work() -> None:
        _run(program, *arguments)

    return at_once(work)


def measuring_peak(program: str, peaks_mb: list[int], *arguments: str) -> Prepare:
    """Give a round that also notes how much memory the program took."""

    def work() -> None:
        peaks_mb.append(int(_run(program + _PEAK, *arguments).split()[-1]))

    return at_once(work)


def profiled(program: str, *arguments: str, most: int) -> str:
    """Run a program under the profiler and give the functions that took most time themselves."""
    done = subprocess.run(
        [sys.executable, "-c", _PROFILED.format(program=program, most=most), *arguments],
        check=False,
        env=_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    return done.stderr


def _run(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        check=False,
        env=_environment(),
        capture_output=True,
        encoding="utf-8",
    )
    # `check` says with 3 that something is missing, which is an answer and no trouble.
    if done.returncode not in {0, 3}:
        raise RuntimeError(f"{arguments} exited {done.returncode}: {done.stderr[-2_000:]}")
    return done.stdout


def _environment() -> dict[str, str]:
    """Let a child keep what it compiles, as it does for everybody who has it installed."""
    environment = clean_environment(*SOURCE_ROOTS)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment
