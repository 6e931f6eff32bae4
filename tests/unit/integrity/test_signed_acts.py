"""The list of signed acts: complete, and the same as the domain's events and the commands."""

import pytest

from signoff_ledger.application.commands.catalogue import ROLES
from signoff_ledger.domain.events.catalogue import EVENT_TYPES
from signoff_ledger.domain.events.process import ProcessHeld
from signoff_ledger.domain.values import Role
from signoff_ledger.integrity.signed_acts import (
    DECISIONS,
    SIGNED,
    UNSIGNED,
    UNSIGNED_COMMANDS,
    acts_of,
    signing_sentence,
)

COMMANDS = sorted({*ROLES, "init"})


def test_every_kind_of_event_is_signed_or_says_why_it_is_not() -> None:
    assert set(EVENT_TYPES) == SIGNED.keys() | UNSIGNED.keys()
    assert not SIGNED.keys() & UNSIGNED.keys()


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_an_event_has_room_for_a_signature_where_it_is_signed(kind: str) -> None:
    field = EVENT_TYPES[kind].model_fields.get("signature")

    assert (kind in SIGNED) == (field is not None)
    if field is not None:
        assert ProcessHeld.model_fields["signature"].annotation == field.annotation


def test_every_signed_act_has_a_meaning_of_its_own() -> None:
    """Part 11 11.50(a)(3)."""
    assert len(SIGNED) == len({act.meaning for act in SIGNED.values()})
    assert all(act.meaning.endswith(".") for act in SIGNED.values())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_records_what_is_signed_or_says_why_it_does_not(command: str) -> None:
    assert bool(acts_of(command)) != (command in UNSIGNED_COMMANDS)
    assert all(act.meaning in signing_sentence(command) for act in acts_of(command))


def test_no_act_is_of_a_command_that_there_is_not() -> None:
    assert {name for act in SIGNED.values() for name in act.commands} <= set(COMMANDS)
    assert DECISIONS <= SIGNED.keys()


def test_what_an_owner_alone_may_do_is_the_same_here_and_when_it_is_recorded() -> None:
    owners = {name for name, roles in ROLES.items() if roles == frozenset({Role.OWNER})}

    assert owners == {name for act in SIGNED.values() if act.by_owner for name in act.commands}


def test_a_command_that_the_list_does_not_know_has_no_help() -> None:
    with pytest.raises(KeyError):
        signing_sentence("invent")
