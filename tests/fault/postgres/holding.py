"""What every test of this folder holds a ledger to, when its workers are done."""

from contextlib import closing
from hashlib import sha256
from pathlib import Path

import psycopg

from tests.fault.postgres.crew import CrewReport
from tests.fault.postgres.ledgers import commands_in, held_together


def assert_all_there_once(url: str, report: CrewReport, keys: Path | None = None) -> None:
    """Hold a ledger to what workers said, none of whom was killed.

    Each command that was begun is there once, where its worker was told; so none was left
    unresolved. Everything else about the ledger holds, too.
    """
    held_together(url, keys)
    found = commands_in(url)
    assert len(report.given) == len(set(report.given))
    assert sorted(report.given) == sorted(done.command_id for done in report.done)
    assert {done.command_id: (done.first, done.last) for done in report.done} == {
        id_: found[id_] for id_ in report.given
    }


def assert_followed_all(url: str, report: CrewReport) -> None:
    """Hold followers to the log: each saw every line, once and in order."""
    with closing(psycopg.connect(url)) as connection:
        rows = connection.execute("SELECT line FROM signoff.events ORDER BY position").fetchall()
    seen = sha256(b"".join(line for (line,) in rows))
    assert report.followed
    assert {(len(rows), seen.hexdigest())} == set(report.followed)
