"""Bringing an exported log back into an empty ledger: the same lines, the same root, or nothing."""

from __future__ import annotations

from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent

from signoff_ledger.custody.guard import sync_folder
from signoff_ledger.errors import EvidenceError, StoreError
from signoff_ledger.exports.log_folder import LogFolder
from signoff_ledger.exports.verifying import ExportedLog
from signoff_ledger.integrity.examination import Examination
from signoff_ledger.integrity.line import read_fields
from signoff_ledger.integrity.note import parse_note
from signoff_ledger.persistence.store import SqliteStore, claim, remove, told_plainly

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def restore_log(folder: Path, target: Path) -> tuple[int, bytes]:
    """Make a ledger file of an exported log; gives its size and root.

    The log's key and its guard are not part of an export: where they are, they go on to watch. The
    ledger is made beside its place and moved there when it is whole, so that no part of a log can
    be taken for all of it.

    Raises:
        EvidenceError: The export does not hold; no file is left.
        StoreError: Something is there already, or cannot be written.
    """
    source = LogFolder(folder)
    examination = Examination()
    exported = ExportedLog(source)
    for _ in exported.examined(examination):
        pass
    list(examination.lines())
    list(exported.beside(examination))
    notes = exported.notes()
    list(examination.seals(notes))
    list(examination.signatures())
    size = examination.tree.size
    root = examination.tree.root(size)
    claim(target)
    try:
        with _beside(target) as made, closing(SqliteStore.create(made)) as store:
            for command_id, events in _by_command(source):
                _append(store, command_id, events)
            _check_same(store, size, root)
            for at, note in notes:
                _keep(store, at, note)
    except BaseException:
        remove(target)
        raise
    return size, root


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give the path of a ledger to be made, which takes its place when all went well."""
    try:
        with TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder:
            made = Path(folder) / target.name
            yield made
            made.replace(target)
            sync_folder(target.parent)
    except OSError as error:
        raise StoreError(
            "SL703",
            f"the ledger cannot be restored: {target}",
            why=str(error.strerror),
            fix="nothing is there; free the disk or get permission, then restore again",
        ) from None


def _append(store: SqliteStore, command_id: str, events: list[StoredEvent]) -> None:
    with told_plainly(store.path):
        try:
            store.recorder.insert_events(events, command_id=command_id)
        except IntegrityError:
            raise EvidenceError(
                "SL502",
                "the log holds one command in two places",
                why=f"{command_id!r:.80}: a ledger records each id once, its events together",
                position=store.size() + 1,
            ) from None


def _check_same(store: SqliteStore, size: int, root: bytes) -> None:
    if store.size() != size or store.root(size) != root:
        raise EvidenceError(
            "SL508",
            "FORK: the restored log is not the exported one",
            why=f"it has {store.size()} events, and {size} were exported, or its root is another",
        )


def _by_command(source: LogFolder) -> Iterator[tuple[str, list[StoredEvent]]]:
    """Give the events as they were saved: neighbours under one command id belong together."""
    parsed = ((read_fields(row.line), row.line) for row in source.rows())
    for command_id, lines in groupby(parsed, lambda pair: pair[0]["cmd"].partition("#")[0]):
        yield command_id, list(_stored(lines))


def _stored(lines: Iterable[tuple[dict[str, object], bytes]]) -> Iterator[StoredEvent]:
    for fields, line in lines:
        version = fields["version"]
        assert isinstance(version, int)  # noqa: S101  # read_fields has looked
        yield StoredEvent(UUID(str(fields["stream"])), version, str(fields["type"]), line)


def _keep(store: SqliteStore, size: int, note: bytes) -> None:
    """Keep a checkpoint as the log signed it, and the lines that others put under it."""
    parsed = parse_note(note)
    own = [s for s in parsed.signatures if s.name == parsed.text.split("\n", 1)[0]]
    others = [s for s in parsed.signatures if s not in own]
    store.keep_checkpoint(size, type(parsed)(parsed.text, tuple(own)).to_bytes())
    for signature in others:
        store.keep_cosignature(size, signature.line)
