"""Checking a whole log: what the lines, the tree, the seals and the signatures prove.

Works on lines, notes and hashes alone. What a decision means is not asked here; that the evidence
for it is complete, unaltered and signed by whom it says, is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from signoff_ledger.errors import Advice, EvidenceError
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint
from signoff_ledger.integrity.c2sp.cosignature import verified_cosignatures
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.command_ids import Command, CommandIds
from signoff_ledger.integrity.disowned_notes import HISTORY, SetAsides
from signoff_ledger.integrity.line import Chains, read_fields
from signoff_ledger.integrity.log_keys import LogKeys
from signoff_ledger.integrity.log_tree import SealedTree
from signoff_ledger.integrity.signatories import Signatories
from signoff_ledger.integrity.signing_time import LineTimes, duration
from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.integrity.tree.recomputation import RecomputedTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from signoff_ledger.integrity.c2sp.policy import Policy, PolicyWitness
    from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey

PROVED, FLAGGED, OPEN, FAILED = "proved", "flagged", "not proved", "FAILED"


class Check(NamedTuple):
    """One thing that was looked at."""

    name: str
    #: `proved`, `flagged` for something a reader should look at, `not proved`, `FAILED`.
    state: str
    says: str  #: What was found, or why it could not be.
    files: tuple[str, ...] = ()  #: Files that lie next to the evidence, where it is about those.
    advice: Advice | None = None  #: What a reader can bring so that more is proved.


class StoredRow(NamedTuple):
    """A line as its store or file gives it."""

    line: bytes
    #: Stream, version and type as the index of the line holds them; None in a file.
    columns: tuple[str, int, str] | None = None
    leaf: bytes | None = None  #: The leaf hash that the store keeps with the line; None in a file.
    #: The position that the store keeps with the line; None in a file, where the order says it.
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Trust:
    """What the reader brings along."""

    policy: Policy | None = None  #: Whom they believe; None leaves that open.
    since: bytes | None = None  #: An older checkpoint of their own, as a signed note.


class Examination:
    """One reading of a log from its first line to its last.

    Attributes:
        backwards: Positions of lines that are dated before the one recorded before them.
    """

    def __init__(self) -> None:
        self.tree = RecomputedTree()
        self.keys = LogKeys()
        self.chains = Chains()
        self._times = LineTimes()
        self.aside = SetAsides()
        self.commands = CommandIds()
        self.people = Signatories(lambda: self.keys.origin, self._times.reviewed)
        self.backwards: list[int] = []
        self._claims: list[tuple[int, int, str]] = []
        self._latest = ""
        self._indexed = False

    def read(
        self, rows: Iterable[StoredRow], commands: Iterable[Command] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Take every line; gives it on as parsed.

        Args:
            rows: The lines in order.
            commands: What a store keeps about their commands, in the order of their first
                positions; None where only lines are.

        Raises:
            EvidenceError: With the position of the first line that does not hold.
        """
        self.commands = CommandIds(commands)
        for position, row in enumerate(rows, 1):
            try:
                yield self._take(row, position)
            except EvidenceError as error:
                error.position = error.position or position
                raise

    def _take(self, row: StoredRow, position: int) -> dict[str, Any]:
        fields = read_fields(row.line)
        leaf = leaf_hash(row.line)
        if row.columns is not None:
            self._indexed = True
            self._hold_index(row, fields, leaf, position)
        self.chains.take(fields, leaf)
        self.tree.add(leaf)
        self.commands.take(fields["cmd"], position)
        self.keys.take(fields, position)
        self.aside.take(fields, position)
        self.people.take(fields, position)
        self._times.take(fields)
        self._claim(fields["data"], position)
        if fields["at"] < self._latest:
            self.backwards.append(position)
        self._latest = fields["at"]
        return fields

    def _hold_index(
        self, row: StoredRow, fields: Mapping[str, Any], leaf: bytes, position: int
    ) -> None:
        said = (fields["stream"], fields["version"], fields["type"])
        why = ""
        if row.position != position:
            why = f"it stands at position {row.position}"
        elif row.columns != said:
            why = f"the index says {row.columns}, the line says {said}"
        elif row.leaf != leaf:
            why = "the leaf hash kept with it is not its own"
        if why:
            raise EvidenceError("SL502", "a stored line does not agree with its index", why=why)

    def _claim(self, data: Mapping[str, Any], position: int) -> None:
        """Note which root the line says its author could review."""
        for part in (data.get("heads"), data.get("signature")):
            if isinstance(part, dict) and "root" in part:
                size = part.get("size")
                known = size if type(size) is int and 0 < size < position else 0
                self._claims.append((position, known, str(part["root"])))

    def lines(self) -> Iterator[Check]:
        """Say what the lines prove by themselves.

        Raises:
            EvidenceError: SL504, a line claims a root that the log never had; SL506, a signature
                was not acknowledged.
        """
        yield Check(
            "lines",
            PROVED,
            f"{self.tree.size} lines in {len(self.chains)} streams are canonical, complete and "
            "chained" + (", and agree with their index" if self._indexed else ""),
        )
        if self.backwards:
            shown = ", ".join(f"#{p}" for p in self.backwards[:5])
            yield Check(
                "clock", FLAGGED, f"it went backwards {len(self.backwards)} times, at {shown}"
            )
        else:
            yield Check("clock", PROVED, "no line is dated before the one recorded before it")
        for position, size, root in self._claims:
            if size == 0 or self.tree.root(size).hex() != root:
                raise EvidenceError(
                    "SL504",
                    "a line names a tree that this log never had",
                    why=f"root {root[:16]!r}... of {size or 'no possible number of'} events",
                    position=position,
                )
        yield Check("reviewed", PROVED, f"{len(self._claims)} roots named in lines are the log's")

    def command_ids(self) -> Iterator[Check]:
        """Say that each command is in the log once, and what a store keeps about it agrees.

        Raises:
            EvidenceError: SL512.
        """
        self.commands.finish(self.tree.size)
        yield Check(
            "commands",
            PROVED,
            f"{self.commands.count} command ids, each used once"
            + (", and the store's rows agree with the lines" if self.commands.are_kept else ""),
        )

    def signatures(self) -> Iterator[Check]:
        """Say who signed what.

        Raises:
            EvidenceError: SL506.
        """
        self.people.finish()
        signers = {signed.line["by"] for signed in self.people.signed}
        yield Check(
            "signatures",
            PROVED if self.people.signed else OPEN,
            f"{len(self.people.signed)} signatures of {len(signers)} people verify, each by a key "
            f"in force at that moment{_late(self.people)}"
            if self.people.signed
            else "no person has signed with a key: names are as authenticated, and prove nothing "
            "against the ledger's operator",
        )
        if self.people.signed and self.people.unsigned:
            says = f"{len(self.people.unsigned)} events that can be signed are not"
            yield Check("unsigned", FLAGGED, says)
        yield from by_name_alone(self.people)

    def seals(self, notes: Sequence[tuple[int, bytes]]) -> Iterator[Check]:
        """Hold every checkpoint against the tree.

        Args:
            notes: Sizes and signed notes, smallest first, without those that were set aside.

        Raises:
            EvidenceError: SL505, a note is none; SL511, it is not by the log's key, or one that
                is was set aside; SL507 or SL508, it seals another tree.
        """
        tree = self.sealed_tree()
        for size, note in notes:
            tree.check(size, note)
        self.aside.hold(tree)
        sealed = notes[-1][0] if notes else 0
        if sealed:
            yield Check(
                "seal",
                PROVED,
                f"{len(notes)} checkpoints verify; the last one is of {sealed} events, root "
                f"{self.tree.root(sealed).hex()}, by {self.keys.origin}",
            )
        else:
            yield Check("seal", OPEN, "nothing is sealed: the holder of the file can rewrite it")
        yield from self._set_aside()
        if 0 < sealed < self.tree.size:
            tail = self.tree.size - sealed
            yield Check("tail", OPEN, f"the last {tail} events are not sealed yet")

    def sealed_tree(self) -> SealedTree:
        """Give the tree with the keys that seal it, when every line is read."""
        return SealedTree(self.keys, self.tree.size, self.tree.root)

    def _set_aside(self) -> Iterator[Check]:
        for each in self.aside.all:
            person = self.people.people.get(each.by)
            name = person.printed_name if person else each.by
            yield Check(
                f"set aside #{each.position}",
                FLAGGED,
                f"the note kept as the checkpoint of {each.size} events does not count: set aside "
                f"by {name} at position {each.position}, because: {each.reason}",
            )

    def trusted(self, notes: Sequence[tuple[int, bytes]], trust: Trust) -> Iterator[Check]:
        """Hold the log against what the reader brought along.

        Raises:
            EvidenceError: The log is not one the reader trusts, or did not grow from what they had.
        """
        grown = 0
        if trust.since is not None:
            grown = self._grown(trust.since)
            yield Check(
                "growth", PROVED, f"it begins with the {grown} events of your checkpoint, unchanged"
            )
        if trust.policy is not None:
            yield from self._named(trust.policy, sealed=bool(notes))
            yield from self._witnessed(notes, trust.policy)
        elif grown < self.tree.size:
            rest = f"the last {self.tree.size - grown} events" if grown else "all of it"
            yield Check(
                "history",
                OPEN,
                f"the holder of the log's key can have rewritten {rest}; "
                f"{'a later' if grown else 'an older'} checkpoint of your own or a "
                "policy with witnesses would show that",
                advice=Advice("bring-checkpoint-or-policy"),
            )

    def _grown(self, since: bytes) -> int:
        size = Checkpoint.parse(parse_note(since).text).size
        try:
            self.sealed_tree().check(size, since)
        except EvidenceError as error:
            if error.code in HISTORY:
                raise
            raise EvidenceError(
                "SL505", "your checkpoint is not one of this log", why=error.why
            ) from None
        return size

    def _named(self, policy: Policy, *, sealed: bool) -> Iterator[Check]:
        """Hold the log's key against those that the reader believes."""
        if not policy.logs:
            return
        if not any(log.key in self.keys.all for log in policy.logs):
            raise EvidenceError(
                "SL505",
                "your policy does not name this log",
                why=f"it is {self.keys.origin or 'a log without a key'}",
            )
        if sealed:
            yield Check("log key", PROVED, f"your policy names the key of {self.keys.origin}")
        else:
            says = f"the lines name the key of {self.keys.origin}, and nothing is sealed by it"
            yield Check("log key", OPEN, says)

    def _witnessed(self, notes: Sequence[tuple[int, bytes]], policy: Policy) -> Iterator[Check]:
        for size, note in reversed(notes):
            seen = verified_cosignatures(parse_note(note), map(_key, policy.witnesses))
            if seen and policy.satisfied_by(seen):
                names = ", ".join(sorted(key.name for key in seen))
                yield Check("witnesses", PROVED, f"{names} cosigned {size} events")
                if size < self.tree.size:
                    tail = self.tree.size - size
                    yield Check("unwitnessed", OPEN, f"the last {tail} events have no quorum yet")
                return
        if not policy.satisfied_by({}):
            last = parse_note(notes[-1][1]) if notes else None
            raise no_quorum(
                verified_cosignatures(last, map(_key, policy.witnesses)) if last else {}
            )
        yield Check("witnesses", PROVED, "your policy asks for none")


def no_quorum(seen: Mapping[VerifierKey, int]) -> EvidenceError:
    """Refuse what the reader's own policy does not take for valid.

    Args:
        seen: Witnesses of the policy that did cosign the last checkpoint.
    """
    names = ", ".join(sorted(key.name for key in seen)) or "none of its witnesses"
    return EvidenceError(
        "SL505",
        "no checkpoint has the quorum of your policy",
        why=f"{names} cosigned the last one",
        advice=Advice("ask-for-cosignatures"),
    )


def _key(witness: PolicyWitness) -> VerifierKey:
    return witness.key


def _late(people: Signatories) -> str:
    """Show what was signed elsewhere and recorded later: that is allowed, and worth a look."""
    late = [signed for signed in people.signed if signed.is_late]
    if not late:
        return ""
    longest = max(late, key=lambda signed: signed.waited_s)
    return (
        f"; {len(late)} were recorded later than they were signed, #{longest.position} by "
        f"{duration(longest.waited_s)}"
    )


def by_name_alone(people: Signatories) -> Iterator[Check]:
    """Tell where a sole owner who had lost the key went on by name alone."""
    if people.by_name:
        shown = ", ".join(
            f"#{position}" if position else f"version {line['version']} of {line['by']}"
            for line, position in people.by_name
        )
        says = (
            "a sole owner revoked the only key without signing, or registered another one behind "
            f"it: their name alone says so. Compare fingerprints: {shown}"
        )
        yield Check("replaced key", FLAGGED, says)
