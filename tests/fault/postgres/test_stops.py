"""A server that stops, and connections that are ended, while several processes record.

The workers are told nothing of it and started once: they go on by themselves. What they were
acknowledged is there, whatever was under way happened once, and followers missed nothing.
"""

import random
import select
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from signoff_ledger.persistence.postgres.connection import is_lost
from tests.fault.postgres.crew import Crew, Job, crew, moment
from tests.fault.postgres.holding import assert_all_there_once, assert_followed_all
from tests.fault.postgres.ledgers import begun
from tests.fault.postgres.size import ENDED, STOPS
from tests.servers.databases import Databases
from tests.servers.postgres import Server

NAMES = ("w0", "w1", "w2")

TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'signoff'"
    " AND datname = '{database}' AND state <> 'idle' ORDER BY random() LIMIT 1"
)


@contextmanager
def at_work(url: str) -> Iterator[Crew]:
    """Have a ledger written by several and followed by one; hold it to what they said."""
    begun(url, NAMES).close()
    with (
        crew(Job("follow", "f0", url)) as followers,
        crew(*(Job("record", name, url) for name in NAMES)) as workers,
    ):
        followers.wait_until_ready()
        workers.wait_until_ready()
        yield workers
        workers.wait_for_more(len(NAMES))
        report = workers.stop()
        followed = followers.stop()
    assert_all_there_once(url, report)
    assert_followed_all(url, followed)


@pytest.mark.slow
def test_workers_go_on_by_themselves_whenever_the_server_stops(own_server: Server) -> None:
    chance = random.Random("stops")
    stops: tuple[Callable[[], None], ...] = (
        own_server.kill,
        lambda: own_server.stop("immediate"),
        lambda: own_server.stop("fast"),
    )
    with at_work(own_server.url(own_server.create_database())) as workers:
        for round_ in range(STOPS):
            moment(chance, workers)
            stops[round_ % len(stops)]()
            own_server.start()


@pytest.mark.slow
def test_workers_go_on_by_themselves_whenever_a_connection_is_ended(
    postgres: Databases, database_url: str
) -> None:
    chance, ended = random.Random("connections"), 0
    statement = TERMINATE.format(database=conninfo_to_dict(database_url)["dbname"])
    with at_work(database_url) as workers, psycopg.connect(postgres.url(), autocommit=True) as us:
        while ended < ENDED:
            moment(chance, workers)
            ended += us.execute(statement.encode()).rowcount


def test_a_connection_is_lost_whatever_the_server_ends_it_for(database_url: str) -> None:
    """Told of a limit of time or a full disk, nobody knows what became of a commit under way."""
    with closing(psycopg.connect(database_url)) as connection:
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 1")
        select.select([connection.fileno()], [], [], 60)
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout) as caught:
            connection.execute("SELECT 1")

    assert is_lost(caught.value)
