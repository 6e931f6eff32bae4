"""Which roles may give which command (Part 11 11.10(g)).

Reading needs no role. Rules that need two people, or keep a signer away from what they fixed, are
in the domain, where a replay proves them.
"""

from __future__ import annotations

from collections.abc import Mapping

from signoff_ledger.domain.person import Person
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import IdentityError

_INSPECTS = frozenset({Role.INSPECTOR, Role.ENGINEER})
_ENGINEERS = frozenset({Role.ENGINEER})
_APPROVES = frozenset({Role.APPROVER})
_WORKS = frozenset({Role.INSPECTOR, Role.ENGINEER, Role.APPROVER})
_ANYONE = frozenset(Role)

ROLES: Mapping[str, frozenset[Role]] = {
    "person enrol": frozenset({Role.OWNER}),
    "person grant": frozenset({Role.OWNER}),
    "person revoke": frozenset({Role.OWNER}),
    "key register": _ANYONE,
    "key accept": frozenset({Role.OWNER}),
    "key revoke": _ANYONE,
    "key rotate-log": frozenset({Role.OWNER}),
    "witness add": frozenset({Role.OWNER}),
    "set-aside": frozenset({Role.OWNER}),
    "plan publish": _ENGINEERS,
    "plan countersign": _APPROVES | frozenset({Role.BUYER}),
    "approval": _ENGINEERS | _APPROVES,
    "bar register": _ENGINEERS | _APPROVES,
    "bar supersede": _APPROVES,
    "bar countersign": frozenset({Role.BUYER}),
    "open": _ENGINEERS,
    "record": _INSPECTS,
    "import": _INSPECTS,
    "defect add": _INSPECTS,
    "defect attribute": _ENGINEERS | _APPROVES,
    "defect cause": _ENGINEERS | _APPROVES,
    "change": _ENGINEERS,
    "dispose": _ENGINEERS | _APPROVES,
    "correct": _WORKS,
    "close": _INSPECTS,
    "sign": _APPROVES,
    "hold": _WORKS,
    "withdraw": _APPROVES,
    "order commit": frozenset({Role.BUYER}),
    "order cancel": frozenset({Role.BUYER}),
    "order report": _ANYONE,
    "dissent": _ANYONE,
}
"""Roles by command; one of them is enough."""


def authorise(person: Person, command: str) -> None:
    """Let a person give a command, or say which role is missing.

    Raises:
        IdentityError: SL401 for somebody who is not enrolled, SL402 for a missing role.
    """
    if not person.exists:
        raise IdentityError(
            "SL401",
            f"{person.key} is not enrolled in this ledger",
            fix=f"an owner enrols them:  signoff person enrol {person.key} --name 'PRINTED NAME'",
        )
    allowed = ROLES[command]
    if not allowed & person.roles:
        held = ", ".join(sorted(person.roles)) or "no role"
        needed = " or ".join(sorted(allowed))
        raise IdentityError(
            "SL402",
            f"{person.key} may not give the command {command!r}",
            why=f"it takes the role {needed}; {person.key} holds {held}",
            fix=f"an owner grants it:  signoff person grant {person.key} {min(allowed)}",
        )
