"""The ledger as a whole: one way to write, with command ids, roles, retries and refusals."""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from signoff_ledger.application.authorization import authorise
from signoff_ledger.application.checkpoints import DECIDING
from signoff_ledger.application.signatures import CommandSignatures
from signoff_ledger.application.turns import turn_at
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.events.event import EventEnvelope, EventMetadata, LogEntry
from signoff_ledger.domain.events.person import SignatureRefused
from signoff_ledger.domain.events.process import CommandRefused
from signoff_ledger.domain.values import check_key
from signoff_ledger.errors import (
    Advice,
    Attempt,
    ConflictError,
    EvidenceError,
    IdentityError,
    InputError,
    RecordedError,
    RuleRefusedError,
    SignoffError,
)
from signoff_ledger.integrity.canonical import canonical
from signoff_ledger.persistence.store_errors import StaleError
from signoff_ledger.unknown_names import no_actor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from signoff_ledger.application.checkpoints import Sealer
    from signoff_ledger.application.commands.command import Command
    from signoff_ledger.application.continuity import Continuity
    from signoff_ledger.application.ports import Clock, IdSource
    from signoff_ledger.custody.statement_signers import SigningMoment, StatementSigner
    from signoff_ledger.persistence.store import LedgerStore

_FIRST_YEAR = 1_000
"""Earlier years are spelt with fewer digits, which no line may hold."""

_TRIES = 100
"""Limit of retries behind saves of other commands; before each retry another save succeeded."""


class Call(NamedTuple):
    """Circumstances of a command."""

    actor: str | None  #: Key of the person, as authenticated; None when no person is named.
    #: The caller's own id, so that the command can be repeated safely.
    command_id: str | None = None
    dry_run: bool = False  #: Decide, show, and record nothing.
    #: How the actor signs; None where they have said nothing about it.
    signer: StatementSigner | None = None


class Receipt(NamedTuple):
    """What a command did."""

    command_id: str  #: The id it was given under.
    #: The events with their positions; empty when there was nothing to record.
    recorded: tuple[LogEntry, ...] = ()
    planned: tuple[EventEnvelope, ...] = ()  #: The events a dry run would have recorded.
    repeated: bool = False  #: True when the command had been recorded before and nothing was added.
    #: Why the log was not sealed although it was due; "" where there is nothing to say.
    unsealed: str = ""
    #: What the command gives apart from its events, such as the totals of an import; None where it
    #: was recorded before.
    result: Any = None


class Ledger:
    """A store, a clock and a source of ids; every command goes through `execute`."""

    def __init__(
        self,
        store: LedgerStore,
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
        self._turn = turn_at(store.address)

    def execute(self, command: Command, call: Call) -> Receipt:
        """Give a command once, however often it is called with the same id.

        Threads of one process take turns at deciding and saving: they would otherwise race, and
        all but one would decide again. No turn is held while a person signs.

        Args:
            command: What is asked for.
            call: By whom and under which id.

        Raises:
            ConflictError: The id was used for another content, or others always came first.
            IdentityError: The person is unknown or lacks the role.
            RuleRefusedError: The rules said no; where that is itself a fact, it is recorded.
        """
        command_id, cmd = self._identify(command, call)
        signatures = CommandSignatures(call.signer, command, dry_run=call.dry_run)
        for tried in range(_TRIES):
            # Under an id that was made just now, nothing can be recorded yet.
            known = self.store.of_command(command_id) if call.command_id or tried else []
            if known:
                receipt = _answer_again(known, command_id, cmd)
                self._remember(receipt)
                return receipt
            try:
                return self._attempt(command, call, (command_id, cmd), signatures)
            except StaleError:
                continue
        raise ConflictError(
            "SL601",
            f"{command.NAME} was not recorded",
            why=f"another command was recorded first, {_TRIES} times in a row",
            advice=Advice("repeat-command"),
        )

    def _attempt(
        self,
        command: Command,
        call: Call,
        ids: tuple[str, str],
        signatures: CommandSignatures,
    ) -> Receipt:
        """Decide and save, with the person's signatures put in between; one try."""
        with self._turn:
            stamp = EventMetadata(self._now(), named_actor(call), ids[1])
            work = UnitOfWork(self.store, stamp, signatures.moment, dry_run=call.dry_run)
            signatures.begin(work)
            if command.ROLES is not None:
                self._admit(work, command)
            with self._refusals_recorded(work, call, ids[0]):
                result = self._decide(command, work, call)
                if not signatures.prepare():
                    signatures.put_in()
                    return self._save(work, ids[0], result)
        signatures.ask()
        with self._turn, self._refusals_recorded(work, call, ids[0]):
            signatures.put_in()
            return self._save(work, ids[0], result)

    def work(
        self, actor: str = "", cmd: str = "", moment: SigningMoment | None = None
    ) -> UnitOfWork:
        """Begin a view of the ledger, for a command or for reading."""
        return UnitOfWork(self.store, EventMetadata(self._now(), actor, cmd), moment)

    def _admit(self, work: UnitOfWork, command: Command) -> None:
        if self.continuity:
            self.continuity.check()
        authorise(work.person(work.stamp.by), command)
        if self.sealer and command.NAME in DECIDING:
            # Before a person signs, and before a refusal is recorded in the wrong log.
            self.sealer.check()

    def _now(self) -> datetime:
        now = self.clock.now()
        if now.tzinfo is None or now.year < _FIRST_YEAR:
            raise InputError(
                "SL110",
                f"the ledger's clock says {now.isoformat()}",
                why="it must be aware of its offset from UTC, and in a year of four digits",
                advice=Advice("set-clock"),
            )
        return now

    def _identify(self, command: Command, call: Call) -> tuple[str, str]:
        """Give the command's id, and the id with the digest of its content."""
        content = {"actor": named_actor(call), **command.content()}
        command_id = call.command_id or self.ids.new()
        try:
            check_key(command_id)
        except ValueError as error:
            raise InputError(
                "SL106",
                f"the command id {command_id[:80]!r} {error}",
                advice=Advice("choose-command-id"),
            ) from None
        try:
            line = canonical({"command": type(command).__name__, "content": content})
        except EvidenceError as error:
            raise InputError(
                "SL105", f"the command {command.NAME!r} cannot be recorded", why=error.why
            ) from None
        return command_id, f"{command_id}#{sha256(line).hexdigest()[:16]}"

    def _decide(self, command: Command, work: UnitOfWork, call: Call) -> object:
        """Let a command decide.

        Raises:
            StaleError: It was given twice at once, and the other one was recorded in between: what
                this one would be refused for, or has nothing to add to, is the other one's work.
        """
        try:
            result: object = command.decide(work)
        except SignoffError:
            self._check_is_first(call)
            raise
        if not work.journal:
            self._check_is_first(call)
        return result

    def _check_is_first(self, call: Call) -> None:
        if call.command_id and self.store.of_command(call.command_id):
            raise StaleError("the same command was recorded first")

    def _save(self, work: UnitOfWork, command_id: str, result: object = None) -> Receipt:
        entries = tuple(work.journal)
        if work.dry_run:
            return Receipt(command_id, planned=entries, result=result)
        if not entries:
            return Receipt(command_id, result=result)
        if self.sealer and self.sealer.has_decision(entries):
            self.sealer.check()
        recorded = tuple(map(LogEntry, self.store.save(entries, command_id, work.seen), entries))
        unsealed = self.sealer.after(recorded, work.stamp.at) if self.sealer else ""
        receipt = Receipt(command_id, recorded=recorded, unsealed=unsealed, result=result)
        self._remember(receipt)
        return receipt

    def _remember(self, receipt: Receipt) -> None:
        """Remember, outside the ledger, what is about to be acknowledged."""
        if self.continuity:
            self.continuity.remember(receipt.recorded[-1].position)

    @contextmanager
    def _refusals_recorded(self, work: UnitOfWork, call: Call, command_id: str) -> Iterator[None]:
        """Record a refusal on a fresh view, so that nothing half-decided goes with it (G13)."""
        try:
            yield
        except RecordedError as error:
            if error.attempt is None or call.dry_run:
                raise
            fresh, stamp = UnitOfWork(self.store, work.stamp), work.stamp
            if isinstance(error, IdentityError):
                refused = SignatureRefused(
                    code=error.code, command=error.attempt.command, what=error.what, why=error.why
                )
                fresh.person(stamp.by).emit(stamp, refused)
            else:
                process = fresh.process(error.attempt.process)
                process.lapse_by_gap(stamp)
                process.refuse(stamp, error, error.attempt)
            error.position = self._save(fresh, command_id).recorded[-1].position
            raise


def named_actor(call: Call) -> str:
    """Give the actor's key.

    Raises:
        IdentityError: No person is named.
    """
    if not call.actor:
        raise no_actor()
    return call.actor


def _answer_again(known: list[LogEntry], command_id: str, cmd: str) -> Receipt:
    """Answer a repeated command as it was answered the first time, refusals included."""
    if any(recorded.entry.cmd != cmd for recorded in known):
        raise ConflictError(
            "SL602",
            f"the command id {command_id} was used for something else",
            why=f"it is recorded at position {known[0].position} with other content",
            advice=Advice("use-new-command-id"),
        )
    refused = known[-1].entry.event
    if isinstance(refused, SignatureRefused):
        raise IdentityError(
            refused.code,
            refused.what,
            why=refused.why,
            advice=Advice("see-refusal", position=known[-1].position),
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
        advice=Advice("see-refusal", position=position),
        attempt=Attempt("", refused.command, refused.subject, findings),
    )
    error.position = position
    raise error
