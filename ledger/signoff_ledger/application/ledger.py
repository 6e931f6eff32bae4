"""The ledger as a whole: one way to write, with command ids, roles, retries and refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cached_property
from hashlib import sha256
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from signoff_ledger.application.authorization import authorise
from signoff_ledger.application.checkpoints import DECIDING
from signoff_ledger.application.ports import LogEntry, StaleError
from signoff_ledger.application.signatures import CommandSignatures
from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.case import Case
from signoff_ledger.domain.decision import TreeHead
from signoff_ledger.domain.events.event import EventEnvelope, EventMetadata, make_envelope
from signoff_ledger.domain.events.person import PersonEnrolled, SignatureRefused
from signoff_ledger.domain.events.process import BatchOpened, CommandRefused
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.spelling import folded
from signoff_ledger.domain.text_checks import checked_key
from signoff_ledger.domain.values import Role, check_key
from signoff_ledger.errors import (
    Attempt,
    ConflictError,
    EvidenceError,
    IdentityError,
    InputError,
    NotFoundError,
    RuleRefusedError,
)
from signoff_ledger.integrity.canonical import canonical

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from signoff_ledger.application.checkpoints import Sealer
    from signoff_ledger.application.continuity import Continuity
    from signoff_ledger.application.ports import (
        A,
        Clock,
        IdSource,
        SigningMoment,
        StatementSigner,
        Store,
    )

FOUNDING = "init"
"""The one command that nobody can be authorised for, because it makes the first owner."""

_FIRST_YEAR = 1_000
"""Earlier years are spelt with fewer digits, which no line may hold."""

_TRIES = 100
"""How often a save is tried again behind somebody else's; each try means another one succeeded."""


class Call(NamedTuple):
    """How a command is given.

    Attributes:
        actor: Key of the person, as authenticated; None when nobody is named.
        command_id: The caller's own id, so that the command can be repeated safely.
        dry_run: Decide, show, and record nothing.
        signer: How the actor signs; None where they have said nothing about it.
    """

    actor: str | None
    command_id: str | None = None
    dry_run: bool = False
    signer: StatementSigner | None = None


class Receipt(NamedTuple):
    """What a command did.

    Attributes:
        command_id: The id it was given under.
        recorded: The events with their positions; empty when there was nothing to record.
        planned: The events a dry run would have recorded.
        repeated: True when the command had been recorded before and nothing was added.
        unsealed: Why the log was not sealed although it was due; "" where there is nothing to say.
    """

    command_id: str
    recorded: tuple[LogEntry, ...] = ()
    planned: tuple[EventEnvelope, ...] = ()
    repeated: bool = False
    unsealed: str = ""


class UnitOfWork:
    """One command's view of the ledger: what it loads, and the journal of what it emits.

    What it has looked at must not have moved when it is saved. A decision on a second batch rests
    on the first one, too, and writes nothing there.

    Attributes:
        store: Where it loads from.
        stamp: Who, when, under which command.
        is_signed: Whether events that call for a signature get one; False for a key that is lost.
        journal: What it has emitted.
        seen: The streams it has loaded, with the versions they had.
    """

    def __init__(
        self, store: Store, stamp: EventMetadata, moment: SigningMoment | None = None
    ) -> None:
        self.store = store
        self.stamp = stamp
        self.is_signed = True
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
                fix="make it up again with --statement-only, and sign that",
            )
        return TreeHead(root, size)

    def recorded_since(self, size: int) -> str:
        """Name what was recorded behind a tree of so many events, and by whom; five at most."""
        moved = list(self.store.read(size))
        named = ", ".join(f"#{m.position} by {m.entry.by}" for m in moved[:5])
        return f"recorded since: {named or 'nothing'}" + (" and more" if len(moved) > 5 else "")

    def rewrite_journal(self) -> None:
        """Write every line of the journal anew, once events in it have been given signatures."""
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
            raise NotFoundError(
                "SL201",
                f"there is no process {key}",
                why=_nearest(key, self.store.process_keys()),
                fix="signoff status  lists all;  signoff plan publish FILE  defines one",
            )
        # A sign-off that time alone has ended is ended for whatever is asked or done now (G26).
        process.lapse_by_gap(self.stamp)
        return process

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
            raise NotFoundError(
                "SL202",
                f"there is no batch {key}",
                why=_nearest(key, self._batch_keys()),
                fix="open it with  signoff open PROCESS --batch KEY;  signoff status  lists all",
            )
        return batch

    def person(self, key: str) -> Person:
        """Load a person; empty when nobody has that key."""
        return self._load(Person, key)

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

    def batches_beside(self, batch: Batch) -> list[Batch]:
        """Give the batches in which a unit of a batch must not stand.

        These are the earlier ones of its process, and all of processes that build the same design
        on the same tooling: serials are unique among them (G21).
        """
        process = self.process(batch.started.process)
        earlier = takewhile(lambda key: key != batch.key, process.batches)
        beside = [self.batch(key) for key in earlier]
        for other in self.other_processes(process):
            if process.shares_tooling(other) and process.shares_design(other):
                beside += [self.batch(key) for key in other.batches]
        return beside

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
        for recorded in self.store.read_type(PersonEnrolled.TOPIC):
            event = recorded.entry.event
            if not isinstance(event, PersonEnrolled):
                continue
            if folded(built_by) in {folded(event.person), folded(event.printed_name)}:
                ever |= self.store.load(Person, event.person, look=False).ever
        return builder_role_of(ever)

    def _batch_keys(self) -> list[str]:
        events = (recorded.entry.event for recorded in self.store.read_type(BatchOpened.TOPIC))
        return [event.batch for event in events if isinstance(event, BatchOpened)]

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


class Ledger:
    """A store, a clock and a source of ids; every command goes through `act`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        sealer: Sealer | None = None,
        continuity: Continuity | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.ids = ids
        self.sealer = sealer
        self.continuity = continuity

    def act(
        self,
        call: Call,
        command: str,
        content: Mapping[str, object],
        decide: Callable[[UnitOfWork], None],
    ) -> Receipt:
        """Give a command once, however often it is called with the same id.

        Args:
            call: By whom and under which id.
            command: Its name, a key of `authority.ROLES`.
            content: Everything that makes the command what it is, as canonical-safe data.
            decide: Loads what it needs from the work and emits events, or raises.

        Raises:
            ConflictError: The id was used for another content, or others always came first.
            IdentityError: The person is unknown or lacks the role.
            RuleRefusedError: The rules said no; where that is itself a fact, it is recorded.
        """
        actor = named_actor(call)
        command_id, cmd = self._identify(call, command, {**content, "actor": actor})
        signatures = CommandSignatures(call.signer, command, dry_run=call.dry_run)
        for tried in range(_TRIES):
            # Under an id that was made just now, nothing can be recorded yet.
            known = self.store.of_command(command_id) if call.command_id or tried else []
            if known:
                receipt = _answer_again(known, command_id, cmd)
                self._remember(receipt)
                return receipt
            work = self.work(actor, cmd, signatures.moment)
            signatures.begin(work)
            if command != FOUNDING:
                self._admit(work, command)
            try:
                decide(work)
                if work.is_signed and command != FOUNDING:
                    signatures.sign()
                if call.dry_run:
                    return Receipt(command_id, planned=tuple(work.journal))
                return self._save(work, command_id) if work.journal else Receipt(command_id)
            except (RuleRefusedError, IdentityError) as error:
                if error.attempt is None or call.dry_run:
                    raise
                if self._recorded_refusal(work.stamp, error, error.attempt, command_id):
                    raise
            except StaleError:
                continue
        raise ConflictError(
            "SL601",
            f"{command} was not recorded",
            why=f"somebody else recorded first, {_TRIES} times in a row",
            fix="give the command again",
        )

    def work(
        self, actor: str = "", cmd: str = "", moment: SigningMoment | None = None
    ) -> UnitOfWork:
        """Begin a view of the ledger, for a command or for reading."""
        return UnitOfWork(self.store, EventMetadata(self._now(), actor, cmd), moment)

    def _admit(self, work: UnitOfWork, command: str) -> None:
        if self.continuity:
            self.continuity.check()
        authorise(work.person(work.stamp.by), command)
        if self.sealer and command in DECIDING:
            # Before anybody signs, and before a refusal is recorded in the wrong log.
            self.sealer.check()

    def _now(self) -> datetime:
        now = self.clock.now()
        if now.tzinfo is None or now.year < _FIRST_YEAR:
            raise InputError(
                "SL110",
                f"the ledger's clock says {now.isoformat()}",
                why="it must be aware of its offset from UTC, and in a year of four digits",
                fix="nothing was recorded; set this machine's clock",
            )
        return now

    def _identify(self, call: Call, command: str, content: Mapping[str, object]) -> tuple[str, str]:
        command_id = call.command_id or self.ids.new()
        try:
            check_key(command_id)
        except ValueError as error:
            raise InputError(
                "SL106",
                f"the command id {command_id[:80]!r} {error}",
                fix="leave --command-id out, or give one such as order-4711",
            ) from None
        try:
            line = canonical({"command": command, "content": dict(content)})
        except EvidenceError as error:
            raise InputError(
                "SL105", f"the command {command!r} cannot be recorded", why=error.why
            ) from None
        return command_id, f"{command_id}#{sha256(line).hexdigest()[:16]}"

    def _save(self, work: UnitOfWork, command_id: str) -> Receipt:
        entries = tuple(work.journal)
        if self.sealer and self.sealer.has_decision(entries):
            self.sealer.check()
        recorded = tuple(map(LogEntry, self.store.save(entries, command_id, work.seen), entries))
        unsealed = self.sealer.after(recorded, work.stamp.at) if self.sealer else ""
        receipt = Receipt(command_id, recorded=recorded, unsealed=unsealed)
        self._remember(receipt)
        return receipt

    def _remember(self, receipt: Receipt) -> None:
        """Remember, outside the ledger, what is about to be acknowledged."""
        if self.continuity:
            self.continuity.remember(receipt.recorded[-1].position)

    def _recorded_refusal(
        self,
        stamp: EventMetadata,
        error: RuleRefusedError | IdentityError,
        attempt: Attempt,
        command_id: str,
    ) -> bool:
        """Record a refusal on a fresh view, so that nothing half-decided goes with it (G13)."""
        work = UnitOfWork(self.store, stamp)
        if isinstance(error, IdentityError):
            refused = SignatureRefused(
                code=error.code, command=attempt.command, what=error.what, why=error.why
            )
            work.person(stamp.by).refused_signature(stamp, refused)
        else:
            work.process(attempt.process).lapse_by_gap(stamp)
            work.process(attempt.process).refuse(stamp, error, attempt)
        try:
            receipt = self._save(work, command_id)
        except StaleError:
            return False
        error.position = receipt.recorded[-1].position
        return True


def builder_role_of(roles: set[Role]) -> Role | None:
    """Give the role, of those a person ever had, that makes a builder no operator (G23)."""
    return next((role for role in (Role.ENGINEER, Role.APPROVER) if role in roles), None)


def _nearest(key: str, keys: list[str]) -> str:
    near = get_close_matches(key, keys, 1)
    return f"did you mean {near[0]}?" if near else ""


def named_actor(call: Call) -> str:
    """Give the actor's key.

    Raises:
        IdentityError: Nobody is named.
    """
    if not call.actor:
        raise IdentityError(
            "SL401",
            "nobody is named as the one who acts",
            fix="say who you are with --as PERSON or SIGNOFF_ACTOR",
        )
    return call.actor


def _answer_again(known: list[LogEntry], command_id: str, cmd: str) -> Receipt:
    """Answer a repeated command as it was answered the first time, refusals included."""
    if any(recorded.entry.cmd != cmd for recorded in known):
        raise ConflictError(
            "SL602",
            f"the command id {command_id} was used for something else",
            why=f"it is recorded at position {known[0].position} with other content",
            fix="use a new id for a new command",
        )
    refused = known[-1].entry.event
    if isinstance(refused, SignatureRefused):
        raise IdentityError(
            refused.code,
            refused.what,
            why=refused.why,
            fix=f"this command was refused before, at position {known[-1].position}",
        )
    if isinstance(refused, CommandRefused):
        _refuse_again(refused, known[-1].position)
    return Receipt(command_id, recorded=tuple(known), repeated=True)


def _refuse_again(refused: CommandRefused, position: int) -> NoReturn:
    findings = [(rule.rule, rule.says) for rule in refused.rules]
    error = RuleRefusedError(
        refused.code,
        refused.what,
        why="; ".join(f"{rule}: {says}" for rule, says in findings),
        fix=f"this command was refused before, at position {position}",
        attempt=Attempt("", refused.command, refused.subject, findings),
    )
    error.position = position
    raise error
