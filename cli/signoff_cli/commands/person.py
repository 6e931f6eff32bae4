"""`signoff person`: enrol people; grant and revoke roles."""

from __future__ import annotations

import click

from signoff_cli import receipts
from signoff_cli.output import answer, table
from signoff_cli.session import Session, reading
from signoff_ledger.application.commands.parts import Role
from signoff_ledger.application.commands.people import EnrolPerson, GrantRole, RevokeRole
from signoff_ledger.queries.people import SCHEMA, people

_ROLE = click.Choice([*map(str, Role)])


@click.group
def person() -> None:
    """Enrol people; grant and revoke roles."""


@person.command(short_help="Enrol a person, with roles or without.")
@click.argument("person", metavar="KEY")
@click.option("--name", "printed_name", required=True, help="The name printed on decisions.")
@click.option("--role", "roles", type=_ROLE, multiple=True, help="A role; may be repeated.")
@receipts.gives(EnrolPerson)
def enrol() -> None:
    """Enrol a person under KEY, which names them permanently.

    \b
    Example:
      signoff person enrol d.hart --name "Dana Hart" --role inspector
    """


@person.command(short_help="Grant a role.")
@click.argument("person", metavar="KEY")
@click.argument("role", type=_ROLE)
@click.option("--note", default="granted by an owner", help="Why, such as a training record.")
@receipts.gives(GrantRole)
def grant() -> None:
    """Grant ROLE to the person KEY.

    \b
    Example:
      signoff person grant d.hart approver --note "training record 118"
    """


@person.command(short_help="Take a role back.")
@click.argument("person", metavar="KEY")
@click.argument("role", type=_ROLE)
@click.option("--reason", required=True, help="Why.")
@receipts.gives(RevokeRole)
def revoke() -> None:
    """Take ROLE back from the person KEY.

    \b
    Example:
      signoff person revoke d.hart approver --reason "moved to purchasing"
    """


@person.command("list", short_help="List every person with their roles.")
@reading
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
