"""Several people at once in one database: they sign, record and import, and their clocks differ."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import Barrier

import pytest

from signoff_ledger.application.commands.decisions import RecordRemark
from signoff_ledger.application.ledger import Call
from signoff_ledger.bootstrap import OpenLedger, open_ledger
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.domain.values import RemarkKind
from signoff_ledger.exports.migrate import move_ledger
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.log_check import FLAGGED, Trust
from signoff_ledger.persistence.sqlite.in_memory import ScratchDatabase
from signoff_ledger.projections import tables
from signoff_ledger.projections.views import Views
from tests.fault.ledgers import KEYS, lay_out, opened
from tests.fault.postgres.ledgers import begun, give, held_together
from tests.fault.rivals import RivalOutcome, assert_heads_hold, decide, look
from tests.fault.test_racing import SIGNERS, WON, find_a_nonconformity, ready_to_sign
from tests.ledgers import CountingIds, Shop, unit, wide


@pytest.fixture
def signable(tmp_path: Path, database_url: str) -> Iterator[Callable[[], OpenLedger]]:
    """Give what opens a sealed ledger with a batch to sign off, in a database."""
    folder = lay_out(tmp_path, ready_to_sign())
    with opened(folder) as source:
        move_ledger(source.store, database_url)
    yield lambda: open_ledger(database_url, vault=Vault(folder / KEYS))
    held_together(database_url, folder / KEYS)


def at_once(work: Sequence[Callable[[], RivalOutcome | None]]) -> list[RivalOutcome | None]:
    """Begin everything at the same moment, each in a thread of its own."""
    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(lambda do: do(), work))


@pytest.mark.parametrize("late", [False, True], ids=["alone", "as a result comes in"])
def test_of_two_who_sign_at_once_one_wins_and_the_other_learns_why(
    signable: Callable[[], OpenLedger], *, late: bool
) -> None:
    start = Barrier(len(SIGNERS) + late)

    def sign(actor: str) -> RivalOutcome:
        with signable() as ledger:
            seen = look(ledger, actor)
            start.wait()
            return decide(ledger, actor, seen)

    def find() -> None:
        with signable() as ledger:
            start.wait()
            find_a_nonconformity(ledger)

    outcome = at_once([*(partial(sign, actor) for actor in SIGNERS), *([find] if late else [])])
    outcome = outcome[: len(SIGNERS)]

    assert outcome.count(WON) in ({0, 1} if late else {1})
    assert all(each and (each == WON or ("SL603", 6) == each[:2]) for each in outcome), outcome
    with signable() as ledger:
        assert_heads_hold(ledger)


def test_who_signs_while_others_record_signs_what_they_saw(
    signable: Callable[[], OpenLedger],
) -> None:
    """What comes in before the signature is told and looked at again; nothing of it is lost."""
    stations = 3
    start = Barrier(1 + stations)

    def record(name: str) -> None:
        with signable() as ledger:
            start.wait()
            for number in range(10):
                call = Call("ines", f"{name}-{number}")
                ledger.ledger.execute(
                    RecordRemark(process="mug", kind=RemarkKind.NOTE, text=f"note {number}"), call
                )

    def sign() -> RivalOutcome:
        with signable() as ledger:
            start.wait()
            outcome = decide(ledger, "anna", look(ledger, "anna"))
            while outcome != WON:
                assert "SL603" == outcome.code, outcome
                outcome = decide(ledger, "anna", look(ledger, "anna"))
            return outcome

    outcome = at_once([sign, *(partial(record, f"s{n}") for n in range(stations))])

    assert WON == outcome[0]
    with signable() as ledger:
        assert_heads_hold(ledger)
        assert 10 * stations == sum(
            item.entry.cmd.startswith("s") and "remark" in type(item.entry.event).__name__.lower()
            for item in ledger.store.read(0)
        )


def test_several_sheets_are_imported_at_once_each_wholly(database_url: str) -> None:
    """Into one batch, one of them twice: each file once, none in part."""
    begun(database_url, ["w0"]).close()
    sheets = [wide([unit(f"U{n}-{row}") for row in range(20)]) for n in range(3)]
    start = Barrier(4)

    def bring(number: int, content: bytes) -> None:
        with open_ledger(database_url) as ledger:
            shop = Shop.of(ledger, CountingIds(f"import-{number}"))
            start.wait()
            shop.bring("w0-B1", content)

    at_once([partial(bring, n, sheet) for n, sheet in enumerate([*sheets, sheets[0]])])

    with open_ledger(database_url) as ledger:
        batch = ledger.ledger.work().batch("w0-B1")
        assert {f"U{n}-{row}" for n in range(3) for row in range(20)} == set(batch.units)
        assert 3 == len(batch.sheets)
    held_together(database_url)


class NewerViews(Views):
    """The views of a later release, whose rows another program could not write."""

    version = Views.version + 1


def test_stations_of_two_releases_record_and_ask_at_once(database_url: str) -> None:
    """While stations are updated one by one, each answer is right and each command ends."""
    releases = (Views, NewerViews, Views, NewerViews)
    begun(database_url, [f"w{n}" for n in range(len(releases))]).close()
    start = Barrier(len(releases))

    def work(name: str, release: type[Views]) -> None:
        with open_ledger(database_url) as ledger:
            views = release(ledger.store, ledger.store, ScratchDatabase)
            start.wait()
            for number in range(1, 6):
                last = give(ledger.ledger, name, number).recorded[-1].position
                assert last <= len(views.read(tables.HISTORY))

    at_once([partial(work, f"w{n}", release) for n, release in enumerate(releases)])

    with open_ledger(database_url) as ledger:
        newer = NewerViews(ledger.store, ledger.store)
        kept = newer.read(tables.HISTORY)
        newer.rebuild()
        assert kept == newer.read(tables.HISTORY)


class Behind:
    """A station's clock that is wrong by some time."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        """Give what the station takes for the present."""
        return datetime.now(UTC) - self._by


def test_a_station_whose_clock_is_behind_is_flagged_and_changes_no_order(
    database_url: str,
) -> None:
    """Each line bears its station's time; the order is that of the positions."""
    begun(database_url).close()
    with (
        open_ledger(database_url) as right,
        open_ledger(database_url, Behind(timedelta(hours=1))) as behind,
    ):
        size = right.store.size()
        for number, ledger in enumerate([right, behind, right, behind]):
            call = Call("ines", f"c{number}")
            ledger.ledger.execute(
                RecordRemark(process="mug", kind=RemarkKind.NOTE, text=f"note {number}"), call
            )
        recorded = list(right.store.read(size))
        (clock,) = (c for c in verify_log(LiveLog(right.store), Trust()) if c.name == "clock")

        assert [f"c{n}" for n in range(4)] == [
            item.entry.cmd.partition("#")[0] for item in recorded
        ]
        early = [(b.entry.at - a.entry.at).total_seconds() for a, b in pairwise(recorded)]
        assert [-3600, 3600, -3600] == pytest.approx(early, abs=60)
        assert FLAGGED == clock.state
        assert f"backwards 2 times, at #{size + 2}, #{size + 4}" in clock.says
    held_together(database_url)
