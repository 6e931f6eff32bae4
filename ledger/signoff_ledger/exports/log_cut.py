"""A sound copy of a ledger up to a position, and everything else in a file next to the copy.

What leads back where a line or a checkpoint came in past the program, or was damaged: what stands
before it is a ledger again, what is derived from the lines is made again, and no evidence is lost.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any, NamedTuple

from signoff_ledger.custody.rollback_guard import replace_file
from signoff_ledger.errors import (
    Advice,
    EvidenceError,
    NotFoundError,
    SignoffError,
    StoreError,
    os_errors_as,
)
from signoff_ledger.exports.log_copy import carry, new_copy
from signoff_ledger.exports.log_folder import examined_lines
from signoff_ledger.integrity.line import read_fields
from signoff_ledger.integrity.log_check import Examination

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from signoff_ledger.persistence.store import LedgerStore


class LogCut(NamedTuple):
    """A copy that was cut."""

    size: int  #: Events in it.
    rest: Path  #: The file in which everything else was kept.
    left_out: int  #: How many events, checkpoints and cosignatures are in that file.


def copy_until(source: LedgerStore, target: Path, until: int) -> LogCut:
    """Make a ledger of the first events of another; nothing is believed of it but these lines.

    What a command recorded is copied whole or not at all: a half of it would be an act without its
    acknowledgement.

    Args:
        source: A ledger.
        target: A file, where nothing is.
        until: The last position to copy.

    Raises:
        NotFoundError: SL206, the ledger is not that long, or no command is whole up to there.
        EvidenceError: A line up to there does not hold; nothing is left.
        StoreError: Something is there already, or cannot be written; nothing is left.
    """
    if not 0 < until <= source.size():
        raise NotFoundError(
            "SL206", f"there is no event #{until}", why=f"the ledger has {source.size()} events"
        )
    rest = target.with_name(f"{target.name}.rest.jsonl")
    if rest.exists():
        raise StoreError("SL704", f"there is a file already: {rest}", why="it may be evidence")
    examination, began, command = Examination(), 1, ""
    for position, line in enumerate(examined_lines(source, examination, until), 1):
        recorded_by = _command_of(line)
        if recorded_by != command:
            began, command = position, recorded_by
    if until < source.size() and _goes_on(source, until, command):
        return copy_until(source, target, began - 1)
    notes, left_out = _notes(source, examination)
    with new_copy(target) as store:
        lines = examined_lines(source, Examination(), until)
        carry(lines, lambda: notes, store, (until, examination.tree.root(until)))
        left_out = [*_lines(source, until), *left_out]
        _keep(rest, left_out)
    return LogCut(until, rest, len(left_out))


def _command_of(line: bytes) -> str:
    command_id: str = read_fields(line)["cmd"].partition("#")[0]
    return command_id


def _goes_on(source: LedgerStore, until: int, command_id: str) -> bool:
    """Say whether a command recorded more behind a position, as far as that is decidable."""
    try:
        position, *_, line, _ = next(source.raw(until))
        if position == until + 1:
            return _command_of(line) == command_id
    except (SignoffError, StopIteration):
        pass  # The line behind it does not say.
    statement = "SELECT last FROM commands WHERE id = ?"
    return any(last > until for (last,) in source.rows(statement, (command_id,)))


def _lines(source: LedgerStore, after: int) -> Iterator[dict[str, Any]]:
    """Give every event behind a position, as it is stored; ends where no more can be read."""
    try:
        for position, stream, version, kind, line, leaf in source.raw(after):
            yield {
                "table": "events",
                "position": position,
                "stream": stream,
                "version": version,
                "type": kind,
                "line": b64encode(line).decode(),
                "leaf": leaf.hex(),
            }
            after = position
    except SignoffError as error:
        yield _unread("events", error) | {"after": after}


def _notes(
    source: LedgerStore, examination: Examination
) -> tuple[list[tuple[int, bytes]], list[dict[str, Any]]]:
    """Give the checkpoints that seal the examined lines, with cosignatures, and the others."""
    sound: dict[int, bytes] = {}
    others: list[dict[str, Any]] = []
    try:
        for size, note in source.kept_notes():
            if _holds(examination, size, note):
                sound[size] = note
            else:
                text = b64encode(note).decode()
                others.append({"table": "checkpoints", "size": size, "note": text})
    except SignoffError as error:
        others.append(_unread("checkpoints", error))
    try:
        for size, line in sorted(source.cosigned()):
            note = sound.get(size, b"") + str(line).encode("utf-8", "surrogateescape")
            if size in sound and _holds(examination, size, note):
                sound[size] = note
            else:
                others.append({"table": "cosignatures", "size": size, "line": line})
    except SignoffError as error:
        others.append(_unread("cosignatures", error))
    return sorted(sound.items()), others


def _holds(examination: Examination, size: int, note: bytes) -> bool:
    try:
        for _ in examination.seals([(size, note)]):
            pass
    except EvidenceError:
        return False
    return True


def _unread(table: str, error: SignoffError) -> dict[str, Any]:
    return {"table": table, "unread": f"{error.what}: {error.why}"}


def _keep(rest: Path, rows: list[dict[str, Any]]) -> None:
    lines = (json.dumps(row, sort_keys=True) + "\n" for row in rows)
    what = f"what is left out of the copy cannot be kept: {rest}"
    with os_errors_as(StoreError, "SL703", what, Advice("free-disk-and-copy")):
        replace_file(rest, "".join(lines).encode())
