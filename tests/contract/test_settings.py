"""What a role or a database is set to changes nothing of what the ledger promises."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from psycopg.sql import SQL, Identifier

from signoff_ledger.domain.process import Process
from signoff_ledger.persistence.postgres.store import PostgresStore
from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.persistence.store_errors import StaleError
from signoff_ledger.persistence.store_factory import create_store, open_store
from signoff_ledger.projections.views import Views
from tests.contract.kept import remarks, sealed
from tests.servers.fixtures import Servers, each_version
from tests.servers.postgres import Server

Set = Callable[..., str]


@pytest.fixture(params=each_version())
def database(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Set]:
    """Give what makes a database in which parameters are set; it gives its address."""
    server, made = servers.named(request.param), list[str]()

    def make(*settings: str) -> str:
        made.append(server.create_database())
        with server.connect() as connection:
            for setting in settings:
                named = SQL("ALTER DATABASE {} SET ").format(Identifier(made[-1]))
                connection.execute(named + SQL(setting))
        return server.url(made[-1])

    yield make
    for name in made:
        server.drop_database(name)


@pytest.mark.parametrize(
    "settings",
    [
        ["standard_conforming_strings = off", "backslash_quote = off"],
        ["bytea_output = escape", "DateStyle = German", "client_encoding = LATIN1"],
        ["search_path = ''", "quote_all_identifiers = on", "transform_null_equals = on"],
    ],
)
def test_a_ledger_is_the_same_however_its_database_spells_things(
    database: Set, settings: list[str]
) -> None:
    plain, other = database(), database(*settings)
    with closing(create_store(plain)) as first, closing(create_store(other)) as second:
        for store in (first, second):
            store.save(remarks(Process("p"), 300, "c1"), "c1")
            store.save(remarks(Process("q"), 3, "c2"), "c2")
            assert 303 == Views(store, store).rebuild()
        assert list(first.raw()) == list(second.raw())
        assert [] == [found for found in second.findings() if found.state in {"BAD", "BROKEN"}]
        assert list(first.nodes()) == list(second.nodes())


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_many_record_and_keep_views_at_any_usual_isolation(database: Set, level: str) -> None:
    address = database(f"default_transaction_isolation = '{level}'")
    create_store(address).close()

    def work(number: int) -> None:
        with closing(open_store(address)) as store:
            views = Views(store, store)
            for step in range(10):
                save(store, f"w{number}", f"{number}-{step}")
                views.catch_up()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    with closing(open_store(address)) as store:
        assert 40 == store.size()
        assert Views(store, store).are_current()


def save(store: LedgerStore, process: str, command_id: str) -> None:
    """Record a remark, again where somebody else was quicker."""
    for _ in range(100):
        try:
            store.save(remarks(store.load(Process, process), 1, command_id), command_id)
        except StaleError:
            continue
        return
    pytest.fail("somebody else was always quicker")


NOTICING = """
CREATE FUNCTION public.refuse_haste() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('synchronous_commit') = 'off' THEN
        RAISE 'nobody waits for the disk';
    END IF;
    RETURN NULL;
END $$
"""


def test_what_is_kept_beside_the_events_is_as_durable_as_they_are(database: Set) -> None:
    """Checkpoints, cosignatures, and the row that says that a ledger is whole."""
    address = database("synchronous_commit = off")
    with closing(PostgresStore.create(address, whole=False)) as store:
        with store.datastore.connection() as connection:
            connection.execute(NOTICING)
            for table in ("about", "events", "commands", "checkpoints"):
                connection.execute(
                    SQL(
                        "CREATE TRIGGER noticing AFTER INSERT ON {}"
                        " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_haste()"
                    ).format(Identifier("signoff", table))
                )
        store.complete()
        store.save(remarks(Process("p"), 1, "c1"), "c1")
        note = sealed(store, 1)
        store.keep_checkpoint(1, note)

        assert [(1, note)] == store.checkpoints()


def test_a_commit_that_did_not_wait_is_noticed_by_one_who_asked_to_hear_nothing(
    own_server: Server,
) -> None:
    name = own_server.create_database()
    own_server.execute(f"ALTER DATABASE {name} SET client_min_messages = error")
    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    with closing(create_store(own_server.url(name))) as store, ThreadPoolExecutor() as threads:
        entries = remarks(Process("p"), 1, "c1")
        own_server.setting("synchronous_standby_names", "nobody")
        reported = threads.submit(store.save, entries, "c1")
        own_server.wait_until(lambda: bool(own_server.execute(waiting)))
        ((first,),) = own_server.execute(waiting)
        own_server.execute(f"SELECT pg_cancel_backend({first})")
        own_server.wait_until(
            lambda: (
                reported.done() or bool(own_server.execute(f"{waiting} AND query LIKE '%emit%'"))
            )
        )
        too_early = reported.done()
        own_server.setting("synchronous_standby_names", "")

        assert [1] == reported.result()
        assert not too_early
