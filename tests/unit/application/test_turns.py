"""Threads of one process that record into one ledger take turns, and none waits for a person."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from signoff_ledger.application.commands.decisions import RecordRemark
from signoff_ledger.application.ledger import Call, Ledger
from signoff_ledger.application.turns import turn_at
from signoff_ledger.domain.values import RemarkKind
from signoff_ledger.errors import ConflictError
from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.ledgers import CUP, CountingIds, check_ledger
from tests.offices import ANNA, KeySigner, Office, by

WRITERS, EACH = 8, 6


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office with two processes; it is verified in the end."""
    office = Office.founded(tmp_path / "ledger.db")
    office.publish()
    office.publish(CUP)
    yield office
    office.verified()
    office.close_file()
    check_ledger(office.store.path)


def remark(process: str, text: str) -> RecordRemark:
    """Give a command that writes one event, on a stream that everybody writes on."""
    return RecordRemark(process=process, kind=RemarkKind.NOTE, text=text)


def test_threads_that_record_into_one_ledger_never_decide_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    saves: list[str] = []
    save = SqliteStore.save

    def counting(store: SqliteStore, entries: Any, command_id: str, seen: Any) -> list[int]:
        saves.append(command_id)
        return save(store, entries, command_id, seen)

    monkeypatch.setattr(SqliteStore, "save", counting)

    def write(writer: int) -> int:
        with closing(SqliteStore.open(office.store.path)) as store:
            ledger = Ledger(store, office.clock, CountingIds(f"w{writer}"))
            commands = (remark("mug", f"{writer}-{number}") for number in range(EACH))
            return sum(len(ledger.execute(each, Call("ines")).recorded) for each in commands)

    with ThreadPoolExecutor(WRITERS) as pool:
        recorded = sum(pool.map(write, range(WRITERS)))

    assert recorded == len(saves) == len(set(saves)) == WRITERS * EACH


class SlowSigner(KeySigner):
    """Signs once it is let."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.asked, self.let = Event(), Event()

    def sign(self, statement: bytes, keys: Sequence[str]) -> str:
        self.asked.set()
        assert self.let.wait(60)
        return super().sign(statement, keys)


@pytest.mark.parametrize("process", ["cup", "mug"])
def test_no_thread_waits_while_a_person_signs(office: Office, process: str) -> None:
    """What another thread records in between counts: it may be what was signed on."""
    signer = SlowSigner(ANNA)
    with ThreadPoolExecutor(1) as pool:
        signing = pool.submit(
            office.ledger.execute, remark("mug", "signed"), Call("anna", signer=signer)
        )
        assert signer.asked.wait(60)
        between = office.ledger.execute(remark(process, "between"), by("bela"))
        signer.let.set()
        if process == "mug":
            with pytest.raises(ConflictError, match="is not what would be recorded now"):
                signing.result()
        else:
            assert signing.result().recorded[0].position > between.recorded[-1].position

    assert 1 == len(signer.statements)


def test_a_turn_belongs_to_one_address() -> None:
    first, again, other = turn_at("a.db"), turn_at("a.db"), turn_at("b.db")

    assert first is again
    assert first is not other
