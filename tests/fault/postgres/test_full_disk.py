"""A disk without room under a server: nothing is acknowledged that is not there afterwards."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count

import psycopg
import pytest

from signoff_ledger.application.ledger import Ledger
from signoff_ledger.errors import Advice, StoreError
from tests.fault.postgres.crew import Job, crew
from tests.fault.postgres.holding import assert_all_there_once
from tests.fault.postgres.ledgers import begun, check_database, give, held_together
from tests.fault.small_disk import SmallDisk, small_disk
from tests.servers.account import Account
from tests.servers.binaries import Binaries
from tests.servers.postgres import Server

SIZE_MIB = 96
NAMES = ("w0", "w1")

WRITE_AHEAD = "SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1000000))"
"""Takes room in the write-ahead log alone."""

Full = Callable[[Binaries], AbstractContextManager[tuple[Server, SmallDisk]]]


@contextmanager
def cramped(binaries: Binaries) -> Iterator[tuple[Server, SmallDisk]]:
    """Give a server whose files are all on a small disk."""
    with small_disk(SIZE_MIB, Account.unprivileged()) as disk, Server(binaries) as server:
        server.data = disk.folder / "data"
        server.initialise()
        server.start()
        yield server, disk


@contextmanager
def cramped_log(binaries: Binaries) -> Iterator[tuple[Server, SmallDisk]]:
    """Give a server whose write-ahead log alone is on a small disk, as `initdb -X` puts it."""
    with small_disk(SIZE_MIB, Account.unprivileged()) as disk, Server(binaries) as server:
        server.initialise()
        log = server.data / "pg_wal"
        subprocess.run(["cp", "-a", log, disk.folder / "wal"], check=True)
        shutil.rmtree(log)
        log.symlink_to(disk.folder / "wal")
        server.start()
        yield server, disk


@pytest.mark.slow
def test_on_a_full_disk_nothing_is_recorded_and_the_ledger_goes_on_when_there_is_room(
    binaries: Binaries,
) -> None:
    with cramped(binaries) as (server, disk):
        url = server.url(server.create_database())
        with begun(url, ["w0"]) as ledger:
            disk.fill()
            number, error = first_refused(ledger.ledger)
            size = check_database(url)
            disk.free()
            (recorded,) = give(ledger.ledger, "w0", number).recorded

        assert "SL703" == error.code
        assert "No space left on device" in error.why
        assert Advice("free-disk-and-record") == error.advice
        assert size + 1 == recorded.position
        held_together(url)


@pytest.mark.slow
@pytest.mark.parametrize("full", [cramped, cramped_log], ids=["everything", "pg_wal alone"])
def test_workers_outlast_a_disk_that_fills_up_until_the_server_panics(
    binaries: Binaries, full: Full
) -> None:
    """Where the write-ahead log has no room, the server ends every connection, or itself."""
    with full(binaries) as (server, disk):
        url = server.url(server.create_database())
        begun(url, NAMES).close()
        with crew(*(Job("insist", name, url) for name in NAMES)) as workers:
            workers.wait_until_ready()
            workers.wait_for_more(10)
            disk.fill()
            with pytest.raises(psycopg.OperationalError):
                fill_the_log(server)
            disk.free()
            if server.ended(1):
                server.start()
            workers.wait_for_more(10)
            report = workers.stop()

        assert "PANIC" in server.logs()
        assert {"SL703", "SL707"} >= set(report.refused)
        assert_all_there_once(url, report)


def first_refused(ledger: Ledger) -> tuple[int, StoreError]:
    """Give commands until one is refused."""
    for number in count(1):
        try:
            give(ledger, "w0", number)
        except StoreError as error:
            return number, error
    raise AssertionError


def fill_the_log(server: Server) -> None:
    """Write into the write-ahead log until that fails."""
    with server.connect() as connection:
        while True:
            connection.execute(WRITE_AHEAD)
