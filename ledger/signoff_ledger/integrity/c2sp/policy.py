"""Trust policies (C2SP tlog-policy): which logs and witnesses a reader believes, and how many.

    log log.example/mug+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
    witness north witness.example/n+…
    witness south witness.example/s+…
    group both all north south
    quorum both

The reader writes the file; it never comes from the log. Names are opaque octets to the format and
are kept as text with Python's surrogate escapes where they are not UTF-8.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from signoff_ledger.errors import Advice, InputError
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, ED25519, VerifierKey
from signoff_ledger.integrity.encoding import decode_decimal

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

POLICY_LIMIT_BYTES = 1 << 17
"""Longest policy a reader accepts: a thousand witnesses, where the format asks for 32."""

NO_QUORUM = "none"

_SHOWN = 20
"""Most problems reported of one file; a wrong file is recognised by fewer."""


@dataclass(frozen=True, slots=True)
class Log:
    """A log that the reader believes to be the one it wants."""

    key: VerifierKey  #: Its key of type 0x01; the key's name is the origin.
    url: str  #: Where it answers, or "".


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness whose word counts."""

    name: str  #: What the policy calls it; means nothing elsewhere.
    key: VerifierKey  #: Its key of type 0x04.
    url: str  #: Where it answers, or "".


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses and groups of which some must agree."""

    name: str  #: What the policy calls it.
    threshold: int  #: How many members it takes.
    members: tuple[str, ...]  #: Names defined on earlier lines.


@dataclass(frozen=True, slots=True)
class Policy:
    """Whom to believe."""

    #: Any one of them may sign; none are named where the log is known otherwise.
    logs: tuple[Log, ...]
    #: All that are known, whether or not the quorum needs them.
    witnesses: tuple[PolicyWitness, ...]
    #: In the order of the file: members stand before the group that has them.
    groups: tuple[Group, ...]
    quorum: str  #: Name of the witness or group that must have witnessed, or `none`.

    def log_key(self, origin: str) -> VerifierKey | None:
        """Find the key of the log with this origin, or None."""
        return next((log.key for log in self.logs if log.key.name == origin), None)

    def satisfied_by(self, cosigned: Container[VerifierKey]) -> bool:
        """Tell whether the witnesses that cosigned a checkpoint are enough.

        Args:
            cosigned: Keys whose cosignatures verified, as `verified_cosignatures` gives them.
        """
        agreed = {witness.name for witness in self.witnesses if witness.key in cosigned}
        for group in self.groups:
            if sum(member in agreed for member in group.members) >= group.threshold:
                agreed.add(group.name)
        return self.quorum == NO_QUORUM or self.quorum in agreed


def parse_policy(data: bytes, source: str = "policy") -> Policy:
    """Read a policy file.

    Args:
        data: Its bytes.
        source: What to call it in messages.

    Raises:
        InputError: SL113, with the lines that are not valid.
    """
    if len(data) > POLICY_LIMIT_BYTES:
        problem = f"{source}: the file has {len(data)} bytes, the limit is {POLICY_LIMIT_BYTES}"
        raise _invalid(source, [problem])
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    draft = _Draft()
    problems = []
    for number, line in enumerate(lines[:-1], start=1):
        try:
            draft.read(line)
        except ValueError as error:
            problems.append(f"{source}:{number}: {error}")
    if lines[-1]:
        problems.append(f"{source}:{len(lines)}: the last line does not end in a newline")
    if not draft.quorum and not problems:
        problems.append(f"{source}: there is no quorum line; 'quorum none' asks for no witness")
    if problems:
        raise _invalid(source, problems)
    return Policy(tuple(draft.logs), tuple(draft.witnesses), tuple(draft.groups), draft.quorum)


@dataclass(slots=True)
class _Draft:
    """What the lines so far have defined; `read` raises ValueError with what is wrong in one."""

    logs: list[Log] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    quorum: str = ""
    names: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    keys: set[tuple[str, bytes]] = field(default_factory=set)

    def read(self, line: str) -> None:
        foreign = next((c for c in line if (c < " " and c != "\t") or c == "\x7f"), None)
        if foreign is not None:
            raise ValueError(f"the control character 0x{ord(foreign):02x} stands in it")
        words = line.replace("\t", " ").split(" ")
        match [word for word in words if word]:
            case []:
                return
            case [word, *_] if word.startswith("#"):
                return
            case ["log", key, *url] if len(url) <= 1:
                self._log(key, "".join(url))
            case ["witness", name, key, *url] if len(url) <= 1:
                self._witness(name, key, "".join(url))
            case ["group", name, threshold, *members] if members:
                self._group(name, threshold, members)
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise ValueError(f"{line!r:.80} is no log, witness, group or quorum line")

    def _log(self, line: str, url: str) -> None:
        key = _key(line, ED25519, "log")
        self._take(key, "log")
        self.logs.append(Log(key, url))

    def _witness(self, name: str, line: str, url: str) -> None:
        key = _key(line, COSIGNATURE_V1, "witness")
        self._take(key, "witness")
        self._define(name)
        self.witnesses.append(PolicyWitness(name, key, url))

    def _group(self, name: str, threshold: str, members: Sequence[str]) -> None:
        wanted = {"any": 1, "all": len(members)}.get(threshold)
        wanted = decode_decimal(threshold) if wanted is None else wanted
        if not 1 <= wanted <= len(members):
            raise ValueError(f"{wanted} of {len(members)} members cannot agree")
        for member in members:
            if member not in self.names:
                raise ValueError(f"{member!r:.60} is not defined on an earlier line")
            if member in self.members:
                raise ValueError(f"{member!r:.60} is already a member; it would count twice")
            self.members.add(member)
        self._define(name)
        self.groups.append(Group(name, wanted, tuple(members)))

    def _quorum(self, name: str) -> None:
        if self.quorum:
            raise ValueError("there is a quorum line already")
        if name != NO_QUORUM and name not in self.names:
            raise ValueError(f"{name!r:.60} is not defined on an earlier line")
        self.quorum = name

    def _take(self, key: VerifierKey, kind: str) -> None:
        if (kind, key.public_key) in self.keys:
            raise ValueError(f"the key of this {kind} stands on an earlier line")
        self.keys.add((kind, key.public_key))

    def _define(self, name: str) -> None:
        if name == NO_QUORUM or name in self.names:
            raise ValueError(f"the name {name!r:.60} is taken")
        self.names.add(name)


def _key(line: str, algorithm: int, kind: str) -> VerifierKey:
    try:
        key = VerifierKey.parse(line)
    except InputError as error:
        raise ValueError(error.why) from None
    if key.algorithm != algorithm:
        raise ValueError(f"a {kind} has a key of type 0x{algorithm:02x}, not 0x{key.algorithm:02x}")
    return key


def _invalid(source: str, problems: Sequence[str]) -> InputError:
    more = len(problems) - _SHOWN
    shown = [*problems[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
    return InputError(
        "SL113",
        f"{source}: the policy file is not valid",
        why="\n".join(shown),
        advice=Advice("correct-policy"),
    )
