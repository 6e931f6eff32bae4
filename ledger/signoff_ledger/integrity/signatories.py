"""People's signatures in a log: whose they are, and whether the key was theirs at that moment.

Follows enrolments, keys and signatures from line to line, without the domain's model of them: who
doubts that needs no more than this to check that a signature is one (Part 11 11.70).

A signed event is acknowledged on its signer's own stream, in the same save. That acknowledgement,
not a position, is what tells whether the key was in force: it holds in an excerpt of the log, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from signoff_ledger.errors import EvidenceError, InputError
from signoff_ledger.integrity.signed_acts import DECISIONS, SIGNED
from signoff_ledger.integrity.signing_time import GRACE_S, time_of, whole_seconds, why_untimely
from signoff_ledger.integrity.ssh.public_key import parse_ssh_public_key
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE, verify_sshsig
from signoff_ledger.integrity.statement import statement_of
from signoff_ledger.integrity.stream_ids import stream_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from signoff_ledger.integrity.ssh.public_key import SshPublicKey

ENROLLED = "signoff.person-enrolled.v1"
REGISTERED = "signoff.signing-key-registered.v1"
ACCEPTED = "signoff.signing-key-accepted.v1"
REVOKED = "signoff.signing-key-revoked.v1"
GIVEN = "signoff.signature-given.v1"
GRANTED = "signoff.role-granted.v1"
DECIDED = "signoff.decision-taken.v1"
HELD = "signoff.process-held.v1"


@dataclass(slots=True)
class HeldKey:
    """A key of a person, with when it signs by the lines' own times."""

    key: SshPublicKey
    accepted_at: str | None = None  #: Time of the line that brought it into force.
    #: Time of the line that revoked it, or of the latest one before it on its holder's stream: a
    #: clock set back takes away nothing that was signed before.
    revoked_at: str | None = None

    @property
    def in_force(self) -> bool:
        """True between acceptance and revocation."""
        return self.accepted_at is not None and self.revoked_at is None


@dataclass(slots=True)
class Signatory:
    """A person as the lines so far show them."""

    person: str  #: Their key in the ledger.
    printed_name: str  #: As enrolled.
    keys: dict[str, HeldKey] = field(default_factory=dict)  #: Their keys by fingerprint.
    roles: set[str] = field(default_factory=set)  #: Those held now.
    was_owner: bool = False  #: Whether they ever were an owner.
    latest: str = ""  #: The latest time of a line on their own stream.

    @property
    def must_sign(self) -> bool:
        """True from the first key in force on."""
        return any(held.accepted_at is not None for held in self.keys.values())

    @property
    def in_force(self) -> dict[str, HeldKey]:
        """The keys in force by fingerprint."""
        return {f: held for f, held in self.keys.items() if held.in_force}


@dataclass(frozen=True, slots=True)
class SignedEvent:
    """A signature that has been checked."""

    line: Mapping[str, Any]  #: The signed event's parsed line.
    position: int | None  #: Its place in the log; None in an excerpt.
    fingerprint: str  #: The key.
    statement: bytes  #: What was signed, to the byte.
    armored: str  #: The signature.
    waited_s: int  #: Seconds between signing and recording; never less than 0.

    @property
    def is_late(self) -> bool:
        """True where it was recorded later than clocks can differ: it was signed elsewhere."""
        return self.waited_s > GRACE_S


class _PendingSignature(NamedTuple):
    """A signature that its signer has not acknowledged yet."""

    line: Mapping[str, Any]
    position: int | None
    reviewed: int | None


class Signatories:
    """Checks every signature of a log, or of the streams of an excerpt.

    Args:
        origin: Gives the log's origin at this moment.
        reviewed: Says when the last line was recorded that a signed line says was reviewed, in
            seconds since 1970 in UTC; None where that cannot be said.
    """

    def __init__(
        self,
        origin: Callable[[], str],
        reviewed: Callable[[Mapping[str, Any]], int | None],
    ) -> None:
        self._origin = origin
        self._reviewed = reviewed
        self._by_stream: dict[str, Signatory] = {}
        self._waiting: dict[tuple[str, int], _PendingSignature] = {}
        self._unsigned: dict[tuple[str, int], tuple[Mapping[str, Any], int | None]] = {}
        self._unnoted: dict[tuple[str, int], tuple[Mapping[str, Any], int | None]] = {}
        self.people: dict[str, Signatory] = {}
        self.signed: list[SignedEvent] = []
        self.by_name: list[tuple[Mapping[str, Any], int | None]] = []

    def take(self, line: Mapping[str, Any], position: int | None = None) -> None:
        """Take the next line; every person's own stream in its order.

        Raises:
            EvidenceError: SL506, a signature is none, its key was not in force, or it cannot have
                been given when it says.
        """
        kind, data = line["type"], line["data"]
        if kind == ENROLLED:
            self._enrol(line, position)
        own = self._by_stream.get(line["stream"])
        if own is not None:
            own.latest = max(own.latest, line["at"])
        self._take_signature(line, position)
        match kind:
            case "signoff.role-granted.v1" | "signoff.role-revoked.v1":
                self._take_role(line, granted=kind == GRANTED)
            case "signoff.signing-key-registered.v1":
                self._register(line, position)
            case "signoff.signing-key-accepted.v1":
                self._held(line, data).accepted_at = line["at"]
            case "signoff.signing-key-revoked.v1":
                held = self._held(line, data)
                held.revoked_at = self._by_stream[line["stream"]].latest
            case "signoff.signature-given.v1":
                stream, version = data.get("signed_stream"), data.get("signed_version")
                self._acknowledge(line, (str(stream), _number(version)))
            case "signoff.decision-taken.v1":
                stream = str(stream_id("process", _text(data, "process")))
                self._acknowledge(line, (stream, _number(data.get("process_version"))))

    @property
    def unsigned(self) -> list[int | None]:
        """Positions of unsigned acts of a kind that a person with a key signs."""
        return [position for _, position in self._unsigned.values()]

    @property
    def missing(self) -> list[Mapping[str, Any]]:
        """Unsigned acts in an excerpt, dated after a key of their author came into force.

        Between two streams an excerpt knows no order, and dates are claims: a reader should look.
        """
        return [line for line, at in self._unsigned.values() if at is None and self._had_key(line)]

    def finish(self) -> None:
        """Refuse signatures and decisions that their author did not acknowledge.

        Raises:
            EvidenceError: SL506.
        """
        signed = ((waiting.line, waiting.position) for waiting in self._waiting.values())
        for line, position in (*signed, *self._unnoted.values()):
            _refuse(f"{line['by']} never acknowledged it on their own stream", position)
        for line, position in self._unsigned.values():
            person = self.people.get(line["by"])
            if person is not None and self._vouches(line) and not person.was_owner:
                _refuse(_no_owner(person.person), position)

    def _take_signature(self, line: Mapping[str, Any], position: int | None) -> None:
        kind, data = line["type"], line["data"]
        signature = data.get("signature")
        if kind not in SIGNED and not isinstance(signature, dict):
            return
        if kind == HELD and data.get("automatic") is True:
            return
        self._check_owner(line, position)
        person = self.people.get(line["by"])
        if not isinstance(signature, dict) or signature.get("kind") == "none":
            self._take_unsigned(line, position, person)
            return
        signed = _PendingSignature(line, position, self._reviewed(line))
        if kind == REGISTERED:
            key = _key(data)
            self._verify(signed, person, {key.fingerprint: HeldKey(key)})
        elif person is not None and self._by_stream.get(line["stream"]) is person:
            # Its place on the signer's own stream tells whether the key was in force.
            self._verify(signed, person, person.in_force)
        else:
            self._waiting[(line["stream"], line["version"])] = signed

    def _take_unsigned(
        self, line: Mapping[str, Any], position: int | None, person: Signatory | None
    ) -> None:
        """Take an unsigned act; refused where its author had to sign.

        In a whole log the order tells that, in an excerpt only on their own stream.
        """
        place = line["stream"], line["version"]
        is_own = person is not None and self._by_stream.get(line["stream"]) is person
        if person is not None and person.must_sign and (is_own or position is not None):
            if not (is_own and self._is_lost(line, person, position)):
                _refuse(_not_signed(person.person), position)
            self.by_name.append((line, position))
        self._unsigned[place] = (line, position)
        if line["type"] in DECISIONS:
            # Only the author's own stream shows whether they had to sign, so it must be there.
            # Without this, a decision could be planted in the name of a signer.
            self._unnoted[place] = (line, position)

    def _is_lost(self, line: Mapping[str, Any], person: Signatory, position: int | None) -> bool:
        """Say whether a sole owner revokes the only key, which no other person could do or sign."""
        alone = position is None or self._owners <= {person.person}
        last = [line["data"].get("fingerprint")] == list(person.in_force)
        return line["type"] == REVOKED and "owner" in person.roles and alone and last

    def _check_owner(self, line: Mapping[str, Any], position: int | None) -> None:
        """Refuse what an owner alone may do where the order of the whole log shows another one.

        Without this, an act that an owner signs could be planted in the name of a person
        without a key.
        """
        owners = self._owners if position is not None and self._vouches(line) else set()
        if owners and line["by"] not in owners:
            _refuse(_no_owner(line["by"]), position)

    def _vouches(self, line: Mapping[str, Any]) -> bool:
        """Say whether an act is one of an owner; a key's holder may revoke it, too."""
        act = SIGNED.get(line["type"])
        own = self.people.get(line["by"])
        is_others = own is None or self._by_stream.get(line["stream"]) is not own
        return act is not None and (act.by_owner or (line["type"] == REVOKED and is_others))

    @property
    def _owners(self) -> set[str]:
        return {key for key, person in self.people.items() if "owner" in person.roles}

    def _had_key(self, line: Mapping[str, Any]) -> bool:
        person = self.people.get(line["by"])
        keys = person.keys.values() if person is not None else ()
        return any(k.accepted_at is not None and k.accepted_at < line["at"] for k in keys)

    def _acknowledge(self, own: Mapping[str, Any], signed: tuple[str, int]) -> None:
        waiting = self._waiting.pop(signed, None)
        person = self._by_stream.get(own["stream"])
        if waiting is None:
            decided, at = self._unnoted.pop(signed, (None, None))
            if decided is not None and (person is None or person.person != decided["by"]):
                _refuse(f"{decided['by']} did not acknowledge it, another person did", at)
            if signed in self._unsigned and person is not None and person.must_sign:
                _refuse(_not_signed(person.person), self._unsigned[signed][1])
            return
        line, position, _ = waiting
        if person is None or person.person != line["by"]:
            _refuse(f"{line['by']} did not acknowledge it, another person did", position)
        self._verify(waiting, person, person.in_force)

    def _take_role(self, line: Mapping[str, Any], *, granted: bool) -> None:
        person, role = self._by_stream.get(line["stream"]), _text(line["data"], "role")
        if person is None:
            _refuse("a role is granted on a stream of no person", None)
        person.roles = person.roles | {role} if granted else person.roles - {role}
        person.was_owner |= "owner" in person.roles

    def _verify(
        self, given: _PendingSignature, person: Signatory | None, keys: Mapping[str, HeldKey]
    ) -> None:
        line, position, reviewed = given
        if person is None:
            _refuse(f"{str(line['by'])[:64]!r} was not enrolled", position)
        try:
            armored = line["data"]["signature"]["sshsig"]
            claimed = line["data"]["signature"]["fingerprint"]
            statement = statement_of(line, self._origin(), person.printed_name)
            fingerprint = verify_sshsig(armored, statement, NAMESPACE).fingerprint
        except EvidenceError as error:
            _refuse(error.why or error.what, position)
        except (KeyError, TypeError, AttributeError):
            _refuse("the signature lacks a part", position)
        if fingerprint != claimed or fingerprint not in keys:
            _refuse(f"{fingerprint} was not a key in force of {person.person}", position)
        signed = _when(line, position)
        accepted = keys[fingerprint].accepted_at
        untimely = why_untimely(
            signed,
            recorded=time_of(line),
            reviewed=reviewed,
            accepted=whole_seconds(accepted) if accepted is not None else None,
        )
        if untimely:
            _refuse(untimely, position)
        if self._vouches(line) and "owner" not in person.roles:
            _refuse(_no_owner(person.person), position)
        waited = max(time_of(line) - signed, 0)
        self.signed.append(SignedEvent(line, position, fingerprint, statement, armored, waited))

    def _enrol(self, line: Mapping[str, Any], position: int | None) -> None:
        """Take a person's enrolment, once and on their own stream.

        A second one would be a person of the same name without keys, who never had to sign.
        """
        data = line["data"]
        person = Signatory(_text(data, "person"), _text(data, "printed_name"))
        own = str(stream_id("person", person.person))
        if (line["stream"], line["version"]) != (own, 1):
            _refuse(
                f"{person.person[:64]!r} is enrolled elsewhere than at the beginning of their "
                "own stream",
                position,
            )
        self._by_stream[own] = self.people[person.person] = person

    def _register(self, line: Mapping[str, Any], position: int | None) -> None:
        person = self._by_stream.get(line["stream"])
        key = _key(line["data"])
        if person is None or person.person != line["by"]:
            _refuse("a key was registered by another person than its holder", None)
        at_once = line["data"].get("in_force") is True
        if at_once:
            others = self._owners - {person.person} if position is not None else set()
            if others or person.in_force or "owner" not in person.roles:
                _refuse(f"the key of {person.person} waits for an owner to accept it", position)
            if person.must_sign:
                self.by_name.append((line, position))
        person.keys[key.fingerprint] = HeldKey(key, line["at"] if at_once else None)

    def _held(self, line: Mapping[str, Any], data: Mapping[str, Any]) -> HeldKey:
        person = self._by_stream.get(line["stream"])
        held = person.keys.get(_text(data, "fingerprint")) if person else None
        if held is None:
            _refuse("a key is accepted or revoked that was never registered", None)
        return held


def _no_owner(person: object) -> str:
    return f"{str(person)[:64]} was no owner, who alone vouches for others"


def _not_signed(person: str) -> str:
    return f"{person} had a key in force, and this is not signed"


def _when(line: Mapping[str, Any], position: int | None) -> int:
    """Give the time that the signer says, in seconds since 1970 in UTC."""
    try:
        return whole_seconds(line["data"]["signature"]["at"])
    except (ValueError, TypeError):
        _refuse("its time of signing is none", position)


def _key(data: Mapping[str, Any]) -> SshPublicKey:
    try:
        return parse_ssh_public_key(_text(data, "public_key"))
    except InputError as error:
        _refuse(error.why, None)


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        _refuse(f"{name} is not a text", None)
    return value


def _number(value: object) -> int:
    return value if type(value) is int else 0


def _refuse(why: str, position: int | None) -> NoReturn:
    raise EvidenceError("SL506", "a person's signature does not verify", why=why, position=position)
