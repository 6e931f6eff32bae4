"""What leads back from lines and checkpoints that do not hold: everything before them."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from signoff_ledger.errors import Advice, EvidenceError, NotFoundError, StoreError
from signoff_ledger.exports.log_cut import copy_until
from signoff_ledger.exports.migrate import copy_ledger
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.log_check import FAILED, Trust
from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.persistence.store_factory import open_store
from signoff_ledger.projections.health import examine
from signoff_ledger.projections.views import Views
from tests.ledgers import check_ledger, disarmed
from tests.offices import Office, by
from tests.servers.databases import Databases

GARBAGE = b"\xff\x00 no line\n"


class Spoiled(NamedTuple):
    """A ledger whose owner changes it past the program.

    Attributes:
        address: Where it is.
        change: Runs statements, whatever stands against them.
        size: Events in it.
    """

    address: str
    change: Callable[..., None]
    size: int


@pytest.fixture(scope="module")
def ledger_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tell a story once, which is sealed at its decisions; gives its file."""
    path = tmp_path_factory.mktemp("story") / "ledger.db"
    office = Office.founded(path)
    office.publish()
    office.hold(by("anna"))
    office.register()
    office.hold(by("anna"))
    office.close_file()
    return path


@pytest.fixture(params=["file", "database"])
def spoiled(
    request: pytest.FixtureRequest, ledger_file: Path, tmp_path: Path, postgres: Databases
) -> Iterator[Spoiled]:
    """Give the ledger of the story in a file and in a database."""
    if request.param == "file":
        path = tmp_path / "ledger.db"
        with closing(open_store(ledger_file)) as source:
            size = copy_ledger(source, path).size

        def in_file(*statements: str) -> None:
            with closing(disarmed(path)) as connection:
                for statement in statements:
                    assert connection.execute(statement.replace("signoff.", "")).rowcount

        yield Spoiled(str(path), in_file, size)
        return
    name = postgres.create_database()
    url = postgres.url(name)
    with closing(open_store(ledger_file)) as source:
        size = copy_ledger(source, url).size

    def in_database(*statements: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                statement = statement.replace("X'", "'\\x").replace(", leaf", "")  # noqa: PLW2901
                assert connection.execute(statement.encode()).rowcount

    yield Spoiled(url, in_database, size)
    postgres.drop_database(name)


def found(store: LedgerStore) -> dict[str, tuple[str, str, Advice | None]]:
    """Examine a ledger; gives state, words and what leads back by check."""
    return {f.check: (f.state, f.says, f.advice) for f in examine(store, Views(store, store))}


def holds(path: Path, size: int) -> None:
    """Look whether a copy is a sound ledger of so many events."""
    assert size == check_ledger(path)
    with closing(open_store(path)) as store:
        assert FAILED not in {check.state for check in verify_log(LiveLog(store), Trust())}
        assert {"ok", "note"} >= {state for state, _, _ in found(store).values()}


def rest(path: Path) -> list[dict[str, object]]:
    """Give what was left out."""
    text = path.with_name(f"{path.name}.rest.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


SPOILING = {
    "a line": f"UPDATE signoff.events SET line = X'{GARBAGE.hex()}' WHERE position = 15",
    "a row deleted": "DELETE FROM signoff.events WHERE position = 15",
    "a version": "UPDATE signoff.events SET version = 99 WHERE position = 15",
}


@pytest.mark.parametrize("name", SPOILING)
def test_doctor_names_the_position_and_what_stands_before_it_is_a_ledger_again(
    spoiled: Spoiled, tmp_path: Path, name: str
) -> None:
    spoiled.change(SPOILING[name])
    copy = tmp_path / "copy.db"
    with closing(open_store(spoiled.address)) as store:
        state, says, advice = found(store)["events"]
        assert ("BROKEN", True) == (state, says.startswith("position 15: "))
        assert Advice("cut-log", size=14) == advice
        with pytest.raises(EvidenceError):
            copy_until(store, tmp_path / "too-much.db", 15)
        cut = copy_until(store, copy, 14)

    # The command of position 14 recorded more behind it, and is left out whole.
    assert 12 == cut.size
    holds(copy, 12)
    assert [copy.name, "copy.db.rest.jsonl"] == [copy.name, cut.rest.name]
    left_out = rest(copy)
    assert cut.left_out == len(left_out)
    events = [row for row in left_out if row["table"] == "events"]
    assert spoiled.size - 12 - (name == "a row deleted") == len(events)
    if name == "a line":
        assert GARBAGE == b64decode(str(events[2]["line"]))
    seals = [row["size"] for row in left_out if row["table"] == "checkpoints"]
    assert seals
    assert all(int(str(size)) > 14 for size in seals)
    assert not (tmp_path / "too-much.db").exists()


def test_checkpoints_and_cosignatures_that_are_none_are_left_out(
    spoiled: Spoiled, tmp_path: Path
) -> None:
    spoiled.change(
        "INSERT INTO signoff.checkpoints VALUES (7, X'00FF')",
        "INSERT INTO signoff.cosignatures VALUES (7, 'x')",
        "INSERT INTO signoff.cosignatures SELECT max(size), 'y' FROM signoff.checkpoints",
    )
    copy = tmp_path / "copy.db"
    with closing(open_store(spoiled.address)) as store:
        assert (7,) == copy_ledger(store, tmp_path / "whole.db").left_out
        kept = len(store.checkpoints()) - 1
        copy_until(store, copy, spoiled.size)

    holds(copy, spoiled.size)
    with closing(open_store(copy)) as store:
        assert kept == len(store.checkpoints())
    assert ["checkpoints", "cosignatures", "cosignatures"] == [row["table"] for row in rest(copy)]


def test_command_ids_and_subtree_roots_are_made_anew(spoiled: Spoiled, tmp_path: Path) -> None:
    spoiled.change(
        "DELETE FROM signoff.commands WHERE id = 'id-2'",
        "INSERT INTO signoff.commands VALUES ('mine', 900, 901)",
        f"INSERT INTO signoff.nodes VALUES (1, 0, X'{'00' * 32}')",
    )
    with closing(open_store(spoiled.address)) as store:
        for check in ("commands", "tree"):
            state, _, advice = found(store)[check]
            assert ("BROKEN", Advice("rebuild-from-lines", size=spoiled.size)) == (state, advice), (
                check
            )
        copy_until(store, tmp_path / "copy.db", spoiled.size)

    holds(tmp_path / "copy.db", spoiled.size)
    assert [] == rest(tmp_path / "copy.db")


def test_nothing_is_overwritten_and_nothing_is_left_of_a_copy_that_fails(
    ledger_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.db"
    with closing(open_store(ledger_file)) as store:
        for until in (0, store.size() + 1):
            with pytest.raises(NotFoundError):
                copy_until(store, copy, until)
        beside = tmp_path / "copy.db.rest.jsonl"
        beside.write_text("evidence")
        with pytest.raises(StoreError) as refused:
            copy_until(store, copy, 9)
        assert "SL704" == refused.value.code
        beside.unlink()
        monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space")))
        with pytest.raises(StoreError) as full:
            copy_until(store, copy, 9)
        assert "SL703" == full.value.code
    assert not copy.exists()


def test_a_row_that_cannot_be_read_is_named_and_cut_off(ledger_file: Path, tmp_path: Path) -> None:
    """STRICT is gone from the file, and a number stands where a line should."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copy.db"
    with closing(open_store(ledger_file)) as source:
        copy_ledger(source, path)
    with closing(disarmed(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'events'"
        )
        connection.execute("PRAGMA writable_schema = RESET")
        connection.execute("UPDATE events SET line = 17 WHERE position = 15")
    with closing(open_store(path)) as store:
        state, says, advice = found(store)["events"]
        assert ("BROKEN", True) == (state, says.startswith("position 15: "))
        assert Advice("cut-log", size=14) == advice
        cut = copy_until(store, copy, 14)

    assert 12 == cut.size
    holds(copy, 12)
    (unread,) = [row for row in rest(copy) if "unread" in row]
    assert ("events", 14) == (unread["table"], unread["after"])
