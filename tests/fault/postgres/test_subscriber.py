"""Logical replication: a subscriber is read and verified, and refuses to record."""

import subprocess
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.errors import StoreError
from tests.docs.markdown import DOCS, blocks
from tests.fault.postgres.ledgers import begun, check_database, give, held_together
from tests.servers.postgres import Server

PAGE = DOCS / "how-to" / "use-postgresql.md"


class Pair(NamedTuple):
    """A ledger, and one that a subscription fills from it.

    Attributes:
        server: Where both are.
        publisher: The address of the one.
        subscriber: The address of the other.
    """

    server: Server
    publisher: str
    subscriber: str

    def end_subscription(self) -> None:
        """Let the subscriber stand by itself."""
        with psycopg.connect(self.subscriber, autocommit=True) as connection:
            connection.execute("ALTER SUBSCRIPTION press_here DISABLE")
            connection.execute("ALTER SUBSCRIPTION press_here SET (slot_name = NONE)")
            connection.execute("DROP SUBSCRIPTION press_here")


@pytest.fixture
def pair(own_server: Server, tmp_path: Path) -> Pair:
    """Set logical replication up as the how-to says, between two databases of one server."""
    own_server.setting("wal_level", "logical")
    names = own_server.create_database(), own_server.create_database()
    publisher, subscriber = map(own_server.url, names)
    begun(publisher, ["w0"]).close()
    dump, program = tmp_path / "schema.sql", own_server.binaries.program
    schemas = ("--schema-only", "-n", "signoff", "-n", "signoff_views")
    subprocess.run([program("pg_dump"), *schemas, "-f", dump, publisher], check=True)
    stop = ("-v", "ON_ERROR_STOP=1", "-o", tmp_path / "said")
    subprocess.run([program("psql"), "-q", *stop, "-f", dump, subscriber], check=True)
    (publish,) = (b.text for b in blocks(PAGE) if b.text.startswith("CREATE PUBLICATION"))
    (subscribe,) = (b.text for b in blocks(PAGE) if b.title == "subscribe.sql")
    own_server.execute(publish, names[0])
    # Within one server, making the slot along with the subscription would wait for itself.
    own_server.execute("SELECT pg_create_logical_replication_slot('there', 'pgoutput')", names[0])
    source = f"host={own_server.folder} user=owner dbname={names[0]}"
    theirs = "host=db1.example.com dbname=press user=replicator"
    assert subscribe.startswith("CREATE SUBSCRIPTION press_here")
    assert theirs in subscribe
    end = " WITH (create_slot = false, slot_name = there)"
    own_server.execute(subscribe.strip("; \n").replace(theirs, source) + end, names[1])
    return Pair(own_server, publisher, subscriber)


def test_a_subscriber_follows_is_verified_and_refuses_to_record_until_it_stands_alone(
    pair: Pair,
) -> None:
    with open_ledger(pair.publisher) as there:
        for number in range(1, 5):
            give(there.ledger, "w0", number)
        size, root = there.store.size(), there.store.root(there.store.size())
    pair.server.wait_until(lambda: holds(pair.subscriber) == size)

    with open_ledger(pair.subscriber) as here:
        assert here.store.read_only
        assert (size, root) == (here.store.size(), here.store.root(size))
        (server,) = (f for f in here.store.findings() if f.check == "PostgreSQL")
        assert "a subscriber" in server.says
        with pytest.raises(StoreError) as caught:
            give(here.ledger, "w0", 9)
    assert size == check_database(pair.subscriber)
    assert ("SL703", True) == (
        caught.value.code,
        "a subscription fills" in (caught.value.why or ""),
    )
    pair.end_subscription()
    with open_ledger(pair.subscriber) as here:
        assert [size + 1] == [r.position for r in give(here.ledger, "w0", 9).recorded]
    held_together(pair.subscriber)


def holds(url: str) -> int:
    """Give how many events a database has."""
    with psycopg.connect(url) as connection:
        ((size,),) = connection.execute("SELECT count(*) FROM signoff.events").fetchall()
    return int(size)
