"""What the product says of a ledger, as plain data, held against the second count.

The recount in `tests.recount` shares nothing with the product; this is where the two meet.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from signoff_ledger.application.ledger import Ledger
from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.domain.process import Process
from signoff_ledger.queries.check import judged
from tests.ledgers import raw
from tests.recount.comparison import differences, differences_now
from tests.recount.log import Log

SOMEBODY = "somebody else"
"""A buyer who has nothing to do with the sign-off; the gate itself asks for no role."""


def log_of(path: Path) -> Log:
    """Read the lines of a ledger file, past the code that wrote them."""
    with closing(raw(path)) as connection:
        rows = connection.execute("SELECT line FROM events ORDER BY position").fetchall()
    return Log.read(line for (line,) in rows)


def assert_agreed(sentences: Sequence[str]) -> None:
    """Fail with every sentence, where there is one."""
    if sentences:
        raise AssertionError("the second count differs:\n" + "\n".join(sentences))


def assert_counted(path: Path) -> None:
    """Hold a whole ledger file against the second count, as of now."""
    with open_ledger(path) as opened:
        ledger = opened.ledger
        assert_agreed(disagreements(ledger, log_of(path), ledger.clock.now()))


def disagreements(ledger: Ledger, log: Log, at: datetime) -> list[str]:
    """Name every difference between a ledger and the second count of its lines."""
    return [*differences(log), *disagreements_now(ledger, log, at, log.processes())]


def disagreements_now(
    ledger: Ledger, log: Log, at: datetime, processes: Iterable[str]
) -> list[str]:
    """Name every difference in what is said of some processes at a moment.

    Args:
        ledger: The ledger.
        log: Its lines.
        at: Its clock.
        processes: The processes.
    """
    return [
        sentence
        for key in processes
        for sentence in differences_now(log, key, said_of(ledger, key, at), at)
    ]


def said_of(ledger: Ledger, key: str, at: datetime) -> dict[str, Any]:
    """Say where a process stands, as plain data."""
    case, verdict = judged(ledger.work(), key, None, None)
    process = case.process
    return {
        "gate": {
            (quantity, buyer): not process.order_blockers(at, buyer, quantity)
            for quantity in _quantities(process)
            for buyer in _buyers(process)
        },
        "signer": case.signer.person if case.signer else "",
        "standing": str(process.standing),
        "verdict": verdict.model_dump(mode="json", exclude_none=True),
    }


def _quantities(process: Process) -> tuple[int, ...]:
    """Give the quantities at which the gate opens and shuts."""
    if process.plan is None:
        return ()
    run = process.plan.identity
    return (run.run_min - 1, run.run_min, run.run_max, run.run_max + 1)


def _buyers(process: Process) -> tuple[str, ...]:
    return (SOMEBODY, process.sign_off.by) if process.sign_off else (SOMEBODY,)
