"""`signoff person`: enrol people; grant and revoke roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.output import answer, table
from signoff_cli.session import pass_session, reading, recording
from signoff_ledger.application.commands.parts import Role
from signoff_ledger.application.commands.people import EnrolPerson, GrantRole, RevokeRole
from signoff_ledger.queries.people import SCHEMA, people

if TYPE_CHECKING:
    from signoff_cli.session import Session

_ROLE = click.Choice([*map(str, Role)])


@click.group(short_help="Enrol people; grant and revoke roles.")
def person() -> None:
    """Enrol people; grant and revoke roles."""


@person.command(short_help="Enrol a person, with roles or without.")
@click.argument("key")
@click.option("--name", "printed_name", required=True, help="The name printed on decisions.")
@click.option("--role", "roles", type=_ROLE, multiple=True, help="A role; may be repeated.")
@recording("person enrol")
@pass_session
def enrol(session: Session, key: str, printed_name: str, roles: tuple[str, ...]) -> None:
    """Enrol a person under KEY, which names them permanently.

    \b
    Example:
      signoff person enrol d.hart --name "Dana Hart" --role inspector
    """
    receipts.give(
        session, EnrolPerson(person=key, printed_name=printed_name, roles=tuple(map(Role, roles)))
    )


@person.command(short_help="Grant a role.")
@click.argument("key")
@click.argument("role", type=_ROLE)
@click.option("--note", default="granted by an owner", help="Why, such as a training record.")
@recording("person grant")
@pass_session
def grant(session: Session, key: str, role: str, note: str) -> None:
    """Grant ROLE to the person KEY.

    \b
    Example:
      signoff person grant d.hart approver --note "training record 118"
    """
    receipts.give(session, GrantRole(person=key, role=Role(role), note=note))


@person.command(short_help="Take a role back.")
@click.argument("key")
@click.argument("role", type=_ROLE)
@click.option("--reason", required=True, help="Why.")
@recording("person revoke")
@pass_session
def revoke(session: Session, key: str, role: str, reason: str) -> None:
    """Take ROLE back from the person KEY.

    \b
    Example:
      signoff person revoke d.hart approver --reason "moved to purchasing"
    """
    receipts.give(session, RevokeRole(person=key, role=Role(role), reason=reason))


@person.command("list", short_help="List every person with their roles.")
@reading
@pass_session
def list_(session: Session) -> None:
    """List every person with their roles.

    \b
    Example:
      signoff person list
    """
    with session.open() as opened:
        rows = people(opened.ledger)
    answer(
        session,
        SCHEMA,
        rows,
        rows,
        lambda: table(
            ("person", "name", "roles"),
            [(r["person"], r["printed_name"], ", ".join(r["roles"])) for r in rows],
        ),
    )
