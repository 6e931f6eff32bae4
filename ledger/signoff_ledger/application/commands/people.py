"""Founding a ledger; enrolling people; granting and revoking roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.application.commands.inspection import amend
from signoff_ledger.application.ledger import FOUNDING, builder_role_of, named_actor
from signoff_ledger.domain.events.person import PersonEnrolled
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.spelling import folded
from signoff_ledger.domain.text_checks import checked_key, checked_label, checked_text
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import IdentityError, NotFoundError, StoreError

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Call, Ledger, Receipt, UnitOfWork

FOUNDER_NOTE = "founder of the ledger"


def found(
    ledger: Ledger, call: Call, name: str, printed_name: str, log_key: str | None = None
) -> Receipt:
    """Begin a ledger; whoever does becomes its first owner.

    Args:
        ledger: The empty ledger.
        call: By whom.
        name: What people call it.
        printed_name: The owner's name as printed beside decisions.
        log_key: Verifier key of the key its checkpoints will be signed with.

    Raises:
        InputError: A name is not acceptable.
    """
    actor = named_actor(call)
    checked_key("the person's key", actor)
    checked_label("the ledger's name", name)
    checked_text("the printed name", printed_name)

    def decide(work: UnitOfWork) -> None:
        founding = work.founding()
        if founding.exists:
            raise StoreError(
                "SL704", f"this ledger exists already, as {founding.name}", fix="use it as it is"
            )
        founding.found(work.stamp, name, log_key)
        owner = work.person(actor)
        owner.enrol(work.stamp, printed_name)
        owner.grant(work.stamp, Role.OWNER, FOUNDER_NOTE)

    content = {"name": name, "printed_name": printed_name}
    return ledger.act(call, FOUNDING, content, decide)


def enrol(ledger: Ledger, call: Call, key: str, printed_name: str, roles: list[Role]) -> Receipt:
    """Enrol a person, with roles or without."""
    checked_key("the person's key", key)
    checked_text("the printed name", printed_name)

    def decide(work: UnitOfWork) -> None:
        person = work.person(key)
        person.enrol(work.stamp, printed_name)
        for role in roles:
            person.grant(work.stamp, role, "granted at enrolment")
        _identify_builder(work, person)

    content = {"person": key, "printed_name": printed_name, "roles": [*map(str, roles)]}
    return ledger.act(call, "person enrol", content, decide)


def grant(ledger: Ledger, call: Call, key: str, role: Role, note: str) -> Receipt:
    """Grant a role to an enrolled person."""
    checked_text("the note", note)

    def decide(work: UnitOfWork) -> None:
        person = known_person(work, key)
        person.grant(work.stamp, role, note)
        _identify_builder(work, person)

    content = {"person": key, "role": str(role), "note": note}
    return ledger.act(call, "person grant", content, decide)


def _identify_builder(work: UnitOfWork, person: Person) -> None:
    """Find the units that a new engineer or approver built, in batches not signed off (G23)."""
    role = builder_role_of(person.ever)
    if role is None:
        return
    names = {folded(person.key), folded(person.printed_name)}
    for key in work.store.process_keys():
        process = work.known_process(key)
        latest = process.latest_batch
        if latest is None or process.sign_off is not None:
            continue
        batch = work.batch(latest)
        named = [each for each in batch.unknown_builders if folded(each) in names]
        for built_by in named:
            batch.identify_builder(work.stamp, built_by, role)
        if named:
            amend(work, batch)


def revoke(ledger: Ledger, call: Call, key: str, role: Role, reason: str) -> Receipt:
    """Take a role back; the last owner stays one.

    Raises:
        IdentityError: Nobody else is an owner.
    """
    checked_text("the reason", reason)

    def decide(work: UnitOfWork) -> None:
        person = known_person(work, key)
        if role is Role.OWNER and owners(work) == [key]:
            raise IdentityError(
                "SL403",
                f"{key} is the only owner",
                why="a ledger without an owner could never enrol anybody again",
                fix="make somebody else an owner first",
            )
        person.revoke(work.stamp, role, reason)

    content = {"person": key, "role": str(role), "reason": reason}
    return ledger.act(call, "person revoke", content, decide)


def everybody(work: UnitOfWork) -> list[Person]:
    """Load every enrolled person, in order of enrolment."""
    keys = [
        recorded.entry.event.person
        for recorded in work.store.read_type(PersonEnrolled.TOPIC)
        if isinstance(recorded.entry.event, PersonEnrolled)
    ]
    return [work.person(key) for key in keys]


def owners(work: UnitOfWork) -> list[str]:
    """Name the present owners."""
    return [person.key for person in everybody(work) if Role.OWNER in person.roles]


def known_person(work: UnitOfWork, key: str) -> Person:
    """Load a person who must be enrolled.

    Raises:
        NotFoundError: Nobody is enrolled under that key.
    """
    person = work.person(key)
    if not person.exists:
        raise NotFoundError(
            "SL203",
            f"nobody is enrolled as {key}",
            fix=f"enrol them:  signoff person enrol {key} --name 'PRINTED NAME'",
        )
    return person
