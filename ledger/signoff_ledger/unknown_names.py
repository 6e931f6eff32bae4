"""The errors for names that are on no record, with the name that was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.errors import Advice, IdentityError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def unknown_process(key: str, known: Sequence[str]) -> NotFoundError:
    """Say that there is no such process."""
    return NotFoundError(
        "SL201",
        f"there is no process {_shown(key)}",
        why=_nearest(key, known),
        advice=Advice("publish-plan"),
    )


def not_one_process(known: Sequence[str]) -> NotFoundError:
    """Say that a process has to be named, where there is not exactly one."""
    return NotFoundError(
        "SL201",
        "no process is named" if known else "this ledger has no process yet",
        why=f"this ledger has {', '.join(known)}" if known else "",
        advice=Advice("name-process" if known else "publish-plan"),
    )


def unknown_batch(key: str, known: Sequence[str]) -> NotFoundError:
    """Say that there is no such batch."""
    return NotFoundError(
        "SL202",
        f"there is no batch {_shown(key)}",
        why=_nearest(key, known),
        advice=Advice("open-batch"),
    )


def no_such_batch(process: str, batch: str, known: Iterable[str]) -> NotFoundError:
    """Say that a process has no such batch."""
    return NotFoundError(
        "SL202",
        f"{process} has no batch {_shown(batch)}",
        why=f"it has {', '.join(known) or 'none'}",
    )


def unknown_person(key: str) -> NotFoundError:
    """Say that no person is enrolled under a key."""
    return NotFoundError(
        "SL203",
        f"no person is enrolled as {_shown(key)}",
        advice=Advice("enrol-person", person=_shown(key)),
    )


def no_actor() -> IdentityError:
    """Say that no person is named as the one who acts."""
    return IdentityError(
        "SL401",
        "no person is named as the one who acts",
        advice=Advice("say-who-you-are"),
    )


def unknown_unit(serial: str, known: Sequence[str]) -> NotFoundError:
    """Say that no batch has such a unit."""
    return NotFoundError(
        "SL204",
        f"there is no unit {_shown(serial)}",
        why=_nearest(serial, known),
        advice=Advice("list-units", batch="BATCH"),
    )


def _nearest(key: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # names are seldom unknown

    near = get_close_matches(key, known, 1)
    return f"did you mean {near[0]}?" if near else ""


def _shown(key: str) -> str:
    """Spell out what a terminal would obey; no recorded name holds such characters."""
    return key if key.isprintable() else ascii(key)
