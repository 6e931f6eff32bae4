"""Views kept up are views built again: in pages, by several at once, and after a crash."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any
from unittest.mock import Mock

import pytest

from signoff_ledger.domain.case import Case
from signoff_ledger.errors import StoreError
from signoff_ledger.persistence.sqlite.in_memory import ScratchDatabase
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.persistence.store_errors import ConnectionLostError
from signoff_ledger.projections import history, tables
from signoff_ledger.projections.current_case import current_case
from signoff_ledger.projections.explanation import explain
from signoff_ledger.projections.views import PAGE, Views
from tests.ledgers import CUP, PLAN, Shop, raw, unit, wide
from tests.tree import SOURCE_ROOTS, clean_environment

BIG = PAGE + 200
"""Units of a batch whose events take more than one page."""

CATCH_UP = """
import sys
from pathlib import Path
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.persistence.store_errors import ConnectionLostError
from signoff_ledger.projections.views import Views
store = SqliteStore.open(Path(sys.argv[1]))
Views(store, store).catch_up()
store.close()
"""


def everything(kept: Views) -> dict[str, list[dict[str, Any]]]:
    """Give every row of every view."""
    return kept.everything()


def rebuilt(kept: Views) -> dict[str, list[dict[str, Any]]]:
    """Give every row of every view, built from the first event."""
    kept.rebuild()
    return everything(kept)


@pytest.fixture
def big(path: Path) -> Iterator[Shop]:
    """A shop with more events than fit one page."""
    shop = Shop.opened(path, PLAN.replace("units = 7", f"units = {BIG}"))
    shop.bring("B1", wide([unit(f"S{number}") for number in range(BIG)]))
    yield shop
    shop.store.close()


@pytest.fixture
def other(path: Path, shop: Shop) -> Iterator[Views]:
    """The views of another process on the same ledger."""
    with closing(SqliteStore.open(path)) as store:
        yield Views(store, store)


# --- keeping up ---------------------------------------------------------------------------------


def test_everything_is_read_in_one_look(
    shop: Shop, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands there is asked before and behind all views, not before and behind each."""
    views.catch_up()
    looked = Mock(wraps=shop.store.intact_tables)
    monkeypatch.setattr(shop.store, "intact_tables", looked)

    assert {table.name for table in tables.TABLES} == views.everything().keys()
    assert 2 == looked.call_count


def test_views_kept_up_at_every_step_equal_views_built_anew(shop: Shop, views: Views) -> None:
    for step in (
        lambda: shop.build("B1", rejects=2),
        lambda: shop.answer("B1"),
        lambda: shop.build("B2", rejects=1),
        lambda: shop.state_cause("B2"),
        shop.sign,
        shop.order,
        shop.change,
        shop.hold,
    ):
        step()
        views.catch_up()
    kept = everything(views)

    assert kept == rebuilt(views)
    assert all(kept.values())


def test_a_log_of_several_pages_is_taken_in_page_by_page(big: Shop) -> None:
    """One transaction a page: others can record in between."""
    reported: list[tuple[int, int]] = []
    kept = Views(big.store, big.store)
    kept.catch_up(lambda done, total: reported.append((done, total)))
    size = big.store.size()

    assert [(PAGE, size), (size, size)] == reported
    assert [*range(1, size + 1)] == [row["position"] for row in kept.read(tables.HISTORY)]


def test_a_rebuild_tells_how_far_it_is(big: Shop) -> None:
    reported: list[int] = []
    size = Views(big.store, big.store).rebuild(lambda done, _: reported.append(done))

    assert [PAGE, size] == reported


def test_views_that_are_there_are_only_read(
    shop: Shop, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer costs no write, so it needs no lock."""
    views.catch_up()
    monkeypatch.setattr(shop.store, "writing", None)

    assert views.read(tables.HISTORY)


def test_an_empty_ledger_has_empty_views(path: Path) -> None:
    with closing(SqliteStore.create(path)) as store:
        kept = everything(Views(store, store))

    assert ["view_positions"] == [name for name, rows in kept.items() if rows]


def test_only_a_process_that_was_touched_is_written_again(
    shop: Shop, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cost of keeping up does not grow with the number of processes."""
    shop.publish(PLAN.replace('id = "mug"', 'id = "jug"'))
    views.catch_up()
    taken: list[str] = []

    def counted(store: SqliteStore, process: str) -> Case:
        taken.append(process)
        return current_case(store, process)

    monkeypatch.setattr("signoff_ledger.projections.states.current_case", counted)
    shop.open("B1")
    views.catch_up()

    assert ["mug"] == taken


def test_views_know_whether_an_answer_takes_writing(shop: Shop, views: Views) -> None:
    said = [views.are_current()]
    views.catch_up()
    said.append(views.are_current())
    shop.hold()
    said.append(views.are_current())

    assert [False, True, False] == said


# --- a change of the program --------------------------------------------------------------------


def test_views_of_another_schema_are_built_anew(path: Path, shop: Shop, views: Views) -> None:
    """A newer program finds the views of an older one, and nobody has to know."""
    shop.sign_off_a_repeat()
    expected = everything(views)
    with closing(raw(path)) as connection:
        connection.execute("UPDATE view_positions SET position = 0 WHERE name = 'schema'")
        connection.execute("DROP TABLE view_work")
        connection.execute("UPDATE view_history SET sentence = 'it was otherwise'")

    assert expected == everything(views)


# --- crashes ------------------------------------------------------------------------------------


def test_a_crash_in_a_page_leaves_the_pages_before_it(
    big: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, row = Views(big.store, big.store), history.row

    def failing(recorded: Any, subject: Any) -> tuple[object, ...]:
        if recorded.position == PAGE + 7:
            raise MemoryError
        return row(recorded, subject)

    monkeypatch.setattr(history, "row", failing)
    with pytest.raises(MemoryError):
        kept.catch_up()
    monkeypatch.undo()
    (last,) = big.store.rows("SELECT max(position) FROM view_history")

    assert PAGE == last[0]
    assert everything(kept) == rebuilt(kept)


def test_a_crash_between_two_processes_leaves_rows_that_hold_together(
    shop: Shop, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of one process are written in one transaction, and the others are made up for."""
    shop.publish(PLAN.replace('id = "mug"', 'id = "jug"'))

    def failing(store: SqliteStore, process: str) -> Case:
        if process == "mug":
            raise MemoryError
        return current_case(store, process)

    monkeypatch.setattr("signoff_ledger.projections.states.current_case", failing)
    with pytest.raises(MemoryError):
        views.catch_up()
    monkeypatch.undo()

    assert [("jug",)] == [
        tuple(row) for row in shop.store.rows("SELECT process FROM view_processes")
    ]
    assert everything(views) == rebuilt(views)


# --- several at once ----------------------------------------------------------------------------


@contextmanager
def interrupted(
    monkeypatch: pytest.MonkeyPatch, name: str, meanwhile: Callable[[], object]
) -> Iterator[None]:
    """Do something once, just before a step of the views, which has to come."""
    step, left = getattr(Views, name), [meanwhile]

    def interrupting(self: Views, *arguments: Any) -> Any:
        if left:
            left.pop()()
        return step(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Views, name, interrupting)
        yield
    assert not left, f"{name} was not called"


STEPS = ["_take_page", "_rows_of", "_take_states"]
"""The last of them is taken where more than one process was touched."""


@pytest.mark.parametrize("of", [[], [CUP]], ids=["one process", "two processes"])
def test_a_slow_reader_does_not_write_older_rows_over_newer_ones(
    shop: Shop, views: Views, other: Views, monkeypatch: pytest.MonkeyPatch, of: list[str]
) -> None:
    """Between its reading and its writing somebody records, and another one catches up."""
    shop.build("B1")
    for plan in of:
        shop.publish(plan)

    def slow(store: SqliteStore, process: str) -> Case:
        case = current_case(store, process)
        if process == "mug":
            monkeypatch.undo()
            shop.sign()
            other.catch_up()
        return case

    monkeypatch.setattr("signoff_ledger.projections.states.current_case", slow)
    views.catch_up()
    kept = everything(views)

    assert kept == rebuilt(views)
    assert "SIGNED_OFF" == kept["view_processes"][-1]["standing"]


@pytest.mark.parametrize("step", STEPS)
def test_a_rebuild_in_between_leaves_whole_views(
    shop: Shop, views: Views, other: Views, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    shop.publish(CUP)
    shop.sign_off_a_repeat()
    with interrupted(monkeypatch, step, other.rebuild):
        views.catch_up()
    kept = everything(views)

    assert kept == rebuilt(views)


@pytest.mark.parametrize("step", STEPS)
def test_views_begun_anew_by_somebody_else_are_gone_on_with(
    shop: Shop, views: Views, other: Views, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Somebody drops every view and is killed: whoever reads next makes up for it."""
    shop.sign_off_a_repeat()
    views.catch_up()
    shop.order()
    if step == "_take_states":
        shop.publish(CUP)
    with interrupted(monkeypatch, step, other._make_anew):
        kept = everything(views)

    assert kept == rebuilt(views)


def test_what_a_command_touched_is_written_in_one_transaction_and_read_before_it(
    shop: Shop, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pooler may have no second connection to spare, and a disk is waited for once."""
    shop.sign_off_a_repeat()
    views.catch_up()
    writing, begun = shop.store.writing, []

    @contextmanager
    def alone() -> Iterator[Any]:
        begun.append("writing")
        with monkeypatch.context() as patch, writing() as cursor:
            patch.setattr(shop.store.recorder, "query", None)
            yield cursor

    monkeypatch.setattr(shop.store, "writing", alone)
    shop.order()
    views.catch_up()
    shop.hold()
    views.catch_up()
    shop.change()
    views.catch_up()
    shop.open("B3")
    views.catch_up()
    monkeypatch.undo()
    kept = everything(views)

    assert ["writing"] * 4 == begun
    assert kept == rebuilt(views)


def test_a_crash_while_a_command_is_taken_in_leaves_the_views_as_they_were(
    shop: Shop, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next reader makes up for it."""
    shop.sign_off_a_repeat()
    views.catch_up()
    before = shop.store.rows("SELECT * FROM view_positions ORDER BY name")
    shop.order()
    monkeypatch.setattr("signoff_ledger.projections.states._is_newer", None)
    with pytest.raises(TypeError):
        views.catch_up()
    monkeypatch.undo()

    assert before == shop.store.rows("SELECT * FROM view_positions ORDER BY name")
    assert everything(views) == rebuilt(views)


def test_a_reader_begun_while_the_views_are_dropped_waits_for_whole_ones(
    shop: Shop, views: Views, other: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rebuild whose states somebody else has begun still ends with every process."""
    shop.sign_off_a_repeat()
    expected = rebuilt(views)
    with interrupted(monkeypatch, "catch_up", other._make_anew):
        views.rebuild()

    assert expected == everything(views)


def test_two_threads_catch_up_while_a_third_records(path: Path, shop: Shop) -> None:
    """A page is taken by one of them, and by nobody twice."""
    failures: list[BaseException] = []
    done = Event()

    def keep_up() -> None:
        with closing(SqliteStore.open(path)) as store:
            kept = Views(store, store)
            try:
                while not done.is_set():
                    kept.catch_up()
            except BaseException as error:  # noqa: BLE001  # reported at the end
                failures.append(error)

    threads = [Thread(target=keep_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        shop.build("B1", rejects=2)
        for number in range(30):
            shop.hold(reason=f"look no. {number}")
    finally:
        done.set()
        for thread in threads:
            thread.join()
    kept = Views(shop.store, shop.store)

    assert [] == failures
    assert everything(kept) == rebuilt(kept)


@pytest.mark.slow
def test_two_processes_catch_up_at_once(path: Path, big: Shop) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CATCH_UP, str(path)],
            env=clean_environment(*SOURCE_ROOTS),
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[1] for process in processes]
    kept = Views(big.store, big.store)

    assert ["", ""] == said
    assert everything(kept) == rebuilt(kept)


# --- a ledger that cannot be written ------------------------------------------------------------


@pytest.fixture
def read_only(
    path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Views]]:
    """Open the ledger as somebody without permission to write would."""
    stores: list[SqliteStore] = []

    def opened() -> Views:
        monkeypatch.setattr("os.access", lambda *_: False)
        stores.append(SqliteStore.open(path))
        monkeypatch.undo()
        return Views(stores[-1], stores[-1])

    yield opened
    for store in stores:
        store.close()


def test_a_read_only_ledger_answers_from_views_that_are_there(
    shop: Shop, views: Views, read_only: Callable[[], Views]
) -> None:
    shop.sign_off_a_repeat()

    assert everything(views) == everything(read_only())


def test_a_read_only_ledger_says_that_its_views_cannot_be_brought_up(
    shop: Shop, views: Views, read_only: Callable[[], Views]
) -> None:
    """It never answers with what was true some time ago."""
    views.catch_up()
    shop.hold()

    with pytest.raises(StoreError) as refused:
        read_only().read(tables.HISTORY)
    assert "SL703" == refused.value.code


def test_a_read_only_ledger_is_explained_without_views(
    shop: Shop, read_only: Callable[[], Views]
) -> None:
    """`why` and `replay` read events, and need nothing that is derived from them."""
    shop.hold(reason="the kiln is being moved")
    kept = read_only()
    assert isinstance(kept._store, SqliteStore)

    assert "HELD" == explain(kept._store, "mug").outcome


# --- connections that are lost --------------------------------------------------------------------


class Losing:
    """A database whose connection is lost so many times, before or after a transaction."""

    def __init__(self, store: SqliteStore, times: int, *, after: bool) -> None:
        self._store = store
        self._left = times
        self._after = after
        self.rows = store.rows
        self.intact_tables = store.intact_tables
        self.clear = store.clear

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """Begin a transaction, and lose it while there is something left to lose."""
        lost = self._left > 0
        self._left -= 1
        if lost and not self._after:
            raise ConnectionLostError("SL707", "the database cannot be reached")
        with self._store.writing() as cursor:
            yield cursor
        if lost:
            raise ConnectionLostError("SL707", "the database cannot be reached")


@pytest.mark.parametrize("after", [False, True])
def test_views_are_kept_up_over_lost_connections(shop: Shop, views: Views, *, after: bool) -> None:
    shop.build("B1", rejects=2)
    kept = Views(shop.store, Losing(shop.store, 4, after=after))

    assert everything(views) == everything(kept) == rebuilt(views)


def test_a_connection_that_is_lost_for_good_is_reported(shop: Shop) -> None:
    with pytest.raises(ConnectionLostError):
        Views(shop.store, Losing(shop.store, 99, after=False)).catch_up()


# --- programs of several releases on one ledger ---------------------------------------------------


class Newer(Views):
    """The views of a later release."""

    version = Views.version + 1


def test_programs_of_two_releases_give_the_same_answers_in_turn(shop: Shop) -> None:
    shop.build("B1", rejects=2)
    older = Views(shop.store, shop.store, ScratchDatabase)
    newer = Newer(shop.store, shop.store, ScratchDatabase)

    for _ in range(2):
        assert without_version(everything(newer)) == without_version(everything(older))
        shop.hold()


def test_a_program_whose_views_another_release_begins_anew_builds_its_own_beside(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each would begin the other's again, and neither might ever come to an answer."""
    shop.build("B1", rejects=2)
    older = Views(shop.store, shop.store, ScratchDatabase)
    newer = Newer(shop.store, shop.store)
    newer.catch_up()
    plain, scratch = older._make_anew, []

    def then_the_other() -> None:
        scratch.append(older._database is not shop.store)
        plain()
        newer.rebuild()

    monkeypatch.setattr(older, "_make_anew", then_the_other)

    assert shop.store.size() == len(older.read(tables.HISTORY))
    assert [False, True] == scratch
    assert newer.are_current()


def test_an_older_program_adds_nothing_to_views_that_a_newer_one_began(big: Shop) -> None:
    older = Views(big.store, big.store, ScratchDatabase)
    newer = Newer(big.store, big.store, ScratchDatabase)

    meanwhile = [newer._make_anew]
    older.catch_up(lambda *_: meanwhile.pop()() if meanwhile else None)

    assert {"schema": Newer.version, "events": 0, "states": 0} == newer._positions()
    assert big.store.size() == len(older.read(tables.HISTORY))


@pytest.mark.parametrize("kind", [Views, Newer])
def test_what_is_read_while_others_begin_the_views_anew_is_whole(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: type[Views]
) -> None:
    shop.build("B1", rejects=2)
    reader = Views(shop.store, shop.store, ScratchDatabase)
    reader.catch_up()
    plain = shop.store.rows

    def others_first(statement: str, parameters: Iterable[object] = ()) -> list[Any]:
        if "view_history" in statement:
            monkeypatch.undo()
            kind(shop.store, shop.store)._make_anew()
        return plain(statement, parameters)

    monkeypatch.setattr(shop.store, "rows", others_first)

    assert shop.store.size() == len(reader.read(tables.HISTORY))


def test_who_never_finds_the_views_whole_is_reported(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Views(shop.store, shop.store)
    monkeypatch.setattr(reader, "_still_at", lambda _: False)

    with pytest.raises(StoreError) as caught:
        reader.read(tables.HISTORY)

    assert "SL705" == caught.value.code


def without_version(views: dict[str, Any]) -> dict[str, Any]:
    """Leave out what says by which program the views were written."""
    return {name: rows for name, rows in views.items() if name != "view_positions"}
