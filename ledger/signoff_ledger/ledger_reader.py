"""Opening a ledger to read its views, without the write side wherever the views are current.

Where they are not, after a crash or with another release, the ledger is opened whole: its views are
brought up to date, or built in memory where nothing may be written, and answer the same.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self

from signoff_ledger.errors import SignoffError
from signoff_ledger.persistence.address import is_url
from signoff_ledger.persistence.sqlite.reader import SqliteReader
from signoff_ledger.projections.view_positions import at_end, view_positions
from signoff_ledger.queries.reader import ViewReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signoff_ledger.bootstrap import OpenLedger
    from signoff_ledger.queries.reader import Reader


class LedgerReader:
    """A ledger whose views can be asked, from any thread; close it, or use a `with` statement.

    Args:
        address: A file's path, or a `postgresql://` URL.
        opened: Opens the whole ledger, where its views are not current.
    """

    def __init__(self, address: str | Path, opened: Callable[[], OpenLedger]) -> None:
        self._address = address
        self._open_whole = opened
        self._lock = Lock()
        self._tables: SqliteReader | None = None
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
            # The obstacle is found again, and reported, where the whole ledger is opened.
            with suppress(SignoffError):
                reader = self._current(stack)
            yield reader or self._opened().views

    def _current(self, stack: ExitStack) -> Reader | None:
        """Give the views as they stand in the database; None where they are not current."""
        tables = self._reader()
        if tables is None:
            return None
        moment = stack.enter_context(tables.moment())
        return ViewReader(moment) if view_positions(moment) == at_end(moment.size()) else None

    def _reader(self) -> SqliteReader | None:
        with self._lock:
            if self._tables is None and not is_url(self._address):
                self._tables = SqliteReader(Path(self._address))
            return self._tables

    def _opened(self) -> OpenLedger:
        with self._lock:
            if self._whole is None:
                self._whole = self._open_whole()
            return self._whole


def open_reader(
    address: str | Path, opened: Callable[[], OpenLedger] | None = None
) -> LedgerReader:
    """Open a ledger to read its views.

    Args:
        address: A file's path, or a `postgresql://` URL.
        opened: Opens the whole ledger, where its views are not current; `open_ledger` by default.
    """

    def whole() -> OpenLedger:
        from signoff_ledger.bootstrap import open_ledger  # noqa: PLC0415  # loads the write side

        return open_ledger(address)

    return LedgerReader(address, opened or whole)
