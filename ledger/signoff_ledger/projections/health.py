"""Health of a ledger: the database, its settings, every line, every view."""

from __future__ import annotations

from itertools import tee
from typing import TYPE_CHECKING

from signoff_ledger.application.custody_health import findings as outside
from signoff_ledger.domain.events.catalogue import read_line
from signoff_ledger.errors import Advice, EvidenceError, SignoffError
from signoff_ledger.integrity.log_check import Examination, StoredRow
from signoff_ledger.persistence.health_finding import HealthFinding, findings_of
from signoff_ledger.projections.seals import seal_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signoff_ledger.application.custody_health import CustodyState
    from signoff_ledger.persistence.store import LedgerStore
    from signoff_ledger.projections.views import Views

_TRIES = 3
"""How often the views are built again while others record."""


def examine(
    store: LedgerStore,
    views: Views,
    progress: Callable[[int, int], None] | None = None,
    keeping: CustodyState | None = None,
) -> list[HealthFinding]:
    """Look at everything that can be looked at without a key or a witness.

    A check that cannot be made is a finding, and the others are made.

    Args:
        store: The ledger.
        views: Its views.
        progress: Called with how many events were looked at, of how many.
        keeping: What is kept outside the ledger; None leaves that out.

    Raises:
        SignoffError: SL707, the database cannot be reached.
    """
    found = list(store.findings())
    recorded = [
        *findings_of("events", lambda: _lines(store, progress)),
        *findings_of("commands", lambda: [_commands(store)]),
    ]
    found += recorded
    found += findings_of("checkpoints", lambda: list(seal_findings(store)))
    if not store.read_only and all(finding.state in {"ok", "note"} for finding in recorded):
        found += findings_of("views", lambda: [_views(store, views)])
    if keeping is not None:
        found += outside(store, keeping)
    return found


def _lines(
    store: LedgerStore, progress: Callable[[int, int], None] | None
) -> Iterator[HealthFinding]:
    """Hold every line against its format, its chain, its index, its event and the tree."""
    size, examination, sound = store.size(), Examination(), 0
    rows, lines = tee(_rows(store, size))
    try:
        for _, row in zip(examination.read(rows), lines, strict=True):
            read_line(row.line)
            sound += 1
            if progress is not None:
                progress(sound, size)
    except SignoffError as error:
        if not isinstance(error, EvidenceError) and error.code != "SL701":
            raise
        yield HealthFinding(
            "events",
            "BROKEN",
            f"position {sound + 1}: {error.what}: {error.why}",
            Advice("cut-log", size=sound),
        )
        return
    yield HealthFinding(
        "events",
        "ok",
        f"{size} lines in {len(examination.chains)} streams: canonical, hashed, chained, indexed",
    )
    if examination.backwards:
        shown = ", ".join(f"#{position}" for position in examination.backwards[:5])
        times = len(examination.backwards)
        yield HealthFinding("times", "note", f"the clock went backwards {times} times, at {shown}")
    kept = list(store.nodes())
    if examination.tree.differences(kept, store.size()):
        yield HealthFinding(
            "tree",
            "BROKEN",
            "a stored subtree root is not that of its lines",
            Advice("rebuild-from-lines", size=size),
        )
    else:
        yield HealthFinding("tree", "ok", f"{len(kept)} subtree roots hold")


def _rows(store: LedgerStore, size: int) -> Iterator[StoredRow]:
    for position, stream, version, kind, line, leaf in store.raw():
        if position <= size:
            yield StoredRow(line, (stream, version, kind), leaf, position)


def _commands(store: LedgerStore) -> HealthFinding:
    """Compare the store's command ids with those in the lines."""
    recorded = {
        row[0]: (row[1], row[2]) for row in store.rows("SELECT id, first, last FROM commands")
    }
    in_lines: dict[str, tuple[int, int]] = {}
    for item in store.read(0):
        command_id = item.entry.cmd.partition("#")[0]
        first, _ = in_lines.get(command_id, (item.position, 0))
        in_lines[command_id] = (first, item.position)
    if recorded == in_lines:
        return HealthFinding(
            "commands", "ok", f"{len(recorded)} command ids agree with their events"
        )
    wrong = sorted(key for key in {*recorded, *in_lines} if recorded.get(key) != in_lines.get(key))
    return HealthFinding(
        "commands",
        "BROKEN",
        f"{len(wrong)} do not agree: {', '.join(wrong[:3])}",
        Advice("rebuild-from-lines", size=store.size()),
    )


def _views(store: LedgerStore, views: Views) -> HealthFinding:
    for _ in range(_TRIES):
        size = store.size()
        before = views.everything()
        views.rebuild()
        after = views.everything()
        # Without a concurrent append, the two have to be the same.
        if size == store.size():
            break
    else:
        return HealthFinding(
            "views", "note", "others record all the time; built again, not compared"
        )
    if wrong := [name for name, rows in before.items() if rows != after[name]]:
        says = f"{', '.join(wrong)} was wrong and has been built again"
        return HealthFinding("views", "BAD", says, Advice("find-view-writer"))
    return HealthFinding("views", "ok", f"{len(before)} views equal a rebuild from the first event")
