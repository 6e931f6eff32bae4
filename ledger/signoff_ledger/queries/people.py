"""Every enrolled person, with their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.queries.value_forms import RoleName

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger

SCHEMA = "signoff.people/1"


class PersonAnswer(TypedDict):
    """An enrolled person, as `signoff person list` names them."""

    person: str  #: Their key.
    printed_name: str  #: The name printed on decisions.
    roles: list[RoleName]  #: Their roles now, by name.


ANSWER = list[PersonAnswer]
ROW = PersonAnswer


def people(ledger: Ledger) -> list[PersonAnswer]:
    """List every person, in order of enrolment."""
    return [
        {
            "person": person.key,
            "printed_name": person.printed_name,
            "roles": sorted(map(str, person.roles)),
        }
        for person in ledger.work().people()
    ]
