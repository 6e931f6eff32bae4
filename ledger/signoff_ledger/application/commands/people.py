"""People: the founder, enrolment, and roles granted and revoked."""

from typing import Annotated

from pydantic import Field

from signoff_ledger.application.commands.command import OWNERS, Command, as_key, as_label, as_text
from signoff_ledger.application.commands.follow_up import amend
from signoff_ledger.application.unit_of_work import UnitOfWork, builder_role_of
from signoff_ledger.domain.events.batch import BuilderIdentified
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.spelling import folded
from signoff_ledger.domain.text_checks import checked_key
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import Advice, IdentityError, StoreError

FOUNDER_NOTE = "founder of the ledger"


class BeginLedger(Command, name="init", roles=None):
    """Begin a ledger; the person who does becomes its first owner."""

    name: Annotated[str, as_label("the ledger's name")]  #: What people call it.
    #: The owner's name as printed on decisions.
    printed_name: Annotated[str, as_text("the printed name")]
    #: Verifier key of the key its checkpoints will be signed with.
    log_key: str | None = Field(default=None, exclude=True)

    def decide(self, work: UnitOfWork) -> None:
        """Begin it, and enrol its owner."""
        checked_key("the person's key", work.stamp.by)
        founding = work.founding()
        if founding.exists:
            raise StoreError(
                "SL704",
                f"this ledger exists already, as {founding.name}",
                advice=Advice("use-existing-ledger"),
            )
        founding.found(work.stamp, self.name, self.log_key)
        owner = work.person(work.stamp.by)
        owner.enrol(work.stamp, self.printed_name)
        owner.grant(work.stamp, Role.OWNER, FOUNDER_NOTE)


class EnrolPerson(Command, name="person enrol", roles=OWNERS):
    """Enrol a person, with roles or without."""

    person: Annotated[str, as_key("the person's key")]
    printed_name: Annotated[str, as_text("the printed name")]
    roles: tuple[Role, ...] = ()

    def decide(self, work: UnitOfWork) -> None:
        """Enrol them; their roles may identify the builder of a unit."""
        person = work.person(self.person)
        person.enrol(work.stamp, self.printed_name)
        for role in self.roles:
            person.grant(work.stamp, role, "granted at enrolment")
        _identify_builder(work, person)


class GrantRole(Command, name="person grant", roles=OWNERS):
    """Grant a role to an enrolled person."""

    person: str
    role: Role
    note: Annotated[str, as_text("the note")]

    def decide(self, work: UnitOfWork) -> None:
        """Grant it; it may identify the builder of a unit."""
        person = work.known_person(self.person)
        person.grant(work.stamp, self.role, self.note)
        _identify_builder(work, person)


class RevokeRole(Command, name="person revoke", roles=OWNERS):
    """Take a role back; the last owner stays one."""

    person: str
    role: Role
    reason: Annotated[str, as_text("the reason")]

    def decide(self, work: UnitOfWork) -> None:
        """Take it back.

        Raises:
            IdentityError: The person is the only owner.
        """
        person = work.known_person(self.person)
        if self.role is Role.OWNER and work.owners() == [self.person]:
            raise IdentityError(
                "SL403",
                f"{self.person} is the only owner",
                why="a ledger without an owner could never enrol a person again",
                advice=Advice("grant-other-owner"),
            )
        person.revoke(work.stamp, self.role, self.reason)


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
            batch.emit(work.stamp, BuilderIdentified(built_by=built_by, enrolled_as=role))
        if named:
            amend(work, batch)
