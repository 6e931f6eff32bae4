"""Check of the role that a command asks for (Part 11 11.10(g)).

Reading needs no role. Rules that need two people, or keep a signer away from what they fixed, are
in the domain, where a replay proves them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.errors import Advice, IdentityError

if TYPE_CHECKING:
    from signoff_ledger.application.commands.command import Command
    from signoff_ledger.domain.person import Person


def authorise(person: Person, command: Command | type[Command]) -> None:
    """Let a person give a command, or say which role is missing.

    Raises:
        IdentityError: SL401 for a person who is not enrolled, SL402 for a missing role.
    """
    if not person.exists:
        raise IdentityError(
            "SL401",
            f"{person.key} is not enrolled in this ledger",
            advice=Advice("enrol-person", person=person.key),
        )
    allowed = command.ROLES or frozenset()
    if not allowed & person.roles:
        held = ", ".join(sorted(person.roles)) or "no role"
        needed = " or ".join(sorted(allowed))
        raise IdentityError(
            "SL402",
            f"{person.key} may not give the command {command.NAME!r}",
            why=f"it takes the role {needed}; {person.key} holds {held}",
            advice=Advice("grant-role", person=person.key, role=min(allowed)),
        )
