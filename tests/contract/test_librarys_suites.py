"""The event store library's own recorder suites, on every store."""

import tempfile
import threading
import unittest
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from signoff_ledger.persistence.event_store.recorder import LineRecorder
from signoff_ledger.persistence.store_factory import create_store
from tests.contract import library
from tests.contract.conftest import past, vacant
from tests.servers.fixtures import Servers, versions

ONLY_SPEED = "prints a speed and asserts nothing"


class OwnLedger(unittest.TestCase):
    """Gives each of the library's tests an empty ledger of its own, in a file.

    Attributes:
        kind: The store, as `vacant` knows it.
        servers: Where databases are made; None where none are needed.
    """

    kind = "sqlite"
    servers: Any = None

    def create_recorder(self) -> LineRecorder:
        """Make an empty ledger, to be closed when the test is done."""
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        address = self.enterContext(vacant(self.kind, folder, self.servers))
        store = self.enterContext(closing(create_store(address)))
        self.take_anything(address)
        self.addCleanup(join_new_threads, set(threading.enumerate()))
        return store.recorder

    def take_anything(self, address: str) -> None:
        """Let the ledger take states that are no lines, as the library's tests have them."""


@pytest.mark.usefixtures("with_servers")
class OwnDatabase(OwnLedger):
    """The same in the preferred PostgreSQL."""

    kind = versions()[0]

    @pytest.fixture
    def with_servers(self, servers: Servers) -> None:
        """Let the library's tests have a server."""
        type(self).servers = servers

    def take_anything(self, address: str) -> None:
        """Put the trigger that demands lines out of action; the one for order stays."""
        past(address)("ALTER TABLE signoff.events DISABLE TRIGGER events_are_lines")


def join_new_threads(before: set[threading.Thread]) -> None:
    """Wait for what a test started: the library's readers stop a moment after their test has.

    A file that is closed while a thread still reads from it takes the whole process down.
    """
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=30)


class TestApplicationRecorderOnSqlite(OwnLedger, library.ApplicationRecorderTestCase[LineRecorder]):
    """Inserting, selecting, and ten threads that write at once."""

    @unittest.skip(ONLY_SPEED)
    def test_performance(self) -> None: ...


class TestApplicationRecorderOnPostgres(
    OwnDatabase, library.ApplicationRecorderTestCase[LineRecorder]
):
    """Inserting, selecting, and ten threads that write at once."""

    @unittest.skip(ONLY_SPEED)
    def test_performance(self) -> None: ...


class TestNonInterleavingOnSqlite(OwnLedger, library.NonInterleavingNotificationIDsBaseCase):
    """Two long saves at once never mix."""


class TestNonInterleavingOnPostgres(OwnDatabase, library.NonInterleavingNotificationIDsBaseCase):
    """Two long saves at once never mix."""
