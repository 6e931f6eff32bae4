"""Health of a ledger: the database, its settings, every line, every view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.examination import Examination, Row
from signoff_ledger.persistence.finding import Finding
from signoff_ledger.projections.views import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signoff_ledger.persistence.store import LedgerStore
    from signoff_ledger.projections.views import Views

_TRIES = 3
"""How often the views are built again while others record."""


def examine(
    store: LedgerStore, views: Views, progress: Callable[[int, int], None] | None = None
) -> list[Finding]:
    """Look at everything that can be looked at without a key or a witness."""
    found = [*store.findings(), *_lines(store, progress)]
    if found[-1].state == "ok":
        found.append(_commands(store))
    if found[-1].state == "ok" and not store.read_only:
        found.append(_views(store, views))
    return found


def _lines(store: LedgerStore, progress: Callable[[int, int], None] | None) -> list[Finding]:
    """Hold every line against its format, its chain, its index and the tree."""
    size, examination = store.size(), Examination()
    try:
        for position, _ in enumerate(examination.read(_rows(store, size)), 1):
            if progress is not None:
                progress(position, size)
    except EvidenceError as error:
        where = f"position {error.position or examination.tree.size}"
        return [Finding("events", "BROKEN", f"{where}: {error.what}: {error.why}")]
    says = f"{size} lines in {len(examination.chains)} streams: canonical, hashed, chained, indexed"
    kept = list(store.nodes())
    if examination.tree.differences(kept, store.size()):
        return [
            Finding("events", "ok", says),
            Finding("tree", "BROKEN", "a stored subtree root is not that of its lines"),
        ]
    return [Finding("events", "ok", says), Finding("tree", "ok", f"{len(kept)} subtree roots hold")]


def _rows(store: LedgerStore, size: int) -> Iterator[Row]:
    for position, stream, version, kind, line, leaf in store.raw():
        if position <= size:
            yield Row(line, (stream, version, kind), leaf, position)


def _commands(store: LedgerStore) -> Finding:
    """Hold the command ids beside the log against those in the lines."""
    recorded = {
        row[0]: (row[1], row[2]) for row in store.rows("SELECT id, first, last FROM commands")
    }
    in_lines: dict[str, tuple[int, int]] = {}
    for item in store.read(0):
        command_id = item.entry.cmd.partition("#")[0]
        first, _ = in_lines.get(command_id, (item.position, 0))
        in_lines[command_id] = (first, item.position)
    if recorded == in_lines:
        return Finding("commands", "ok", f"{len(recorded)} command ids agree with their events")
    wrong = sorted(key for key in {*recorded, *in_lines} if recorded.get(key) != in_lines.get(key))
    return Finding("commands", "BROKEN", f"{len(wrong)} do not agree: {', '.join(wrong[:3])}")


def _views(store: LedgerStore, views: Views) -> Finding:
    for _ in range(_TRIES):
        size = store.size()
        before = [views.read(table) for table in TABLES]
        views.rebuild()
        after = [views.read(table) for table in TABLES]
        # Only where nobody recorded in between do the two have to be the same.
        if size == store.size():
            break
    else:
        return Finding("views", "note", "others record all the time; built again, not compared")
    for table, old, new in zip(TABLES, before, after, strict=True):
        if old != new:
            return Finding("views", "BAD", f"{table.name} was wrong and has been built again")
    return Finding("views", "ok", f"{len(TABLES)} views equal a rebuild from the first event")
