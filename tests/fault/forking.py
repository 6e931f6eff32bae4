"""A parent of processes that are killed: everything is imported once, a round is a fork.

Run as `python -m tests.fault.forking`. It reads one job a line and answers each with one line, both
JSON. The test's own process never forks: it may have threads.
"""

import gc
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, NoReturn

import pytest

from tests.fault.faults import FAULTS, broken, died
from tests.fault.ledgers import give, opened, shop_of, staffed
from tests.tree import ROOT, SOURCE_ROOTS, clean_environment

PATIENCE_S = 60

needs_forks = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows cannot fork, nor kill as hard"
)


class Said(NamedTuple):
    """What became of one process.

    Attributes:
        lines: What it said, whole lines only.
        code: Its exit code; negative for the signal that ended it.
    """

    lines: list[str]
    code: int


class Parent:
    """The parent as the test talks to it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def kill_a_writer(
        self, folder: Path, prefix: str, *, after_lines: int, delay_s: float
    ) -> list[str]:
        """Let a process record, kill it after so many lines and a moment more; gives the lines."""
        said = self._ask("write", str(folder), prefix, after_lines, delay_s)
        assert -signal.SIGKILL == said.code, said
        return said.lines

    def end_at(self, folder: Path, step: str, *, done: bool) -> None:
        """Let a process act on a ledger and end at a step, before it or when it is done."""
        said = self._ask("end", str(folder), step, done)
        assert died(said.code), said

    def _ask(self, *job: object) -> Said:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the parent itself has ended"
        return Said(*json.loads(answer))


@contextmanager
def parent() -> Iterator[Parent]:
    """Start a parent, and end it with all it has started."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fault.forking"],
        env=clean_environment(*SOURCE_ROOTS, ROOT),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Parent(process)
        assert process.stdin is not None
        process.stdin.close()
        assert 0 == process.wait(PATIENCE_S)


# --- inside the parent ----------------------------------------------------------------------------


def write(say: Callable[[str], None], folder: str, prefix: str) -> NoReturn:
    """Record, decide and seal until the end, and say so before and after each."""
    say("opening")
    with opened(Path(folder)) as ledger:
        assert ledger.sealer is not None
        for number in count(1):
            command_id = f"{'hold' if number % 4 == 0 else 'unit'}-{prefix}-{number}"
            say(f"give {command_id}")
            positions = [r.position for r in give(ledger.ledger, command_id).recorded]
            say(f"done {command_id} {positions[0]} {positions[-1]}")
            if number % 3 == 0:
                say("seal")
                say(f"sealed {ledger.sealer.seal().size}")
    raise AssertionError


def end(_: Callable[[str], None], folder: str, step: str, done: bool) -> None:
    """Act on a ledger, and end in the middle."""
    fault = FAULTS[step]
    with opened(Path(folder)) as ledger, broken(fault, done=done, ends=True):
        fault.act(ledger, Path(folder))


def run_write(folder: str, prefix: str, after_lines: int, delay_s: float) -> Said:
    """Fork a writer and kill it."""
    return _forked(lambda say: write(say, folder, prefix), after_lines, delay_s)


def run_end(folder: str, step: str, done: bool) -> Said:
    """Fork a process that ends by itself."""
    return _forked(lambda say: end(say, folder, step, done), None, PATIENCE_S)


def _forked(
    job: Callable[[Callable[[str], None]], None], after_lines: int | None, delay_s: float
) -> Said:
    out, inside = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        try:
            job(lambda line: void(os.write(inside, f"{line}\n".encode())))
        except BaseException as error:  # noqa: BLE001  # a child never returns into its parent
            os.write(2, f"{error!r}\n".encode())
            os._exit(3)
        os._exit(0)
    os.close(inside)
    said = _heard(out, after_lines, delay_s)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while part := os.read(out, 1 << 16):
        said += part
    os.close(out)
    lines = [line for line in said.decode().splitlines(keepends=True) if line.endswith("\n")]
    return Said([line.rstrip("\n") for line in lines], os.waitstatus_to_exitcode(status))


def _heard(out: int, after_lines: int | None, delay_s: float) -> bytes:
    """Listen until so many lines were said, or to the end, and for a moment more."""
    said = b""
    while after_lines is None or said.count(b"\n") < after_lines:
        part = os.read(out, 1 << 16)
        if not part:
            return said
        said += part
    until = time.monotonic() + delay_s
    while (left := until - time.monotonic()) > 0 and select.select([out], [], [], left)[0]:
        part = os.read(out, 1 << 16)
        if not part:
            break
        said += part
    return said


def void(_: object) -> None:
    """Give nothing, whatever is given."""


JOBS: dict[str, Callable[..., Said]] = {"write": run_write, "end": run_end}


def import_everything() -> None:
    """Do once what each process does: much is imported only then, and would be by each anew."""
    with TemporaryDirectory() as name, staffed(Path(name)) as ledger:
        shop_of(ledger).open("B1")
        give(ledger.ledger, "unit-first")
        give(ledger.ledger, "hold-first")
    gc.freeze()


def main() -> None:
    """Answer jobs until there are no more."""
    import_everything()
    for line in sys.stdin:
        name, *rest = json.loads(line)
        answer: tuple[Any, ...] = JOBS[name](*rest)
        print(json.dumps(answer), flush=True)  # noqa: T201  # this is how it answers


def moment(chance: random.Random) -> tuple[int, float]:
    """Choose when to kill: one time in eight before the first command, else anywhere behind."""
    lines = 0 if chance.random() < 1 / 8 else chance.randrange(1, 30)
    return lines, chance.uniform(0, 0.005)


if __name__ == "__main__":
    main()
