"""A database's catalogue: every object that stands around the events, and what it is.

A ledger's objects all come from `schema.sql`. Whatever else does something when a row is written or
read, such as a trigger that swallows it, a rule, or a view in place of a table, shows as a
difference between the catalogue of a fresh ledger and the one that is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.errors import Advice
from signoff_ledger.persistence.health_finding import HealthFinding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SHOWN = 5
_ROUNDS = 5
"""How often objects are looked at again: what comes back may need what has come back before it."""


class Differences(NamedTuple):
    """How a catalogue differs from that of a fresh ledger; objects by kind and name."""

    gone: tuple[str, ...]  #: Objects that are not there.
    changed: tuple[str, ...]  #: Objects that are something else.
    foreign: tuple[str, ...]  #: Objects that no ledger has.

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return any(self)

    def ways(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Give them by the way in which they differ, in the order in which they are ended.

        What is not the ledger's goes first: it may stand in place of what is.
        """
        return (("foreign", self.foreign), ("changed", self.changed), ("gone", self.gone))


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> Differences:
    """Compare two catalogues."""
    return Differences(
        tuple(sorted(expected.keys() - found.keys())),
        tuple(sorted(what for what in expected.keys() & found if expected[what] != found[what])),
        tuple(sorted(found.keys() - expected.keys())),
    )


def schema_finding(
    found: Differences, sound: str, mendable: Callable[[str, str], bool]
) -> HealthFinding:
    """Say how the objects of a ledger differ from what its program made.

    Args:
        found: The differences.
        sound: What is said where there are none.
        mendable: Says whether `signoff repair` can bring an object back, or take it away.
    """
    if not found:
        return HealthFinding("schema", "ok", sound)
    parts = (
        ("missing", found.gone),
        ("not as signoff made it", found.changed),
        ("not the ledger's", found.foreign),
    )
    says = "; ".join(f"{word}: {_listed(names)}" for word, names in parts if names)
    led_back = [mendable(way, what) for way, names in found.ways() for what in names]
    if all(led_back):
        return HealthFinding("schema", "BROKEN", says, Advice("repair-schema"))
    key = "repair-schema-and-move" if any(led_back) else "move-lines"
    return HealthFinding("schema", "BROKEN", says, Advice(key))


def mend_objects(
    look: Callable[[], Differences], mend: Callable[[str, str], bool]
) -> Iterator[str]:
    """Bring a catalogue back to that of a fresh ledger, as far as no row is touched.

    Args:
        look: Gives the differences that are left.
        mend: Tries to end one, given in which way the object differs; says whether it did.

    Yields:
        A sentence for each object that was brought back or taken away.
    """
    for _ in range(_ROUNDS):
        found, done = look(), False
        for way, names in found.ways():
            for what in names:
                if mend(way, what):
                    done = True
                    yield f"{what} was {_WAYS[way]}"
        if not done:
            return


_WAYS = {
    "foreign": "not the ledger's, and is taken away",
    "changed": "not as signoff made it, and is made again",
    "gone": "missing, and is made again",
}


def names_of_columns(catalogue: Mapping[str, str], table: str) -> dict[str, str]:
    """Give the columns of a table, and what each is."""
    start = f"column {table}."
    return {
        what.removeprefix(start): kind for what, kind in catalogue.items() if what.startswith(start)
    }


def moved_finding(moved_to: str) -> HealthFinding:
    """Say that a ledger was carried elsewhere, and is closed for that reason."""
    return HealthFinding(
        "moved",
        "note",
        f"nothing more is recorded here: it has moved to {moved_to}",
    )


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
