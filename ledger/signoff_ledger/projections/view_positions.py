"""How far views are, and whether they are whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from signoff_ledger.projections.tables import POSITIONS, STATEMENTS
from signoff_ledger.projections.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Tables(Protocol):
    """Where tables of views stand."""

    def rows(self, statement: str, parameters: Iterable[object] = ()) -> list[Any]:
        """Read rows."""
        ...

    def intact_tables(self, statements: Sequence[str]) -> set[str]:
        """Give which of these statements made what stands there, and what made anything else."""
        ...


def view_positions(database: Tables) -> dict[str, int]:
    """Say how far views are: their version, and up to which event; nothing where not whole."""
    if database.intact_tables(STATEMENTS) != {*STATEMENTS}:
        return {}
    positions = dict(map(tuple, database.rows(POSITIONS.select())))
    return positions if positions.keys() == {"schema", "events", "states"} else {}


def at_end(size: int, version: int = VERSION) -> dict[str, int]:
    """Give the positions of views that are at the end of a log."""
    return {"schema": version, "events": size, "states": size}
