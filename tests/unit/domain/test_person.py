"""People: a key permanently, roles that come and go, and the founding of a ledger."""

import pytest

from signoff_ledger.domain.events.ledger import LedgerFounded
from signoff_ledger.domain.events.person import (
    DecisionTaken,
    PersonEnrolled,
    RoleGranted,
    RoleRevoked,
)
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.values import Outcome, Role
from signoff_ledger.errors import InputError
from signoff_ledger.ledger_format import LEDGER_FORMAT
from tests.stories import Story


def enrolled() -> tuple[Story, Person]:
    """Enrol somebody new."""
    story = Story()
    person = Person("dan")
    person.journal = story.journal
    person.enrol(story.stamp("olga"), "Dan Daniels")
    return story, person


def test_a_person_is_enrolled_under_a_key_and_a_printed_name() -> None:
    """G9."""
    story, person = enrolled()

    assert PersonEnrolled(person="dan", printed_name="Dan Daniels") == story.last()
    assert ("Dan Daniels", set(), True) == (person.printed_name, person.roles, person.exists)


def test_a_key_names_one_person_for_ever() -> None:
    """G9."""
    story, person = enrolled()

    with pytest.raises(InputError) as refused:
        person.enrol(story.stamp("olga"), "Dan the Second")

    assert "SL106" == refused.value.code
    assert "Dan Daniels" == person.printed_name


def test_a_role_is_granted_with_a_note() -> None:
    """G9."""
    story, person = enrolled()
    person.grant(story.stamp("olga"), Role.BUYER, "places the orders")

    assert RoleGranted(note="places the orders", role=Role.BUYER) == story.last()
    assert {Role.BUYER} == person.roles


def test_a_role_is_granted_once() -> None:
    story, person = enrolled()
    person.grant(story.stamp("olga"), Role.BUYER, "places the orders")

    with pytest.raises(InputError) as refused:
        person.grant(story.stamp("olga"), Role.BUYER, "again")

    assert "SL109" == refused.value.code


def test_a_role_is_taken_back_with_a_reason() -> None:
    """G9."""
    story, person = enrolled()
    person.grant(story.stamp("olga"), Role.BUYER, "places the orders")
    person.revoke(story.stamp("olga"), Role.BUYER, "left the company")

    assert RoleRevoked(reason="left the company", role=Role.BUYER) == story.last()
    assert set() == person.roles


@pytest.mark.parametrize(
    ("held", "why"), [(None, "dan holds no role"), (Role.AUDITOR, "dan holds auditor")]
)
def test_a_role_that_nobody_gave_cannot_be_taken_back(held: Role | None, why: str) -> None:
    story, person = enrolled()
    if held:
        person.grant(story.stamp("olga"), held, "looks on")

    with pytest.raises(InputError) as refused:
        person.revoke(story.stamp("olga"), Role.BUYER, "no")

    assert ("SL109", why) == (refused.value.code, refused.value.why)


def test_a_decision_moves_the_persons_stream_and_nothing_else() -> None:
    """G9."""
    story, person = enrolled()
    decided = DecisionTaken(
        meaning="I hold this.", outcome=Outcome.HELD, process="bowl", process_version=3
    )
    person.emit(story.stamp("dan"), decided)

    assert (2, set()) == (person.version, person.roles)


def test_a_ledger_is_founded_under_a_name() -> None:
    story = Story()
    founding = LedgerStream()
    founding.journal = story.journal
    before = founding.exists
    founding.found(story.stamp("olga"), "Pottery")

    assert not before
    assert LedgerFounded(ledger_format=LEDGER_FORMAT, name="Pottery") == story.last()
    assert "Pottery" == founding.name
