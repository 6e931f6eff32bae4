"""Filling an empty ledger with the lines of another log: the same positions, the same root."""

from __future__ import annotations

from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from signoff_ledger.custody.rollback_guard import sync_folder
from signoff_ledger.errors import Advice, EvidenceError, StoreError
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.line import read_fields
from signoff_ledger.persistence.address import is_url
from signoff_ledger.persistence.event_store import IntegrityError, StoredEvent
from signoff_ledger.persistence.sqlite.file import claim, remove
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.persistence.store_factory import postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from signoff_ledger.persistence.store import LedgerStore


class CopySummary(NamedTuple):
    """Result of a copy."""

    size: int  #: Events.
    root: bytes  #: Root of their tree.
    checkpoints: int  #: How many, with their cosignatures.
    #: Sizes of checkpoints that do not verify, and were not carried.
    left_out: tuple[int, ...] = ()


def carry(
    lines: Iterable[bytes],
    seals: Callable[[], Sequence[tuple[int, bytes]]],
    target: LedgerStore,
    expected: tuple[int, bytes],
) -> CopySummary:
    """Append a whole log to an empty ledger, command by command, and keep its checkpoints.

    Args:
        lines: The log's lines in order.
        seals: Gives its checkpoints by size, with the cosignatures under them, after the lines.
        target: An empty ledger.
        expected: Size and root of the log.

    Raises:
        EvidenceError: SL502 or SL508, what came out is not the same log.
        StoreError: It could not be written.
    """
    for command_id, events in _by_command(lines):
        _append(target, command_id, events)
    size, root = expected
    if target.size() != size or target.root(size) != root:
        raise EvidenceError(
            "SL508",
            "FORK: the log that came out is not the one that went in",
            why=f"it has {target.size()} events, and {size} went in, or its root is another",
        )
    notes = seals()
    for at, note in notes:
        _keep(target, at, note)
    return CopySummary(size, root, len(notes))


@contextmanager
def new_copy(address: str | Path) -> Iterator[LedgerStore]:
    """Give an empty ledger to fill, which cannot be opened before all went well.

    A file is made in the same folder and moved to its place; a database's ledger is marked when it
    is whole.

    Raises:
        StoreError: SL704, a ledger is there already, or it cannot be written; nothing is left.
    """
    if is_url(address):
        with closing(postgres().create(str(address), whole=False)) as store:
            try:
                yield store
            except BaseException:
                store.discard()
                raise
            store.complete()
    else:
        with _filling_file(Path(address)) as file:
            yield file


@contextmanager
def _filling_file(target: Path) -> Iterator[LedgerStore]:
    claim(target)
    try:
        with TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder:
            made = Path(folder) / target.name
            with closing(SqliteStore.create(made)) as store:
                yield store
            made.replace(target)
            sync_folder(target.parent)
    except OSError as error:
        remove(target)
        raise StoreError(
            "SL703",
            f"the ledger cannot be restored: {target}",
            why=str(error.strerror),
            advice=Advice("free-disk-and-restore"),
        ) from None
    except BaseException:
        remove(target)
        raise


def _by_command(lines: Iterable[bytes]) -> Iterator[tuple[str, list[StoredEvent]]]:
    """Give the events as they were saved: neighbours under one command id belong together."""
    parsed = ((read_fields(line), line) for line in lines)
    for command_id, of_one in groupby(parsed, lambda pair: pair[0]["cmd"].partition("#")[0]):
        yield command_id, list(_stored(of_one))


def _stored(lines: Iterable[tuple[dict[str, object], bytes]]) -> Iterator[StoredEvent]:
    for fields, line in lines:
        version = fields["version"]
        assert isinstance(version, int)  # noqa: S101  # read_fields has looked
        yield StoredEvent(UUID(str(fields["stream"])), version, str(fields["type"]), line)


def _append(store: LedgerStore, command_id: str, events: list[StoredEvent]) -> None:
    with store.translate_errors():
        try:
            store.recorder.insert_events(events, command_id=command_id)
        except IntegrityError:
            raise EvidenceError(
                "SL502",
                "the log holds one command in two places",
                why=f"{command_id!r:.80}: a ledger records each id once, its events together",
                position=store.size() + 1,
            ) from None


def _keep(store: LedgerStore, size: int, note: bytes) -> None:
    """Keep a checkpoint as the log signed it, and the lines that others put under it."""
    parsed = parse_note(note)
    own = [s for s in parsed.signatures if s.name == parsed.text.split("\n", 1)[0]]
    others = [s for s in parsed.signatures if s not in own]
    store.keep_checkpoint(size, type(parsed)(parsed.text, tuple(own)).to_bytes())
    for signature in others:
        store.keep_cosignature(size, signature.line)
