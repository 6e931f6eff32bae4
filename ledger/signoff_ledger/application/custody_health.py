"""Health of what is kept outside the ledger: the guard, the seals, the clock, who may write what.

Nothing here needs the log's private key, and nothing is signed.
"""

from __future__ import annotations

import os
import stat
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.application.checkpoints import DECISIONS
from signoff_ledger.application.continuity import Continuity
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.domain.values import format_utc
from signoff_ledger.errors import Advice, EvidenceError, StoreError
from signoff_ledger.integrity.signing_time import GRACE_S
from signoff_ledger.persistence.address import is_url
from signoff_ledger.persistence.health_finding import HealthFinding, findings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from signoff_ledger.application.checkpoints import SealPolicy
    from signoff_ledger.custody.key_store import Vault
    from signoff_ledger.persistence.store import LedgerStore

_SHOWN = 5


class CustodyState(NamedTuple):
    """What a ledger is looked at with, besides itself."""

    vault: Vault  #: Where this machine keeps the keys of its logs.
    policy: SealPolicy  #: How much may stand unsealed.
    now: datetime  #: What this machine's clock says.


def findings(store: LedgerStore, keeping: CustodyState) -> Iterator[HealthFinding]:
    """Look at everything that is kept outside the ledger."""
    yield from findings_of("guard", lambda: _guard(store, keeping.vault))
    yield from findings_of("continuity", lambda: _continuity(store, keeping.vault))
    yield from findings_of("seals", lambda: _seals(store, keeping.policy))
    yield from findings_of("clock", lambda: _clock(store, keeping.now))
    yield from findings_of("permissions", lambda: _permissions(store, keeping.vault))


def _log_key(store: LedgerStore) -> str | None:
    return store.load(LedgerStream, "ledger").log_key


def _guard(store: LedgerStore, vault: Vault) -> Iterator[HealthFinding]:
    """Hold the log against the last tree that was signed, as the sealer would."""
    log_key = _log_key(store)
    if log_key is None:
        yield HealthFinding("guard", "note", "the ledger has no log key: nothing is sealed")
        return
    try:
        last = vault.last_signed(log_key)
        vault.check(log_key, store.size, store.root)
    except EvidenceError as error:
        yield HealthFinding("guard", "BROKEN", f"{error.what}: {error.why}", error.advice)
    except StoreError as error:
        yield HealthFinding("guard", "BAD", f"{error.what}: {error.why}", error.advice)
    else:
        if last is None:
            yield HealthFinding(
                "guard",
                "note",
                "this machine has signed nothing of this log: an old backup would not be noticed",
            )
        elif store.checkpoint(last.size) is None:
            yield HealthFinding(
                "guard",
                "BAD",
                f"{last.size} events were signed for, and their checkpoint is not in the ledger",
                Advice("find-checkpoint-or-seal"),
            )
        else:
            yield HealthFinding(
                "guard", "ok", f"the log begins with the {last.size} events signed last"
            )


def _continuity(store: LedgerStore, vault: Vault) -> Iterator[HealthFinding]:
    """Hold the server against what it, or the one before it, acknowledged to this machine."""
    try:
        size = Continuity(store, vault).check()
    except (EvidenceError, StoreError) as error:
        state = "BROKEN" if isinstance(error, EvidenceError) else "BAD"
        yield HealthFinding("continuity", state, f"{error.what}: {error.why}", error.advice)
    else:
        if size is not None:
            says = f"the server has the {size} events that were acknowledged to this machine"
            yield HealthFinding("continuity", "ok", says)


def _seals(store: LedgerStore, policy: SealPolicy) -> Iterator[HealthFinding]:
    """Say which events should be sealed and are not."""
    if _log_key(store) is None:
        return
    sizes = [size for size, _ in store.checkpoints()]
    sealed, size = sizes[-1] if sizes else 0, store.size()
    topics = [kind.TOPIC for kind in DECISIONS]
    # S608 below: what is put into the statement are question marks alone.
    marks = ", ".join("?" * len(topics))
    decided = [
        row[0]
        for row in store.rows(
            f"SELECT position FROM events WHERE type IN ({marks}) ORDER BY position",  # noqa: S608
            topics,
        )
    ]
    if late := [position for position in decided if position > sealed]:
        yield HealthFinding(
            "seals",
            "BAD",
            f"no checkpoint seals the decisions {_places(late)}",
            Advice("seal-where-key-lies"),
        )
    elif due := _overdue(store, policy, sealed, size):
        yield HealthFinding("seals", "BAD", due, Advice("seal-where-key-lies"))
    else:
        yield HealthFinding(
            "seals", "ok", f"{len(sizes)} checkpoints; {size - sealed} events behind the last"
        )
    if shared := list(_not_sealed_at_once(decided, sizes)):
        yield HealthFinding(
            "seals",
            "note",
            f"the decisions {_places(shared)} have no checkpoint of their own, before the next "
            "decision: it was not made at the time, or it is gone; a backup, an export or a "
            "witness may have it",
        )


def _overdue(store: LedgerStore, policy: SealPolicy, sealed: int, size: int) -> str:
    """Say why the events behind the last checkpoint should have been sealed; "" if not."""
    if size - sealed >= policy.events:
        return f"{size - sealed} events stand behind the last checkpoint"
    # As a recording command would have looked at it: when the last of them came.
    ends = [item.entry.at for at in (sealed, size - 1) for item in store.read(at, at + 1)]
    if size > sealed and ends[1] - ends[0] >= policy.age:
        return f"events since {format_utc(ends[0])} stand behind the last checkpoint"
    return ""


def _not_sealed_at_once(decided: list[int], sizes: list[int]) -> Iterator[int]:
    """Give decisions that were followed by another one before anything was sealed."""
    for position, following in pairwise(decided):
        if not any(position <= size < following for size in sizes):
            yield position


def _clock(store: LedgerStore, now: datetime) -> Iterator[HealthFinding]:
    size = store.size()
    last = next(store.read(max(size - 1, 0), size), None)
    behind_s = (last.entry.at - now).total_seconds() if last is not None else 0
    if last is not None and behind_s > 0:
        yield HealthFinding(
            "clock",
            # Two machines' clocks are never quite alike.
            "BAD" if behind_s > GRACE_S else "note",
            f"this machine says {format_utc(now)}, and event #{size} is dated "
            f"{format_utc(last.entry.at)}: this clock is behind, or that one was ahead",
            Advice("set-clock-before-recording"),
        )
    else:
        yield HealthFinding("clock", "ok", "this machine's clock is not behind the last event")


def _permissions(store: LedgerStore, vault: Vault) -> Iterator[HealthFinding]:
    """Say who else may write the ledger's file, or read and write what its seals depend on."""
    if os.name != "posix":  # pragma: no cover  # Windows says it by lists, which are not read here
        yield HealthFinding("permissions", "note", "they are not looked at on this system")
        return
    paths: list[tuple[Path, int]] = []
    if not is_url(store.address):
        ledger = Path(store.address).absolute()
        paths += [(ledger, stat.S_IWOTH), (ledger.parent, stat.S_IWOTH)]
    log_key = _log_key(store)
    if log_key is not None:
        folder, key, guard = vault.places(log_key)
        paths += [
            (vault.folder, 0o022),
            (folder, 0o077),
            (key, 0o077),
            (guard, stat.S_IWGRP | stat.S_IWOTH),
        ]
    open_to_others = [said for path, bits in paths for said in _open_to_others(path, bits)]
    for says, advice in open_to_others:
        yield HealthFinding("permissions", "BAD", says, advice)
    if not open_to_others:
        there = sum(path.exists() for path, _ in paths)
        yield HealthFinding("permissions", "ok", f"{there} files and folders are for their owner")


def _open_to_others(path: Path, bits: int) -> Iterable[tuple[str, Advice]]:
    """Say what others may do to a file or folder that is there."""
    try:
        found = path.stat()
    except OSError:
        return
    mode = stat.S_IMODE(found.st_mode)
    # In a folder with the sticky bit, such as /tmp, a user cannot remove another one's file.
    if mode & bits and not (mode & stat.S_ISVTX and stat.S_ISDIR(found.st_mode)):
        word = "read" if mode & bits & 0o044 else "use"
        word = "write" if mode & bits & 0o022 else word
        closed = Advice("set-mode", path=str(path), mode=f"{mode & ~bits:04o}")
        yield f"others may {word} {path} (mode {mode:04o})", closed
    if found.st_uid not in {0, os.geteuid()}:
        yield (
            f"{path} belongs to another user (number {found.st_uid}), who may write it",
            Advice("set-owner", path=str(path)),
        )


def _places(positions: list[int]) -> str:
    more = f" and {len(positions) - _SHOWN} more" if len(positions) > _SHOWN else ""
    return ", ".join(f"#{position}" for position in positions[:_SHOWN]) + more
