"""Names in questions: what each is about, and the error for one that is on no record."""

from __future__ import annotations

from signoff_ledger.projections.tables import BATCHES, PROCESSES, SUBJECTS
from signoff_ledger.queries.reader import Reader
from signoff_ledger.unknown_names import (
    no_such_batch,
    not_one_process,
    unknown_batch,
    unknown_person,
    unknown_process,
)


def process_named(reader: Reader, key: str | None) -> str:
    """Give the key of the process meant: the one named, or the only one there is.

    Raises:
        NotFoundError: There is none by that key, or none is named and there is not exactly one.
    """
    if key is None:
        keys = _keys(reader, "process")
        if len(keys) != 1:
            raise not_one_process(keys)
        return keys[0]
    if not reader.read(PROCESSES, "process = ?", (key,)):
        raise unknown_process(key, _keys(reader, "process"))
    return key


def batch_named(reader: Reader, key: str, process: str | None = None) -> str:
    """Give the key of a batch that must exist.

    Raises:
        NotFoundError: There is none by that key, or it is of another process than the one given.
    """
    found = reader.read(BATCHES, "batch = ?", (key,))
    if process is not None and [process] != [row["process"] for row in found]:
        batches = reader.read(BATCHES, "process = ?", (process,), order="attempt, batch")
        raise no_such_batch(process, key, [row["batch"] for row in batches])
    if not found:
        raise unknown_batch(key, _keys(reader, "batch"))
    return key


def person_named(reader: Reader, key: str) -> str:
    """Give the key of a person who must be enrolled.

    Raises:
        NotFoundError: No person is enrolled under that key.
    """
    if not reader.read(SUBJECTS, "kind = 'person' AND subject = ?", (key,)):
        raise unknown_person(key)
    return key


def _keys(reader: Reader, kind: str) -> list[str]:
    rows = reader.read(SUBJECTS, "kind = ?", (kind,), order="begun")
    return [row["subject"] for row in rows]
