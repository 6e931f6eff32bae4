"""One command's view of the ledger: what it loads, and the journal of what it emits."""

from __future__ import annotations

from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.case import Case
from signoff_ledger.domain.decision import TreeHead
from signoff_ledger.domain.events.event import EventEnvelope, EventMetadata, make_envelope
from signoff_ledger.domain.events.person import PersonEnrolled
from signoff_ledger.domain.events.process import BatchOpened
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.spelling import folded
from signoff_ledger.domain.text_checks import checked_key
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import Advice, ConflictError
from signoff_ledger.unknown_names import (
    not_one_process,
    unknown_batch,
    unknown_person,
    unknown_process,
)

if TYPE_CHECKING:
    from uuid import UUID

    from signoff_ledger.custody.statement_signers import SigningMoment
    from signoff_ledger.domain.aggregate import A
    from signoff_ledger.persistence.store import LedgerStore


class UnitOfWork:
    """One command's view of the ledger: what it loads, and the journal of what it emits.

    What it has looked at must not have moved when it is saved. A decision on a second batch rests
    on the first one, too, and writes nothing there.

    Attributes:
        store: Where it loads from.
        stamp: Who, when, under which command.
        dry_run: Whether nothing will be recorded; results are not judged then (G16).
        journal: What it has emitted.
        seen: The streams it has loaded, with the versions they had.
    """

    def __init__(
        self,
        store: LedgerStore,
        stamp: EventMetadata,
        moment: SigningMoment | None = None,
        *,
        dry_run: bool = False,
    ) -> None:
        self.store = store
        self.stamp = stamp
        self.dry_run = dry_run
        self.journal: list[EventEnvelope] = []
        self._moment = moment
        self._loaded: dict[tuple[str, str], Aggregate] = {}
        self._builders: dict[str, Role | None] = {}
        self._heads: dict[UUID, bytes | None] = {}
        self.seen: dict[UUID, int] = {}

    @cached_property
    def reviewed(self) -> TreeHead:
        """The tree that the person who decides could review.

        Raises:
            ConflictError: SL603, a statement made up before names a tree that this log is not.
        """
        if self._moment is None:
            size = self.store.size()
            return TreeHead(self.store.root(size).hex(), size)
        size, root = self._moment.size, self._moment.root
        if not 0 < size <= self.store.size() or self.store.root(size).hex() != root:
            raise ConflictError(
                "SL603",
                "the statement was not made up in this ledger",
                why=f"its tree of {size} events is not the beginning of this log",
                advice=Advice("renew-statement"),
            )
        return TreeHead(root, size)

    def recorded_since(self, size: int) -> str:
        """Name what was recorded behind a tree of so many events, and by whom; five at most."""
        moved = list(self.store.read(size))
        named = ", ".join(f"#{m.position} by {m.entry.by}" for m in moved[:5])
        return f"recorded since: {named or 'nothing'}" + (" and more" if len(moved) > 5 else "")

    def rewrite_journal(self) -> None:
        """Write every line of the journal again, once events in it have been given signatures."""
        heads = dict(self._heads)
        for place, old in enumerate(self.journal):
            stamp = EventMetadata(old.at, old.by, old.cmd)
            prev = heads[old.stream]
            new = make_envelope(old.event, stamp, stream=old.stream, version=old.version, prev=prev)
            self.journal[place], heads[old.stream] = new, new.line

    def process(self, key: str) -> Process:
        """Load a process; empty when there is none by that key."""
        return self._load(Process, key)

    def known_process(self, key: str) -> Process:
        """Load a process that must exist.

        Raises:
            NotFoundError: There is none by that key.
        """
        process = self.process(key)
        if not process.exists:
            raise unknown_process(key, self.store.process_keys())
        # A sign-off that time alone has ended is ended for whatever is asked or done now (G26).
        process.lapse_by_gap(self.stamp)
        return process

    def process_named(self, key: str | None) -> str:
        """Give the key of the process meant: the one named, or the only one there is.

        Raises:
            NotFoundError: None is named and there is not exactly one, or there is none by that key.
        """
        if key is not None:
            self.known_process(key)
            return key
        keys = self.store.process_keys()
        if len(keys) == 1:
            return keys[0]
        raise not_one_process(keys)

    def batch(self, key: str) -> Batch:
        """Load a batch; empty when there is none by that key."""
        return self._load(Batch, key)

    def known_batch(self, key: str) -> Batch:
        """Load a batch that must exist.

        Raises:
            NotFoundError: There is none by that key.
        """
        batch = self.batch(key)
        if not batch.exists:
            raise unknown_batch(key, self._batch_keys())
        return batch

    def person(self, key: str) -> Person:
        """Load a person; empty when no person has that key."""
        return self._load(Person, key)

    def known_person(self, key: str) -> Person:
        """Load a person who must be enrolled.

        Raises:
            NotFoundError: No person is enrolled under that key.
        """
        person = self.person(key)
        if not person.exists:
            raise unknown_person(key)
        return person

    def people(self) -> list[Person]:
        """Load every enrolled person, in order of enrolment."""
        return [self.person(event.person) for event in self.store.events_of(PersonEnrolled)]

    def owners(self) -> list[str]:
        """Name the present owners."""
        return [person.key for person in self.people() if Role.OWNER in person.roles]

    def founding(self) -> LedgerStream:
        """Load the ledger's own stream."""
        return self._load(LedgerStream, "ledger")

    def case(self, process: str, batch: str | None = None, signer: Person | None = None) -> Case:
        """Load a process with all its batches; the latest is in question unless one is named.

        Raises:
            NotFoundError: No such process, or the batch is not one of its.
        """
        checked_key("the batch's key", batch)
        loaded = self.known_process(process)
        case = Case.of(loaded, map(self.batch, loaded.batches), signer)
        return case if batch is None else case.on(batch)

    def batches_to_compare(self, batch: Batch) -> list[Batch]:
        """Give the batches in which a unit of a batch must not stand.

        These are the earlier ones of its process, and all of processes that build the same design
        on the same tooling: serials are unique among them (G21).
        """
        process = self.process(batch.started.process)
        earlier = takewhile(lambda key: key != batch.key, process.batches)
        compared = [self.batch(key) for key in earlier]
        for other in self.other_processes(process):
            if process.shares_tooling(other) and process.shares_design(other):
                compared += [self.batch(key) for key in other.batches]
        return compared

    def other_processes(self, process: Process) -> list[Process]:
        """Give every other process; they are only looked at, so a save may come behind them."""
        keys = (key for key in self.store.process_keys() if key != process.key)
        return [self.store.load(Process, key, look=False) for key in keys]

    def builder_role(self, built_by: str | None) -> Role | None:
        """Say whether the ledger knows a builder as an engineer or an approver (G23).

        Args:
            built_by: The builder as stated: a person's key or printed name, whatever its case.
        """
        if built_by is None:
            return None
        if built_by not in self._builders:
            self._builders[built_by] = self._look_up_builder(built_by)
        return self._builders[built_by]

    def _look_up_builder(self, built_by: str) -> Role | None:
        ever: set[Role] = set()
        for event in self.store.events_of(PersonEnrolled):
            if folded(built_by) in {folded(event.person), folded(event.printed_name)}:
                ever |= self.store.load(Person, event.person, look=False).ever
        return builder_role_of(ever)

    def _batch_keys(self) -> list[str]:
        return [event.batch for event in self.store.events_of(BatchOpened)]

    def _load(self, kind: type[A], key: str) -> A:
        loaded = self._loaded.get((kind.KIND, key))
        if isinstance(loaded, kind):
            return loaded
        # Nothing is ever made under another key, and a message may then repeat it as it is.
        checked_key(f"the {kind.KIND}'s key", key)
        # A command sees the log as of one moment; that it still holds is checked at its save.
        found = self.store.load(kind, key, look=not self._loaded)
        found.journal = self.journal
        self.seen[found.id], self._heads[found.id] = found.version, found.head
        self._loaded[(kind.KIND, key)] = found
        return found


def builder_role_of(roles: set[Role]) -> Role | None:
    """Give the role, of those a person ever had, that makes a builder no operator (G23)."""
    return next((role for role in (Role.ENGINEER, Role.APPROVER) if role in roles), None)
