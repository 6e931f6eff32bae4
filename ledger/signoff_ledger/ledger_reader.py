"""Opening a ledger to read its views, without the write side wherever the views are current.

Where they are not, after a crash or with another release, the ledger is opened whole: its views are
brought up to date, or built in memory where nothing may be written, and answer the same.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol, Self

from signoff_ledger.errors import SignoffError
from signoff_ledger.persistence.address import is_url
from signoff_ledger.projections.log_index import logged_key
from signoff_ledger.projections.tables import TABLES
from signoff_ledger.projections.view_positions import Tables, at_end, view_positions
from signoff_ledger.queries.reader import ViewReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from signoff_ledger.bootstrap import OpenLedger
    from signoff_ledger.custody.key_store import Vault
    from signoff_ledger.queries.reader import Reader


class Moment(Tables, Protocol):
    """The tables of views in a ledger's database, as of one moment."""

    @property
    def server(self) -> tuple[str, int] | None:
        """The identifier and timeline of a server that takes events; None where there is none."""
        ...

    def size(self) -> int:
        """Give the number of events in the log."""
        ...


class TableReader(Protocol):
    """Reads the database of a ledger, from any thread, and nothing but tables of views."""

    def moment(self) -> AbstractContextManager[Moment]:
        """Read everything within as of one moment.

        Raises:
            SignoffError: It cannot be read, or not without the whole ledger.
        """
        ...

    def close(self) -> None:
        """Close every connection over which no question is under way."""
        ...


class LedgerReader:
    """A ledger whose views can be asked, from any thread; close it, or use a `with` statement.

    Args:
        address: A file's path, or a `postgresql://` URL.
        opened: Opens the whole ledger, where its views are not current.
        custody: Gives what this machine remembers of servers; None where it remembers nothing.
    """

    def __init__(
        self,
        address: str | Path,
        opened: Callable[[], OpenLedger],
        custody: Callable[[], Vault] | None = None,
    ) -> None:
        self._address = address
        self._open_whole = opened
        self._custody = custody
        self._lock = Lock()
        self._tables: TableReader | None = None
        self._whole: OpenLedger | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the ledger."""
        with self._lock:
            for each in (self._tables, self._whole):
                if each is not None:
                    each.close()

    @contextmanager
    def views(self) -> Iterator[Reader]:
        """Give the views at the log's end, for one question.

        Raises:
            NotFoundError: There is no ledger.
            StoreError: It is not a ledger, or not one that this program can read.
        """
        with ExitStack() as stack:
            reader: Reader | None = None
            # The obstacle, a missing driver included, is found again and reported where the whole
            # ledger is opened.
            with suppress(SignoffError, ImportError):
                reader = self._current(stack)
            if reader is None:
                # A server may have no second connection to spare.
                stack.close()
            yield reader or self._opened().views

    def _current(self, stack: ExitStack) -> Reader | None:
        """Give the views as they stand in the database; None where they are not current."""
        moment = stack.enter_context(self._reader().moment())
        is_current = view_positions(moment) == at_end(moment.size())
        return ViewReader(moment) if is_current and not self._is_news(moment) else None

    def _is_news(self, moment: Moment) -> bool:
        """Say whether a server took over since this machine last looked.

        Opening the whole ledger notes it, so that nothing is recorded here on the old server,
        should that one come back.
        """
        if self._custody is None or moment.server is None:
            return False
        from signoff_ledger.persistence.server import Server  # noqa: PLC0415  # servers alone

        log_key = logged_key(moment)
        last = self._custody().acknowledged(log_key) if log_key else None
        return last is not None and Server(*moment.server).is_newer_than(last.server)

    def _reader(self) -> TableReader:
        with self._lock:
            if self._tables is None:
                self._tables = _reader_of(self._address)
            return self._tables

    def _opened(self) -> OpenLedger:
        with self._lock:
            if self._whole is None:
                if self._tables is not None:
                    self._tables.close()
                self._whole = self._open_whole()
            return self._whole


def open_reader(
    address: str | Path,
    opened: Callable[[], OpenLedger] | None = None,
    custody: Callable[[], Vault] | None = None,
) -> LedgerReader:
    """Open a ledger to read its views.

    Args:
        address: A file's path, or a `postgresql://` URL.
        opened: Opens the whole ledger, where its views are not current; `open_ledger` by default.
        custody: Gives what this machine remembers of servers, such as a `Vault`; asked only where
            the ledger has a server.
    """

    def whole() -> OpenLedger:
        from signoff_ledger.bootstrap import open_ledger  # noqa: PLC0415  # loads the write side

        return open_ledger(address)

    return LedgerReader(address, opened or whole, custody)


def _reader_of(address: str | Path) -> TableReader:
    """Give what reads an address, with the driver of its database and of no other."""
    if is_url(address):
        from signoff_ledger.persistence.postgres.reader import (  # noqa: PLC0415  # an extra of its own
            PostgresReader,
        )

        return PostgresReader(str(address), [table.name for table in TABLES])
    from signoff_ledger.persistence.sqlite.reader import SqliteReader  # noqa: PLC0415  # its driver

    return SqliteReader(Path(address))
