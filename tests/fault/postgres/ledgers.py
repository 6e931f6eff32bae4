"""A ledger in a database, with a process and an open batch for each of those who write in it."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg.types.string import TextLoader

from signoff_ledger.application.commands.bars import RegisterBar
from signoff_ledger.application.commands.batches import OpenBatch
from signoff_ledger.application.commands.decisions import RecordRemark
from signoff_ledger.application.commands.inspection import RecordUnit
from signoff_ledger.application.commands.people import EnrolPerson
from signoff_ledger.application.commands.plans import PublishPlan
from signoff_ledger.application.ledger import Call, Ledger, Receipt
from signoff_ledger.bootstrap import OpenLedger, begin_ledger, open_ledger
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.values import BuildMethod, RemarkKind
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.log_check import FAILED, Trust
from signoff_ledger.projections.tables import TABLES
from tests.fault.ledgers import READINGS, WITHOUT_END
from tests.ledgers import PEOPLE, check_rows, plan_file

SHARED = "mug"
"""The process on which everybody remarks, so that they come in each other's way."""


def begun(url: str, writers: Iterable[str] = (), keys: Path | None = None) -> OpenLedger:
    """Begin a ledger with everybody enrolled, and with an open batch for each writer."""
    ledger = begin_ledger(
        url,
        Call("olga", "init"),
        name="test",
        printed_name="Olga Owner",
        vault=Vault(keys) if keys else None,
    )
    for key, (name, roles) in PEOPLE.items():
        ledger.ledger.execute(
            EnrolPerson(person=key, printed_name=name, roles=tuple(roles)), Call("olga")
        )
    for process in (SHARED, *writers):
        file = plan_file(WITHOUT_END.replace('id = "mug"', f'id = "{process}"'))
        ledger.ledger.execute(PublishPlan.from_file(file, None), Call("egon"))
        assert file.bar is not None
        ledger.ledger.execute(RegisterBar(process=process, bar=file.bar), Call("egon"))
        ledger.ledger.execute(
            OpenBatch(process=process, batch=batch_of(process), made_on={}), Call("egon")
        )
    return ledger


def batch_of(process: str) -> str:
    """Name the open batch of a process."""
    return f"{process}-B1"


def give(ledger: Ledger, writer: str, number: int) -> Receipt:
    """Give a writer's next command: a unit of their own batch, or a remark beside the others'."""
    command_id = command_of(writer, number)
    if number % 4 == 0:
        call = Call("ines", command_id)
        return ledger.execute(
            RecordRemark(process=SHARED, kind=RemarkKind.NOTE, text=f"note {command_id}"), call
        )
    build = UnitBuild(method=BuildMethod.LINE)
    command = RecordUnit(batch=batch_of(writer), serial=command_id, build=build, values=READINGS)
    return ledger.execute(command, Call("ines", command_id))


def command_of(writer: str, number: int) -> str:
    """Name a writer's command."""
    return f"{writer}-{number}"


def check_database(url: str) -> int:
    """Verify a database line by line, without the code that wrote it; gives its size."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.adapters.register_loader("uuid", TextLoader)
        events = connection.execute(
            "SELECT position, stream, version, type, line, leaf FROM signoff.events"
            " ORDER BY position"
        ).fetchall()
        commands = connection.execute("SELECT id, first, last FROM signoff.commands").fetchall()
    return check_rows(events, commands)


def held_together(url: str, keys: Path | None = None) -> int:
    """Hold everything about a ledger that has met a fault; gives its size.

    Dense positions and streams, commands that agree, leaf hashes, stored subtree roots, chains,
    checkpoints and decisions; and the views are as if built again.
    """
    size = check_database(url)
    with open_ledger(url, vault=Vault(keys) if keys else None) as ledger:
        checks = list(verify_log(LiveLog(ledger.store), Trust()))
        assert "decisions" == checks[-1].name
        assert FAILED not in {check.state for check in checks}, checks
        ledger.views.catch_up()
        kept = rows_of_views(ledger)
        ledger.views.rebuild()
        assert kept == rows_of_views(ledger)
    return size


def rows_of_views(ledger: OpenLedger) -> dict[str, list[tuple[object, ...]]]:
    """Read every view, whole."""
    return {
        table.name: sorted(map(tuple, ledger.store.rows(table.select())), key=repr)
        for table in TABLES
    }


def commands_in(url: str) -> dict[str, tuple[int, int]]:
    """Give the first and the last position of each command, read past everything that is ours."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        rows = connection.execute("SELECT id, first, last FROM signoff.commands").fetchall()
    return {id_: (first, last) for id_, first, last in rows}
