"""The error tree, its codes, and what each code means.

    SignoffError                  code, what, why, advice; the facts alone
    ├─ InputError        SL1xx    a value, file or option cannot be understood
    │   └─ RowsRefusedError       an import; carries every bad row, not only the first
    ├─ NotFoundError     SL2xx    nothing by that name
    ├─ RuleRefusedError  SL3xx    the ledger said no; carries the findings that said so
    │   └─ RecordedOtherwiseError  results that came again contradict the record
    ├─ IdentityError     SL4xx    person, role or signature not acceptable
    ├─ EvidenceError     SL5xx    what is stored does not hold
    ├─ ConflictError     SL6xx    another command came first, or a command id was reused
    └─ StoreError        SL7xx    disk, database, format

Library code raises; only the command line maps a class to its exit code. What to do about an error
is an advice: a key and values. Each face has words of its own for the key.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CODES: Mapping[str, str] = {
    "SL101": "a file cannot be read as text",
    "SL102": "a plan file is not valid",
    "SL103": "a measured value is not acceptable",
    "SL104": "rows of an import are refused",
    "SL105": "a text holds characters that cannot be recorded",
    "SL106": "a name or identifier is not acceptable",
    "SL107": "a confirmation is needed and there is no terminal to ask on",
    "SL108": "a time is not understood",
    "SL109": "options do not fit together",
    "SL110": "the ledger's clock gives no usable time",
    "SL111": "the command line is not understood",
    "SL112": "a public key is not acceptable",
    "SL113": "a policy file is not valid",
    "SL114": "a part that this needs is not installed",
    "SL115": "a database's URL cannot be read",
    "SL201": "no such process",
    "SL202": "no such batch",
    "SL203": "no such person",
    "SL204": "no such unit, nonconformity, correction or characteristic",
    "SL205": "no ledger was named or found",
    "SL206": "no such position",
    "SL207": "no such help topic or setting",
    "SL208": "no such key, checkpoint or witness",
    "SL209": "no such order",
    "SL301": "the rules refuse the sign-off",
    "SL302": "the rules refuse the production order",
    "SL303": "the bar came too late",
    "SL304": "a repeat batch was opened without a process change",
    "SL305": "the batch is not in a state that allows this",
    "SL306": "the unit is already recorded, or recorded otherwise",
    "SL307": "two people are needed, and it was one",
    "SL308": "a step that must come first is missing",
    "SL309": "there is no standing sign-off",
    "SL310": "a result is dated before the bar, or in the future",
    "SL311": "the plan or the bar cannot be changed now",
    "SL312": "the key is not in a state that allows this",
    "SL313": "the serial looks like that of another unit, or the sheet was read before",
    "SL314": "the bar would pass a process with half its units bad",
    "SL401": "no person is named, or the person is not enrolled",
    "SL402": "the person lacks the role",
    "SL403": "the ledger would be left without an owner",
    "SL404": "a signature by a key is needed",
    "SL405": "the signature is not the person's",
    "SL406": "the log's key is not at hand",
    "SL407": "OpenSSH did not sign",
    "SL412": "the time of signing does not fit",
    "SL501": "a stored event is of a kind this ledger does not know",
    "SL502": "a stored line does not agree with its index",
    "SL503": "a stored line is not a line of this format",
    "SL504": "a proof does not lead to the root",
    "SL505": "a signed note is malformed or its signature does not verify",
    "SL506": "a person's signature does not verify",
    "SL507": "ROLLBACK: the log is shorter than what was sealed or acknowledged",
    "SL508": "FORK: the log is not the one that was sealed or acknowledged",
    "SL509": "a decision does not follow from its events",
    "SL510": "an exported file is not as it was written",
    "SL511": "a checkpoint is not the log's own",
    "SL512": "command ids are not those of the lines",
    "SL513": "a view does not say what the log says",
    "SL601": "other commands were recorded first, again and again",
    "SL602": "the command id was used for something else",
    "SL603": "the record moved while the decision was prepared",
    "SL604": "the ledger has no log key",
    "SL605": "a witness did not cosign",
    "SL606": "the order's reference is that of another order",
    "SL701": "the file or the database is not a ledger",
    "SL702": "the ledger is of a newer format",
    "SL703": "the disk or the database refused",
    "SL704": "something is already there",
    "SL705": "the ledger is busy",
    "SL706": "the database cannot promise durability",
    "SL707": "the database cannot be reached",
    "SL708": "the ledger has moved",
    "SL711": "the database did not keep what it was given",
    "SL713": "the standby did not confirm",
    "SL714": "the server is an old primary",
}


@dataclass(frozen=True, slots=True, init=False)
class Advice:
    """What the reader of an error can do, as a fact: which advice it is, and what it speaks of.

    The words are a face's own. The command line's are in `signoff_cli/advice.toml`; a web page or a
    translation has another table under the same keys.
    """

    key: str  #: Names the advice, such as `enrol-person`.
    values: Mapping[str, str | int]  #: What its words name, such as `{"person": "ines"}`.

    def __init__(self, key: str, /, **values: str | int) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "values", values)

    def as_data(self) -> dict[str, object]:
        """Give the advice as plain data."""
        return {"key": self.key, "values": dict(self.values)}


class SignoffError(Exception):
    """Root of every error that is meant for a person.

    Args:
        code: One of `CODES`.
        what: What could not be done, in one line.
        why: The cause, with the values that matter; a line for each where there are several.
        advice: What the reader can do about it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self, code: str, what: str, *, why: str = "", advice: Advice | None = None
    ) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.why = why
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.what} [{self.code}]" + (f": {self.why}" if self.why else "")

    def as_data(self) -> dict[str, object]:
        """Give the error as plain data."""
        advice = self.advice.as_data() if self.advice is not None else None
        return {"code": self.code, "what": self.what, "why": self.why, "advice": advice}


@contextmanager
def os_errors_as(
    kind: type[SignoffError], code: str, what: str, advice: Advice | None = None
) -> Iterator[None]:
    """Turn what the operating system refuses into an error that is meant for a person.

    Args:
        kind: Which error.
        code: Its code.
        what: What could not be done.
        advice: What the reader can do about it.
    """
    try:
        yield
    except OSError as error:
        raise kind(code, what, why=str(error.strerror), advice=advice) from None


class InputError(SignoffError):
    """A value, file or option cannot be understood."""

    exit_code: ClassVar[int] = 2


class Difference(NamedTuple):
    """What results that come again say otherwise than the record."""

    #: A characteristic, `gauge:` and one, a field of the build, or `note`, `observed_at`,
    #: `replaces`, `defects`.
    name: str
    here: str  #: What they say now.
    on_record: str  #: What is on record.

    def __str__(self) -> str:
        return f"{self.name} is {self.here} here, {self.on_record} on record"


class BadRow(NamedTuple):
    """One refused row of an import: where it stands and what is wrong with it."""

    line: int  #: The line in the file, counted from 1, the header included.
    column: str  #: The column's name as the file spells it, or "" for the whole row.
    value: str  #: The offending cell, shortened and made printable.
    problem: str  #: What is wrong, in one clause.
    accepted: str = ""  #: What would be taken in its place; "" where the problem says it.


class RowsRefusedError(InputError):
    """An import in which at least one row is bad; nothing was recorded."""

    def __init__(self, source: str, rows: Sequence[BadRow], advice: Advice | None = None) -> None:
        shown = [
            f"{source}:{row.line}: {row.column or 'row'}"
            + (f" = {row.value!r}" if row.value else "")
            + f": {row.problem}"
            + (f" (accepted: {row.accepted})" if row.accepted else "")
            for row in rows
        ]
        super().__init__(
            "SL104",
            f"{source}: {len(rows)} bad value(s), nothing was recorded",
            why="\n".join(shown),
            advice=advice or Advice("correct-rows"),
        )
        self.source = source
        self.rows = tuple(rows)

    def as_data(self) -> dict[str, object]:
        """Give the error with its rows as plain data."""
        rows = [{"file": self.source, **row._asdict()} for row in self.rows]
        return {**super().as_data(), "rows": rows}


def nothing_to_do(what: str) -> InputError:
    """Give the error for a command whose outcome is on record already."""
    return InputError("SL109", what, advice=Advice("nothing-to-do"))


class NotFoundError(SignoffError):
    """Nothing is known by that name."""

    exit_code: ClassVar[int] = 2


class Attempt(NamedTuple):
    """What was tried and refused, for the event that records the refusal (G13)."""

    process: str  #: Key of the process on whose stream the refusal is recorded.
    command: str  #: The command in the words of the command line, such as "sign".
    subject: str  #: What it was aimed at: a batch key, a quantity, a bar.
    findings: Sequence[tuple[str, str]] = ()  #: The failing rules, as `(rule, sentence)` pairs.


class RecordedError(SignoffError):
    """A refusal that can itself be a fact to record.

    Attributes:
        attempt: Set where it is one (G13, Part 11 11.300(d)).
        position: Where it was recorded.
    """

    def __init__(
        self,
        code: str,
        what: str,
        *,
        why: str = "",
        advice: Advice | None = None,
        attempt: Attempt | None = None,
    ) -> None:
        super().__init__(code, what, why=why, advice=advice)
        self.attempt = attempt
        self.position: int | None = None


class RuleRefusedError(RecordedError):
    """The ledger said no."""

    exit_code: ClassVar[int] = 3

    def as_data(self) -> dict[str, object]:
        """Give the error with the rules that said no and the refusal's log position."""
        findings = self.attempt.findings if self.attempt else ()
        return {
            **super().as_data(),
            "rules": [{"rule": rule, "says": says} for rule, says in findings],
            "position": self.position,
        }


FIRST_COUNTS = "the first valid result of a unit counts"


class RecordedOtherwiseError(RuleRefusedError):
    """Results that came again contradict the record.

    Attributes:
        differences: All that they say otherwise.
    """

    def __init__(
        self, what: str, differences: Sequence[Difference], *, advice: Advice | None = None
    ) -> None:
        super().__init__(
            "SL306", what, why="\n".join([*map(str, differences), FIRST_COUNTS]), advice=advice
        )
        self.differences = tuple(differences)


class IdentityError(RecordedError):
    """A person, role or signature is not acceptable."""

    exit_code: ClassVar[int] = 4


class EvidenceError(SignoffError):
    """What is stored does not hold together.

    Attributes:
        position: Where in the log it was found; None where no line is to blame.
    """

    exit_code: ClassVar[int] = 5

    def __init__(
        self,
        code: str,
        what: str,
        *,
        why: str = "",
        advice: Advice | None = None,
        position: int | None = None,
    ) -> None:
        super().__init__(code, what, why=why, advice=advice)
        self.position = position

    def as_data(self) -> dict[str, object]:
        """Give the error with its position as plain data."""
        return {**super().as_data(), "position": self.position}


class ConflictError(SignoffError):
    """Another command came first, or a command id was used twice for different things."""

    exit_code: ClassVar[int] = 6


class StoreError(SignoffError):
    """The disk, the database or the format stands in the way."""

    exit_code: ClassVar[int] = 1
