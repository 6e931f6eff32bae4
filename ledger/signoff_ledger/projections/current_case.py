"""A process with its batches as they stand now, each batch loaded when it is first needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.case import Case
from signoff_ledger.domain.process import Process

if TYPE_CHECKING:
    from signoff_ledger.persistence.store import LedgerStore


class _Batches(Mapping[str, Batch]):
    """The batches of a process: recording a unit touches one, and only that one is loaded."""

    def __init__(self, store: LedgerStore, keys: list[str]) -> None:
        self._store = store
        self._keys = keys
        self._loaded: dict[str, Batch] = {}

    def __getitem__(self, key: str) -> Batch:
        if key not in self._loaded:
            if key not in self._keys:
                raise KeyError(key)
            # The log was looked at for the process.
            self._loaded[key] = self._store.load(Batch, key, look=False)
        return self._loaded[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def current_case(store: LedgerStore, process: str) -> Case:
    """Load a process with its batches; the latest is in question, as in `Case.of`."""
    loaded = store.load(Process, process)
    return Case(loaded, _Batches(store, [*loaded.batches]), loaded.latest_batch)
