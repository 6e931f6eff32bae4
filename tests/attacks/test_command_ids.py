"""Attacks on what a store keeps about commands, and command ids that are used twice.

Whoever takes a row away lets a command be recorded again; whoever adds one keeps it from being
recorded at all, or has it answered with events that are not its own.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from signoff_ledger.application.commands.people import EnrolPerson
from signoff_ledger.application.ledger import Call
from signoff_ledger.bootstrap import OpenLedger, begin_ledger
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import EvidenceError
from signoff_ledger.exports.restore import restore_log
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.log_check import PROVED, Trust
from signoff_ledger.persistence.store_factory import open_store
from tests.attacks.forging import Forgery
from tests.attacks.story import LedgerStory
from tests.contract.conftest import vacant
from tests.ledgers import CountingIds, TickingClock
from tests.servers.fixtures import Servers, versions

STORES = ["sqlite", versions()[0]]
LOOSE = (
    "CREATE TABLE loose AS SELECT * FROM commands; DROP TABLE commands;"
    " ALTER TABLE loose RENAME TO commands"
)
"""The same rows in a table without any key."""

AT = "(SELECT first FROM commands WHERE first > 4 ORDER BY first LIMIT 1)"
ATTACKS: dict[str, tuple[str, str]] = {
    "a row deleted": (f"DELETE FROM commands WHERE first = {AT}", "the lines say "),
    "the last row deleted": (
        "DELETE FROM commands WHERE first = (SELECT max(first) FROM commands)",
        "the store keeps nothing of it",
    ),
    "every row deleted": ("DELETE FROM commands", "the store keeps nothing of it"),
    "another id": (f"UPDATE commands SET id = 'x' WHERE first = {AT}", "the store keeps 'x' from"),
    "another end": (f"UPDATE commands SET last = last + 1 WHERE first = {AT}", "the lines say"),
    "another beginning": (
        f"{LOOSE}; UPDATE commands SET first = first - 1 WHERE first = {AT}",
        "the lines say",
    ),
    "a row of events that another recorded": (
        f"{LOOSE}; INSERT INTO commands SELECT 'x', first, last FROM commands WHERE first = {AT}",
        "the store keeps 'x' from",
    ),
    "a row doubled": (
        f"{LOOSE}; INSERT INTO commands SELECT * FROM commands WHERE first = {AT}",
        "the lines say",
    ),
    "a row before the first": ("INSERT INTO commands VALUES ('x', -5, 1)", "'x' from -5 to 1"),
    "a row of events to come": ("INSERT INTO commands VALUES ('x', 900, 901)", "'x' is kept for"),
    "a row that no order finds": (
        f"{LOOSE}; INSERT INTO commands SELECT 'x', -9223372036854775807 - 1, 0",
        "'x' from",
    ),
}


def attacked(address: str, statements: str) -> None:
    """Run statements on a ledger's tables past everything that is ours."""
    if address.startswith("postgresql://"):
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SET search_path = signoff")
            connection.execute("ALTER TABLE commands DISABLE TRIGGER USER")
            connection.execute(statements.encode())
        return
    with closing(sqlite3.connect(address, isolation_level=None)) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.executescript(statements)


@pytest.fixture(params=STORES)
def copy(request: pytest.FixtureRequest, tmp_path: Path, servers: Servers) -> Iterator[str]:
    """Give the address of a ledger of a few commands, on each store."""
    with vacant(request.param, tmp_path, servers) as address:
        with closing(begun(address)) as opened:
            for name in ("anna", "bela", "egon", "ines", "dora", "fred", "gert"):
                enrol(opened, name)
        yield address


def begun(address: str | Path) -> OpenLedger:
    """Begin a ledger."""
    return begin_ledger(
        address,
        Call("olga"),
        name="mugs",
        printed_name="Olga Owner",
        clock=TickingClock(),
        ids=CountingIds(),
    )


def enrol(opened: OpenLedger, name: str) -> None:
    """Give a command that records two events."""
    opened.ledger.execute(
        EnrolPerson(person=name, printed_name=f"{name} X", roles=(Role.INSPECTOR,)), Call("olga")
    )


def verified(address: str) -> dict[str, tuple[str, str]]:
    """Verify a ledger; gives what was found by check."""
    with closing(open_store(address)) as store:
        return {c.name: (c.state, c.says) for c in verify_log(LiveLog(store), Trust())}


def test_command_ids_are_proved(copy: str) -> None:
    state, says = verified(copy)["commands"]

    assert PROVED == state
    assert says.endswith("command ids, each used once, and the store's rows agree with the lines")


@pytest.mark.parametrize("name", ATTACKS)
def test_a_row_that_the_lines_do_not_say_is_refused(copy: str, name: str) -> None:
    statements, why = ATTACKS[name]
    attacked(copy, statements)

    with pytest.raises(EvidenceError) as caught:
        verified(copy)

    assert "SL512" == caught.value.code
    assert why in caught.value.why


def test_a_row_hidden_from_every_order_is_missed(copy: str) -> None:
    attacked(copy, f"{LOOSE}; INSERT INTO commands VALUES ('x', NULL, NULL)")

    with pytest.raises(EvidenceError) as caught:
        verified(copy)

    assert ("SL512", True) == (caught.value.code, "have no place" in caught.value.why)


def test_the_first_row_that_is_wrong_gives_the_position(copy: str) -> None:
    with closing(open_store(copy)) as store:
        first = [command.first for command in store.commands()]
    attacked(copy, f"DELETE FROM commands WHERE first IN ({first[3]}, {first[7]})")

    with pytest.raises(EvidenceError) as caught:
        verified(copy)

    assert first[3] == caught.value.position


def test_what_is_recorded_while_it_is_verified_is_left_for_the_next_time(tmp_path: Path) -> None:
    with closing(begun(tmp_path / "ledger.db")) as opened:
        log = LiveLog(opened.store)
        enrol(opened, "anna")

        checks = {check.name: check.says for check in verify_log(log, Trust())}

    assert checks["commands"].startswith("1 command ids")


# --- in the lines -------------------------------------------------------------------------------


def reused(cmd_of: Callable[[str], str]) -> Callable[[Forgery], int]:
    """Give a later command the id of an earlier one; gives its position."""

    def does(forgery: Forgery) -> int:
        early = forgery.fields(6)["cmd"]
        late = len(forgery.lines)
        assert early != forgery.fields(late)["cmd"]
        forgery.edit(late, lambda fields: fields.update(cmd=cmd_of(early)))
        forgery.forge()
        return late

    return does


@pytest.mark.parametrize(
    "attack",
    [reused(lambda cmd: cmd), reused(lambda cmd: cmd.partition("#")[0] + "#" + "0" * 16)],
    ids=["the same command again", "another command under its id"],
)
def test_an_id_that_two_commands_bear_is_refused_in_an_export(
    unsigned: LedgerStory, tmp_path: Path, attack: Callable[[Forgery], int]
) -> None:
    """Whoever holds the log's key can write it; a ledger would never record it."""
    forgery = Forgery(unsigned, tmp_path / "log")
    late = attack(forgery)

    with pytest.raises(EvidenceError) as caught:
        forgery.verify()
    assert ("SL512", late) == (caught.value.code, caught.value.position)
    assert "before" in caught.value.why

    with pytest.raises(EvidenceError) as caught:
        restore_log(forgery.folder, tmp_path / "new.db")
    assert "SL512" == caught.value.code
    assert not (tmp_path / "new.db").exists()
