"""The statement a person signs: the event's own words, and who signs what, when, having seen what.

It is canonical JSON in one line with a newline behind it, so that `ssh-keygen -Y sign` on a file
and our own reader see the same bytes. Everything in it can be made again from the event's line,
the signer's enrolment and the log's origin; that is how a signature is checked years later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from signoff_ledger.integrity.canonical import canonical, parse
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Mapping


class Act(NamedTuple):
    """The act of signing, as the signature in the event records it."""

    at: str  #: When the statement was made up, as the line writes times.
    meaning: str  #: What signing means.
    root: str  #: Root of the tree reviewed, 64 hexadecimal digits.
    size: int  #: Events in that tree.


def write_statement(
    *,
    act: Act,
    by: str,
    data: Mapping[str, Any],
    ledger: str,
    printed_name: str,
    stream: str,
    type_: str,
    version: int,
) -> bytes:
    """Write the statement of an event.

    Args:
        act: The act of signing.
        by: Key of the signer in the ledger.
        data: The event's own fields; a signature among them is left out.
        ledger: The log's origin.
        printed_name: The signer's name as enrolled.
        stream: Id of the stream the event is on.
        type_: The event's wire name.
        version: Its version in the stream.

    Raises:
        EvidenceError: SL503, something has no canonical form.
    """
    return (
        canonical(
            {
                "by": by,
                "data": {name: value for name, value in data.items() if name != "signature"},
                "ledger": ledger,
                "printed_name": printed_name,
                "signed": act._asdict(),
                "statement": NAMESPACE,
                "stream": stream,
                "type": type_,
                "version": version,
            }
        )
        + b"\n"
    )


def statement_of(line: Mapping[str, Any], ledger: str, printed_name: str) -> bytes:
    """Make the statement of a recorded event again.

    Args:
        line: The parsed line; its data holds a signature of kind `ssh`.
        ledger: The log's origin.
        printed_name: The signer's name as enrolled.

    Raises:
        EvidenceError: SL503, the line cannot have come from a statement.
        KeyError: The line holds no such signature.
    """
    signature = line["data"]["signature"]
    return write_statement(
        act=Act(signature["at"], signature["meaning"], signature["root"], signature["size"]),
        by=line["by"],
        data=line["data"],
        ledger=ledger,
        printed_name=printed_name,
        stream=line["stream"],
        type_=line["type"],
        version=line["version"],
    )


def read_statement(text: bytes) -> dict[str, Any]:
    """Read a statement that was written to a file.

    Raises:
        EvidenceError: SL503, it is not one.
    """
    return parse(text.removesuffix(b"\n"))


def first_difference(signed: bytes, now: bytes) -> str:
    """Name the first member in which two statements differ, with both values.

    Raises:
        EvidenceError: SL503, one of them is no statement.
    """
    return _difference(read_statement(signed), read_statement(now), "")


def _difference(signed: object, now: object, where: str) -> str:
    if isinstance(signed, dict) and isinstance(now, dict):
        for name in sorted(signed.keys() | now.keys()):
            if signed.get(name) != now.get(name):
                path = f"{where}.{name}" if where else name
                return _difference(signed.get(name), now.get(name), path)
    return f"{where} was {str(signed)[:60]!r} and is {str(now)[:60]!r}"
