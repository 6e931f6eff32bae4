"""What a store remembers of the log is let go of where the log is another one by now."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from signoff_ledger.domain.process import Process
from signoff_ledger.persistence.postgres.store import PostgresStore
from signoff_ledger.persistence.store_errors import StaleError
from signoff_ledger.persistence.store_factory import create_store, open_store
from tests.contract.kept import Kept, remarks
from tests.servers.databases import Databases
from tests.servers.postgres import Server


@pytest.fixture
def store(database_url: str) -> Iterator[PostgresStore]:
    """Give a ledger of three remarks on one process, which is remembered."""
    with closing(create_store(database_url)) as store:
        store.save(remarks(Process("p"), 3, "c1"), "c1")
        store.load(Process, "p")
        assert isinstance(store, PostgresStore)
        yield store


@pytest.mark.parametrize("more", [1, 2])
def test_after_a_server_went_back_nothing_is_made_up_on_what_it_forgot(
    store: PostgresStore, postgres: Databases, more: int
) -> None:
    """As after a failover behind a pooler, where no connection of ours is lost."""
    lost = store.load(Process, "p")
    store.save(remarks(lost, 1, "c2"), "c2")
    with closing(open_store(store.address)) as another:
        name = store.address.rpartition("?")[0].rpartition("/")[2]
        with postgres.connect(name) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("DELETE FROM signoff.events WHERE position = 4")
            connection.execute("DELETE FROM signoff.commands WHERE first = 4")
        process = another.load(Process, "p")
        assert 3 == process.version
        another.save(remarks(process, more, "c3"), "c3")
        expected = another.load(Process, "p")

    found = store.load(Process, "p")
    assert vars(expected) == vars(found)
    assert [4 + more] == store.save(remarks(found, 1, "c4"), "c4")


def test_after_a_server_went_back_and_nobody_recorded_since_its_log_goes_on(
    store: PostgresStore, postgres: Databases
) -> None:
    name = store.address.rpartition("?")[0].rpartition("/")[2]
    with postgres.connect(name) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM signoff.events WHERE position > 1")
        connection.execute("DELETE FROM signoff.commands")

    assert [2] == store.save(remarks(store.load(Process, "p"), 1, "c2"), "c2")


def test_every_thread_learns_that_a_connection_was_lost_since_it_made_its_entries_up(
    own_server: Server,
) -> None:
    with closing(create_store(own_server.url(own_server.create_database()))) as store:
        made_up = [remarks(Process(key), 1, id_) for key, id_ in (("p", "c1"), ("q", "c2"))]
        own_server.restart()
        assert 0 == store.size()
        for entries, command_id in zip(made_up, ("c1", "c2"), strict=True):
            # In a thread of its own, as two desks of one program would be.
            with ThreadPoolExecutor(1) as thread:
                reported = thread.submit(store.save, entries, command_id)
                with pytest.raises(StaleError):
                    reported.result()


def test_what_another_recorded_is_there_at_the_next_look(kept: Kept) -> None:
    for count in (1, 2, 1_200, 1):
        another = kept.another()
        command_id = f"c{count}-{another.size()}"
        another.save(remarks(another.load(Process, "p"), count, command_id), command_id)

        assert vars(another.load(Process, "p")) == vars(kept.store.load(Process, "p"))
