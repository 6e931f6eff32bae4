"""The ledgers that rounds write in: a new one each, or one that has grown before."""

from signoff_ledger.persistence.store import LedgerStore
from tests.bench import ledgers
from tests.bench.stores import Place, RawLog, RawTable

_COPIED_UP_TO = 20_000
"""Events; into a larger ledger the rounds write one behind the other, and add little to it."""


class Ground:
    """Gives a round the ledger it writes in, and takes the one of the round before away.

    Args:
        place: Where ledgers stand.
        grown: A ledger that each round shall find as it is; a new one for each if there is none.
        empty: Leave a new one without its first events.

    Attributes:
        events: About how many events a round finds.
        latest: The ledger of the last round.
    """

    def __init__(
        self, place: Place, grown: LedgerStore | None = None, *, empty: bool = False
    ) -> None:
        self._empty = empty
        self._place = place
        self._grown = grown
        self._passing: LedgerStore | None = None
        self._log: RawLog | RawTable | None = None
        self.events = grown.size() if grown else 0

    @property
    def store_name(self) -> str:
        """Where it stands."""
        return self._place.name

    @property
    def latest(self) -> LedgerStore:
        """The ledger of the last round."""
        found = self._passing or self._grown
        assert found is not None
        return found

    def raw_log(self) -> RawLog:
        """Give an empty raw log."""
        if self._log is not None:
            self._log.close()
        self._log = log = self._place.raw_log()
        return log

    def raw_table(self) -> RawTable:
        """Give an empty raw table."""
        if self._log is not None:
            self._log.close()
        self._log = table = self._place.raw_table()
        return table

    def __call__(self) -> LedgerStore:
        """Give the ledger of the next round."""
        if self._grown is not None and self.events > _COPIED_UP_TO:
            return self._grown
        if self._passing is not None:
            self._place.drop(self._passing)
        if self._grown is not None:
            self._passing = self._place.copy(self._grown)
        else:
            self._passing = self._place.begin()
            if not self._empty:
                ledgers.begun(self._passing)
        return self._passing

    def close(self) -> None:
        """Give the room of the last round back."""
        if self._log is not None:
            self._log.close()
        if self._passing is not None:
            self._place.drop(self._passing)
        self._log = self._passing = None
