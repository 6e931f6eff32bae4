"""The case a decision is taken on: a process, all its batches, the one in question, the signer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.values import Role
from signoff_ledger.domain.verdict import EventRef
from signoff_ledger.unknown_names import no_such_batch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.person import Person
    from signoff_ledger.domain.tally import Tally


class Signer(NamedTuple):
    """Deciding person, with the roles and the name of that moment."""

    person: str
    printed_name: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class Case:
    """Everything the gate looks at, and nothing else."""

    process: Process  #: The process as of the decision.
    #: Every batch of the process by key, in the order they were opened.
    batches: Mapping[str, Batch]
    batch_key: str | None  #: The batch the decision is about; None when there is none.
    signer: Signer | None = None  #: Who signs; None when no signer is named yet.
    bar_instead: Bar | None = None  #: Another bar to judge under, for what-if questions only.

    @classmethod
    def of(cls, process: Process, batches: Iterable[Batch], signer: Person | None = None) -> Case:
        """Make the case on the latest batch, those that were closed empty left out (G25).

        Args:
            process: The process.
            batches: Every batch of it that was opened, in any order.
            signer: Who signs, as of the same moment.
        """
        ordered = sorted(batches, key=lambda batch: batch.started.attempt)
        who = Signer(signer.key, signer.printed_name, frozenset(signer.roles)) if signer else None
        latest = next((b.key for b in reversed(ordered) if not b.is_empty), None)
        return cls(process, {b.key: b for b in ordered}, latest, who)

    def on(self, batch: str) -> Case:
        """Make the same case on a given batch.

        Raises:
            NotFoundError: SL202, it is not one of the process.
        """
        if batch not in self.batches:
            raise no_such_batch(self.process.key, batch, self.batches)
        return replace(self, batch_key=batch)

    @cached_property
    def batch(self) -> Batch | None:
        """The batch the decision is about."""
        return self.batches.get(self.batch_key) if self.batch_key else None

    @property
    def bar(self) -> Bar | None:
        """The bar in force for the batch."""
        return self.bar_instead or (self.batch.bar if self.batch else None)

    @cached_property
    def tally(self) -> Tally | None:
        """The batch, counted under its bar."""
        if self.batch is None or self.bar is None:
            return None
        return self.batch.tally(self.bar)

    @cached_property
    def earlier(self) -> tuple[Batch, ...]:
        """The batches opened before the one in question that saw results (G25)."""
        keys = list(self.batches)
        end = keys.index(self.batch_key) if self.batch_key in keys else len(keys)
        return tuple(self.batches[key] for key in keys[:end] if not self.batches[key].is_empty)

    @cached_property
    def earlier_of_design(self) -> tuple[Batch, ...]:
        """Those of them that were opened under the design now in force."""
        process = self.process
        return tuple(
            b for b in self.earlier if b.units and process.is_of_design(process.batches[b.key])
        )

    def in_process(self, *versions: int) -> tuple[EventRef, ...]:
        """Refer to events of the process."""
        return tuple(EventRef(stream="process", version=v) for v in versions)

    def in_batch(self, *versions: int) -> tuple[EventRef, ...]:
        """Refer to events of the batch in question."""
        return tuple(EventRef(stream=f"batch {self.batch_key}", version=v) for v in versions)
