"""Processes that record, for tests in which several write at once or one is killed.

Run as `python -m tests.writers JOB PATH ...`. Whatever is acknowledged is printed, one line each,
as soon as it is.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

from signoff_ledger.application.commands.inspection import RecordUnit
from signoff_ledger.application.ledger import Call, Ledger
from signoff_ledger.application.ports import RandomIds, SystemClock
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.values import BuildMethod
from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.ledgers import GOOD
from tests.tree import ROOT, SOURCE_ROOTS, clean_environment


def record(path: str, batch: str, prefix: str, limit: str) -> None:
    """Record units `PREFIX-1`, `PREFIX-2` and so on, up to a limit or permanently (0)."""
    ledger = Ledger(SqliteStore.open(Path(path)), SystemClock(), RandomIds())
    values = {name: value for name, value in GOOD.items() if name != "build_method"}
    numbers = range(1, int(limit) + 1) if int(limit) else count(1)
    for number in numbers:
        build = UnitBuild(method=BuildMethod.LINE)
        command = RecordUnit(batch=batch, serial=f"{prefix}-{number}", build=build, values=values)
        receipt = ledger.execute(command, Call("ines"))
        print(receipt.recorded[0].position, command.serial, flush=True)  # noqa: T201


def hold_the_lock(path: str) -> None:
    """Take the writer lock, say so, and keep it."""
    store = SqliteStore.open(Path(path))
    with store.datastore.lock.held():
        print("held", flush=True)  # noqa: T201
        time.sleep(60)


JOBS: Mapping[str, Callable[..., None]] = {"record": record, "hold-the-lock": hold_the_lock}


def start(job: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a job in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.writers", job, *map(str, arguments)],
        env=clean_environment(*SOURCE_ROOTS, ROOT),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(writer: subprocess.Popen[str]) -> dict[int, str]:
    """Wait for a writer's end; gives what it had acknowledged, and what it wrote on errors.

    Raises:
        AssertionError: It ended by itself and said why.
    """
    out, err = writer.communicate(timeout=60)
    assert writer.returncode in {0, -signal.SIGKILL}, err
    whole = [line.split() for line in out.splitlines(keepends=True) if line.endswith("\n")]
    return {int(position): serial for position, serial in whole}


if __name__ == "__main__":
    JOBS[sys.argv[1]](*sys.argv[2:])
