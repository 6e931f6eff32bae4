"""Founding, enrolling, granting and revoking."""

from pathlib import Path

import pytest

from signoff_ledger.application.commands.people import (
    BeginLedger,
    EnrolPerson,
    GrantRole,
    RevokeRole,
)
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import (
    IdentityError,
    InputError,
    NotFoundError,
    SignoffError,
    StoreError,
)
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.persistence.store_errors import StaleError
from tests.ledgers import PEOPLE, Shop

OWNER = Call("olga")


def test_whoever_founds_a_ledger_is_its_first_owner(founded: Shop) -> None:
    work = founded.ledger.work()

    assert ["olga"] == work.owners()
    assert "test" == work.founding().name
    assert ["ledger-founded", "person-enrolled", "role-granted"] == founded.topics()[:3]


def test_a_ledger_is_founded_once(founded: Shop) -> None:
    size = founded.store.size()
    with pytest.raises(StoreError) as caught:
        founded.ledger.execute(BeginLedger(name="again", printed_name="Ines"), Call("ines"))

    assert "SL704" == caught.value.code
    assert size == founded.store.size()


@pytest.mark.parametrize(
    ("actor", "name", "printed", "code"),
    [
        (None, "name", "Printed", "SL401"),
        ("two words", "name", "Printed", "SL106"),
        ("key", " padded", "Printed", "SL106"),
        ("key", "two\nlines", "Printed", "SL106"),
        ("key", "name", "", "SL105"),
        ("key", "name", "\x1b]0;title\x07", "SL105"),
    ],
)
def test_a_ledger_is_not_founded_under_names_that_cannot_be_recorded(
    tmp_path: Path, actor: str | None, name: str, printed: str, code: str
) -> None:
    shop = Shop(SqliteStore.create(tmp_path / "ledger.db"))
    with pytest.raises(SignoffError) as caught:
        shop.ledger.execute(BeginLedger(name=name, printed_name=printed), Call(actor))

    assert code == caught.value.code
    assert 0 == shop.store.size()
    shop.store.close()


def test_everybody_is_listed_in_the_order_of_enrolment(founded: Shop) -> None:
    everybody = founded.ledger.work().people()

    assert ["olga", *PEOPLE] == [person.key for person in everybody]
    assert {"Ines Inspector"} <= {person.printed_name for person in everybody}


def test_a_person_is_enrolled_with_several_roles(founded: Shop) -> None:
    founded.ledger.execute(
        EnrolPerson(person="new", printed_name="Né w", roles=(Role.INSPECTOR, Role.BUYER)), OWNER
    )
    person = founded.ledger.work().person("new")

    assert {Role.INSPECTOR, Role.BUYER} == person.roles
    assert "Né w" == person.printed_name


def test_a_key_names_one_person_for_ever(founded: Shop) -> None:
    """Part 11 11.100(a): never reused, never reassigned."""
    size = founded.store.size()
    with pytest.raises(SignoffError) as caught:
        founded.ledger.execute(EnrolPerson(person="ines", printed_name="Another Ines"), OWNER)

    assert "a key names one person permanently" == caught.value.why
    assert size == founded.store.size()


@pytest.mark.parametrize(
    ("key", "printed", "code"),
    [
        ("two words", "P", "SL106"),
        ("ü", "P", "SL106"),
        ("k", " ", "SL105"),
        ("k", "\u202e", "SL105"),
    ],
)
def test_nobody_is_enrolled_under_a_name_that_cannot_be_recorded(
    founded: Shop, key: str, printed: str, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        founded.ledger.execute(EnrolPerson(person=key, printed_name=printed), OWNER)

    assert code == caught.value.code


def test_the_same_role_twice_does_not_persist(founded: Shop) -> None:
    size = founded.store.size()
    with pytest.raises(InputError):
        founded.ledger.execute(
            EnrolPerson(person="new", printed_name="New", roles=(Role.BUYER, Role.BUYER)), OWNER
        )
    with pytest.raises(InputError):
        founded.ledger.execute(GrantRole(person="ines", role=Role.INSPECTOR, note="again"), OWNER)
    with pytest.raises(InputError):
        founded.ledger.execute(
            RevokeRole(person="ines", role=Role.BUYER, reason="never had it"), OWNER
        )

    assert size == founded.store.size()


def test_roles_come_and_go_with_their_reasons(founded: Shop) -> None:
    """Part 11 11.10(i)."""
    founded.ledger.execute(
        GrantRole(person="ines", role=Role.ENGINEER, note="trained in March"), OWNER
    )
    both = founded.ledger.work().person("ines").roles
    founded.ledger.execute(RevokeRole(person="ines", role=Role.INSPECTOR, reason="moved on"), OWNER)

    assert {Role.INSPECTOR, Role.ENGINEER} == both
    assert {Role.ENGINEER} == founded.ledger.work().person("ines").roles
    assert b'"note":"trained in March"' in founded.lines()[-2]
    assert b'"reason":"moved on"' in founded.lines()[-1]


@pytest.mark.parametrize("said", ["", " ", "\x1b[2J"], ids=ascii)
def test_roles_come_and_go_with_a_reason_that_can_be_recorded(founded: Shop, said: str) -> None:
    for change in (
        lambda: GrantRole(person="ines", role=Role.BUYER, note=said),
        lambda: RevokeRole(person="ines", role=Role.INSPECTOR, reason=said),
    ):
        with pytest.raises(InputError) as caught:
            founded.ledger.execute(change(), OWNER)

        assert "SL105" == caught.value.code
        assert all(line.isprintable() for line in str(caught.value).splitlines())


def test_nobody_unknown_is_given_a_role(founded: Shop) -> None:
    for change in (
        GrantRole(person="nobody", role=Role.BUYER, note="why"),
        RevokeRole(person="nobody", role=Role.BUYER, reason="why"),
    ):
        with pytest.raises(NotFoundError) as caught:
            founded.ledger.execute(change, OWNER)

        assert "SL203" == caught.value.code


def test_the_last_owner_stays_one(founded: Shop) -> None:
    size = founded.store.size()
    with pytest.raises(IdentityError) as caught:
        founded.ledger.execute(RevokeRole(person="olga", role=Role.OWNER, reason="tired"), OWNER)

    assert "SL403" == caught.value.code
    assert size == founded.store.size()


def test_an_owner_who_is_not_the_last_may_go(founded: Shop) -> None:
    founded.ledger.execute(GrantRole(person="anna", role=Role.OWNER, note="second owner"), OWNER)
    founded.ledger.execute(RevokeRole(person="olga", role=Role.OWNER, reason="tired"), OWNER)
    with pytest.raises(IdentityError) as caught:
        founded.ledger.execute(
            RevokeRole(person="anna", role=Role.OWNER, reason="tired, too"), Call("anna")
        )

    assert "SL403" == caught.value.code
    assert ["anna"] == founded.ledger.work().owners()


def test_a_decision_behind_a_revoked_role_is_taken_again(
    opened: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decision is also an event of the person, so that a lost role cannot slip past it."""
    plain = opened.store.save

    def revoked_first(*given: object) -> list[int]:
        monkeypatch.undo()
        opened.ledger.execute(RevokeRole(person="anna", role=Role.APPROVER, reason="left"), OWNER)
        with pytest.raises(StaleError):
            plain(*given)  # type: ignore[arg-type]
        raise StaleError

    monkeypatch.setattr(opened.store, "save", revoked_first)
    with pytest.raises(IdentityError) as caught:
        opened.hold()

    assert "SL402" == caught.value.code
