"""Reading the views without the write side: the same answers on every store, from any thread."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, NoReturn

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from signoff_ledger.application.commands.decisions import Hold
from signoff_ledger.application.commands.keys import rotate_log_key
from signoff_ledger.application.ledger import Call
from signoff_ledger.bootstrap import OpenLedger, begin_ledger, open_ledger
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.domain.events.ledger import LedgerFounded, LogKeyRotated
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.errors import NotFoundError, StoreError
from signoff_ledger.ledger_reader import LedgerReader, open_reader
from signoff_ledger.persistence.postgres.reader import PostgresReader
from signoff_ledger.persistence.postgres.schema import role_name
from signoff_ledger.persistence.store_factory import create_store
from signoff_ledger.projections.log_index import KEY_GIVEN, logged_key
from signoff_ledger.projections.tables import TABLES
from signoff_ledger.projections.views import Views
from signoff_ledger.queries import batch, history, orders, process, status, tasks, unit, why
from signoff_ledger.queries.history import HistoryFilter
from signoff_ledger.queries.reader import Reader
from tests.contract.conftest import STORES, vacant
from tests.ledgers import CountingIds, Shop, TickingClock, raw
from tests.servers.databases import Databases
from tests.servers.fixtures import Servers


class Place(NamedTuple):
    """A ledger that others read.

    Attributes:
        address: Where it stands.
        shop: Records in it.
        opened: The whole of it.
        run: Runs a statement on it past everything that is ours.
    """

    address: str
    shop: Shop
    opened: OpenLedger
    run: Callable[[str], object]

    @property
    def now(self) -> datetime:
        """A moment behind the last event."""
        return self.shop.clock.now() + timedelta(minutes=1)

    @property
    def is_file(self) -> bool:
        """Whether it stands in a file."""
        return not self.address.startswith("postgresql://")


@pytest.fixture(scope="module", params=STORES)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, servers: Servers
) -> Iterator[Place]:
    """Give a ledger with a hold, a sign-off and an order; every test goes on with it."""
    folder = tmp_path_factory.mktemp("read")
    with (
        vacant(request.param, folder, servers) as address,
        begin_ledger(
            address,
            Call("olga"),
            name="mugs",
            printed_name="Olga Owner",
            clock=TickingClock(),
            ids=CountingIds("begin"),
        ) as opened,
    ):
        shop = Shop.of(opened, CountingIds("step"))
        shop.enrol_everybody()
        shop.publish()
        shop.register()
        shop.sign_off_a_repeat()
        shop.order()
        yield Place(address, shop, opened, runner(address))


@pytest.fixture(autouse=True)
def current(request: pytest.FixtureRequest) -> None:
    """Bring the views up to date before a test."""
    if "place" in request.fixturenames:
        request.getfixturevalue("place").opened.views.catch_up()


def runner(address: str) -> Callable[[str], object]:
    """Give what changes a ledger past everything that is ours."""
    if not address.startswith("postgresql://"):

        def on_file(statement: str) -> None:
            with closing(raw(Path(address))) as connection:
                connection.execute(statement)

        return on_file

    def on_server(statement: str) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SET search_path = signoff_views, signoff")
            connection.execute(statement.encode())

    return on_server


def unopened() -> NoReturn:
    """Stand in for the whole ledger where it must not be opened."""
    pytest.fail("the write side was loaded")


def answers(views: Reader, now: datetime) -> str:
    """Ask everything that views answer; gives it as text."""
    given: list[Any] = [
        status.status(views, now),
        process.process(views, "mug", now),
        tasks.tasks_of(views, "anna", now),
        batch.batch(views, "B1"),
        history.history(views, HistoryFilter(process="mug", person="ines")),
        unit.unit(views, "B1-1"),
        orders.orders(views, None, now),
        why.why(views, "mug", "B1", now),
    ]
    return json.dumps(given)


def asked(reader: LedgerReader, now: datetime) -> str:
    """Ask everything of a reader."""
    with reader.views() as views:
        return answers(views, now)


# --- current views --------------------------------------------------------------------------------


def test_every_row_is_read_as_the_write_side_reads_it(place: Place) -> None:
    with open_reader(place.address, unopened) as reader, reader.views() as views:
        read = {table.name: views.read(table) for table in TABLES}

    assert place.opened.views.everything() == read
    assert all(read.values())


@pytest.mark.parametrize("current", [True, False])
@pytest.mark.parametrize("may_write", [True, False])
def test_several_threads_are_answered_at_once(
    place: Place, monkeypatch: pytest.MonkeyPatch, *, current: bool, may_write: bool
) -> None:
    """Also where nothing may be written and the views are behind: then they stand in memory."""
    now = place.now
    expected = answers(place.opened.views, now)
    if not current:
        place.run("DROP TABLE view_units")
    with (
        nullcontext() if may_write else closed_to_writes(place, monkeypatch),
        open_reader(place.address, unopened if current else None) as reader,
        ThreadPoolExecutor(8) as pool,
    ):
        assert {expected} == {*pool.map(lambda _: asked(reader, now), range(24))}


@contextmanager
def closed_to_writes(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a ledger be read and no more."""
    if place.is_file:
        with monkeypatch.context() as patch:
            patch.setattr("os.access", lambda *_: False)
            yield
        return
    name = conninfo_to_dict(place.address)["dbname"]
    place.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    yield
    place.run(f"SET transaction_read_only = off; ALTER DATABASE {name} RESET ALL")


def test_what_is_recorded_while_a_reader_is_open_is_in_its_next_answer(place: Place) -> None:
    with open_reader(place.address) as reader:
        decisions = []
        for step in (lambda: None, place.shop.hold, place.shop.hold):
            step()
            with reader.views() as views:
                decisions.append(status.status(views, place.now)["processes"][0]["decisions"])

    assert [decisions[0], decisions[0] + 1, decisions[0] + 2] == decisions


def test_who_may_only_read_a_file_sees_what_others_record_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader finds no write-ahead log at first, and others make one."""
    path = tmp_path / "ledger.db"
    shop = Shop.ready(path)
    shop.store.close()
    with open_ledger(path) as opened:
        opened.views.catch_up()
    with open_reader(path, unopened) as reader:
        decisions = []
        for _ in range(3):
            with monkeypatch.context() as patch:
                patch.setattr("os.access", lambda *_: False)
                with reader.views() as views:
                    decisions.append(
                        status.status(views, shop.clock.now())["processes"][0]["decisions"]
                    )
            with open_ledger(path, shop.clock) as opened:
                opened.ledger.execute(Hold(process="mug", reason="not yet"), Call("anna"))

    assert [0, 1, 2] == decisions


def test_a_question_is_answered_as_of_one_moment(place: Place) -> None:
    """What others record in between is not in the half of an answer."""
    with open_reader(place.address, unopened) as reader, reader.views() as views:
        now = place.now
        before = answers(views, now)
        with open_ledger(place.address, place.shop.clock) as opened:
            opened.ledger.execute(Hold(process="mug", reason="not yet"), Call("anna"))

        assert before == answers(views, now)


def test_views_that_are_begun_anew_while_a_question_is_asked_are_whole_in_its_answer(
    place: Place,
) -> None:
    """In PostgreSQL a table that was made since would be empty as of an earlier moment."""
    now = place.now
    expected = answers(place.opened.views, now)
    rebuilding = Thread(target=place.opened.views.rebuild)
    with open_reader(place.address, unopened) as reader:
        with reader.views() as views:
            status.status(views, now)
            rebuilding.start()
            rebuilding.join(0.3)
            within = answers(views, now)
        rebuilding.join()

        assert expected == within == asked(reader, now)


# --- views that are not current, and what is no ledger --------------------------------------------

NOT_CURRENT = {
    "positions behind the log": "UPDATE view_positions SET position = 3 WHERE name = 'states'",
    "positions beyond the log": "UPDATE view_positions SET position = 999 WHERE name = 'events'",
    "another release's": "UPDATE view_positions SET position = 1 WHERE name = 'schema'",
    "no positions": "DELETE FROM view_positions",
    "a table less": "DROP TABLE view_orders",
    "a column more": "ALTER TABLE view_orders ADD COLUMN more BIGINT",
    "an index less": "DROP INDEX view_history_1",
    "an index more": "CREATE INDEX view_history_9 ON view_history (sentence)",
    "a view in the place of a table": (
        "ALTER TABLE view_orders RENAME TO view_hidden;"
        " CREATE VIEW view_orders AS SELECT * FROM view_hidden"
    ),
}


def test_views_that_are_not_whole_or_not_at_the_end_are_left_to_the_write_side(
    place: Place,
) -> None:
    """It makes them anew, and the next question needs it no more."""
    now = place.now
    expected = answers(place.opened.views, now)
    times: list[str] = []
    for change, statements in NOT_CURRENT.items():
        for statement in statements.split("; "):
            place.run(statement.replace("BIGINT", "INTEGER") if place.is_file else statement)

        def opened(change: str = change) -> OpenLedger:
            times.append(change)
            return open_ledger(place.address)

        with open_reader(place.address, opened) as reader:
            assert [expected, expected] == [asked(reader, now), asked(reader, now)], change
        with open_reader(place.address, unopened) as reader:
            assert expected == asked(reader, now), change

    assert [*NOT_CURRENT] == times


def test_a_ledger_that_is_not_there_is_reported(tmp_path: Path, database_url: str) -> None:
    for address in (str(tmp_path / "none.db"), database_url):
        with (
            open_reader(address) as reader,
            pytest.raises(NotFoundError) as refused,
            reader.views(),
        ):
            pass

        assert "SL205" == refused.value.code


@pytest.mark.parametrize("store", STORES)
def test_a_ledger_of_a_newer_format_is_refused(
    store: str, tmp_path: Path, servers: Servers
) -> None:
    """Also where it became one while the reader was open."""
    with vacant(store, tmp_path, servers) as address:
        with closing(create_store(address)) as created:
            Views(created, created).catch_up()
        with open_reader(address, unopened) as reader, reader.views() as views:
            assert [] == status.status(views, datetime.now(UTC))["processes"]
        with open_reader(address) as reader:
            with reader.views():
                pass
            runner(address)(NEWER[store == "sqlite"])
            with pytest.raises(StoreError) as refused, reader.views():
                pass

    assert "SL702" == refused.value.code


NEWER = ("INSERT INTO signoff.about VALUES (2)", "PRAGMA user_version = 2")


# --- servers --------------------------------------------------------------------------------------


@pytest.fixture
def served(postgres: Databases, tmp_path: Path) -> Iterator[tuple[str, OpenLedger]]:
    """Give a ledger in a database, whose views are current."""
    name = postgres.create_database()
    vault = Vault(tmp_path / "keys")
    with begin_ledger(
        postgres.url(name), Call("olga"), name="mugs", printed_name="Olga Owner", vault=vault
    ) as opened:
        opened.views.catch_up()
        yield postgres.url(name), opened
    postgres.drop_database(name)


def test_a_reader_knows_the_server_and_the_logs_key(
    served: tuple[str, OpenLedger], tmp_path: Path
) -> None:
    """By which a server that took over is noticed."""
    address, opened = served
    found = set()
    with closing(PostgresReader(address, [table.name for table in TABLES])) as reader:
        for _ in range(2):
            with reader.moment() as moment:
                known = (moment.server, logged_key(moment))
            log_key = opened.store.load(LedgerStream, "ledger").log_key
            assert (opened.store.server(), log_key) == known
            found.add(known)
            rotate_log_key(opened.ledger, Call("olga"), Vault(tmp_path / "keys"), "a new year")
            opened.views.catch_up()

    assert 2 == len(found)
    assert KEY_GIVEN == (LedgerFounded.TOPIC, LogKeyRotated.TOPIC)


def test_a_connection_that_is_ended_between_two_questions_is_made_again(
    served: tuple[str, OpenLedger],
) -> None:
    address, opened = served
    with open_reader(address, unopened) as reader:
        for _ in range(2):
            with reader.views() as views:
                assert [] == status.status(views, datetime.now(UTC))["processes"]
            opened.store.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def test_a_role_with_one_connection_is_answered(
    served: tuple[str, OpenLedger], postgres: Databases
) -> None:
    """Current views or not: no question needs two connections at once."""
    address, _ = served
    name = str(conninfo_to_dict(address)["dbname"])
    role = f"{name}_one"
    postgres.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1 IN ROLE {role_name(name)}")
    try:
        with open_reader(postgres.url(name, user=role)) as reader:
            for change in ("SELECT", "DROP TABLE signoff_views.view_units", "SELECT"):
                postgres.execute(change, name)
                with reader.views() as views:
                    assert [] == status.status(views, datetime.now(UTC))["processes"]
    finally:
        postgres.execute(f"DROP ROLE {role}")
