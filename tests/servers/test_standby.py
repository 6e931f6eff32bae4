"""A pair of servers: what was committed is on both, and either can be the one that is left."""

from contextlib import closing

import psycopg
import pytest

from tests.servers.binaries import Binaries
from tests.servers.fixtures import launchable, programs
from tests.servers.standby import Pair


@pytest.mark.parametrize("version", launchable())
def test_the_promoted_standby_holds_what_was_committed(version: str) -> None:
    with Pair.made(programs(version)) as pair:
        pair.primary.execute("CREATE TABLE kept (number integer)")
        pair.primary.execute("INSERT INTO kept VALUES (1)")

        pair.fail_over()

        with psycopg.connect(pair.url()) as connection:
            connection.execute("INSERT INTO kept VALUES (2)")
        assert [(1,), (2,)] == pair.standby.execute("SELECT number FROM kept ORDER BY number")


def test_a_commit_waits_for_the_standby(binaries: Binaries) -> None:
    with Pair.made(binaries) as pair:
        pair.primary.execute("CREATE TABLE kept (number integer)")
        pair.standby.stop()

        with closing(pair.primary.connect()) as writer:
            writer.execute("BEGIN")
            writer.execute("INSERT INTO kept VALUES (1)")
            writer.pgconn.send_query(b"COMMIT")
            while [("SyncRep",)] != pair.primary.execute(
                f"SELECT wait_event FROM pg_stat_activity WHERE pid = {writer.info.backend_pid}"
            ):
                writer.pgconn.consume_input()
                assert writer.pgconn.is_busy(), "the commit was acknowledged"
