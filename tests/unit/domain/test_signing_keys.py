"""People's signing keys: shown, accepted, revoked, and never a way back to signing by name."""

import pytest

from signoff_ledger.domain.events.person import (
    SignatureGiven,
    SignatureRefused,
    SigningKeyAccepted,
    SigningKeyRegistered,
    SigningKeyRevoked,
)
from signoff_ledger.domain.person import Person, SigningKey
from signoff_ledger.domain.signature import UNSIGNED
from signoff_ledger.errors import InputError, NotFoundError, RuleRefusedError, SignoffError
from tests.signers import INES, SOUTH, fingerprint_of, line_of
from tests.stories import Story

KEY, OTHER = line_of(INES), line_of(SOUTH)
PRINT, OTHER_PRINT = fingerprint_of(INES), fingerprint_of(SOUTH)


def enrolled() -> tuple[Story, Person]:
    """Enrol Dan at version 1."""
    story = Story()
    person = Person("dan")
    person.journal = story.journal
    person.enrol(story.stamp("olga"), "Dan Daniels")
    return story, person


def waiting() -> tuple[Story, Person]:
    """Have Dan show a key at version 2."""
    story, person = enrolled()
    person.register_key(story.stamp("dan"), KEY, sole_owner=False)
    return story, person


def in_force() -> tuple[Story, Person]:
    """Have Olga accept Dan's key at version 3."""
    story, person = waiting()
    person.accept_key(story.stamp("olga"), PRINT, sole_owner=False)
    return story, person


def refused(error: pytest.ExceptionInfo[SignoffError], code: str, why: str = "") -> None:
    """Hold a refusal against its code and cause."""
    assert code == error.value.code
    assert why in error.value.why


def test_a_key_that_was_shown_waits_and_obliges_nobody() -> None:
    """Part 11 11.100(b)."""
    story, person = waiting()

    shown = SigningKeyRegistered(in_force=False, public_key=KEY, signature=UNSIGNED)
    assert shown == story.last()
    assert {PRINT: SigningKey(KEY, registered=2)} == person.keys
    assert ({}, False) == (person.keys_in_force, person.must_sign)


def test_a_comment_behind_a_key_is_not_kept() -> None:
    story, person = enrolled()
    person.register_key(story.stamp("dan"), f"{KEY} dan@laptop", sole_owner=False)

    assert KEY == person.keys[PRINT].public_key


def test_an_accepted_key_is_in_force_from_the_next_version_on() -> None:
    story, person = in_force()

    assert SigningKeyAccepted(fingerprint=PRINT) == story.last()
    assert [PRINT] == list(person.keys_in_force)
    assert person.must_sign


def test_a_revoked_key_signs_no_more_and_still_obliges() -> None:
    """Part 11 11.300(c)."""
    story, person = in_force()
    person.revoke_key(story.stamp("olga"), PRINT, "lost")

    assert SigningKeyRevoked(fingerprint=PRINT, reason="lost") == story.last()
    assert ({}, True) == (person.keys_in_force, person.must_sign)


@pytest.mark.parametrize(
    ("accepted", "revoked", "signs"),
    [
        (None, None, []),
        (3, None, [3, 4, 5, 6]),
        (3, 5, [3, 4]),
        (None, 3, []),
    ],
)
def test_a_key_signs_from_its_acceptance_to_before_its_revocation(
    accepted: int | None, revoked: int | None, signs: list[int]
) -> None:
    key = SigningKey(KEY, 2, accepted, revoked)

    assert signs == [version for version in range(1, 7) if key.signs_at(version)]


def test_a_sole_owners_first_key_is_in_force_at_once() -> None:
    story, person = enrolled()
    person.register_key(story.stamp("dan"), KEY, sole_owner=True)

    assert [PRINT] == list(person.keys_in_force)
    assert 2 == person.keys[PRINT].accepted


@pytest.mark.parametrize("revoke", [False, True])
def test_a_sole_owners_second_key_waits(revoke: bool) -> None:
    story, person = enrolled()
    person.register_key(story.stamp("dan"), KEY, sole_owner=True)
    if revoke:
        person.revoke_key(story.stamp("dan"), PRINT, "lost")
    person.register_key(story.stamp("dan"), OTHER, sole_owner=True)

    # With none in force there is again nobody who could accept it.
    assert revoke == (OTHER_PRINT in person.keys_in_force)
    assert revoke == (person.keys[OTHER_PRINT].accepted is not None)


def test_of_two_keys_each_signs_until_it_is_revoked() -> None:
    story, person = in_force()
    person.register_key(story.stamp("dan"), OTHER, sole_owner=False)
    person.accept_key(story.stamp("olga"), OTHER_PRINT, sole_owner=False)
    assert [PRINT, OTHER_PRINT] == list(person.keys_in_force)

    person.revoke_key(story.stamp("dan"), PRINT, "old")
    assert [OTHER_PRINT] == list(person.keys_in_force)


@pytest.mark.parametrize("revoke", [False, True])
def test_a_key_is_shown_once(revoke: bool) -> None:
    """Part 11 11.100(a)."""
    story, person = waiting()
    if revoke:
        person.revoke_key(story.stamp("dan"), PRINT, "lost")

    with pytest.raises(InputError) as error:
        person.register_key(story.stamp("dan"), KEY, sole_owner=False)

    refused(error, "SL106", "a key is registered once")


def test_nobody_accepts_their_own_key() -> None:
    """Part 11 11.100(b)."""
    story, person = waiting()

    with pytest.raises(RuleRefusedError) as error:
        person.accept_key(story.stamp("dan"), PRINT, sole_owner=False)

    refused(error, "SL307", "another person confirms")
    assert not person.must_sign


def test_a_sole_owner_accepts_their_own_key() -> None:
    story, person = waiting()
    person.accept_key(story.stamp("dan"), PRINT, sole_owner=True)

    assert [PRINT] == list(person.keys_in_force)


def test_a_key_is_accepted_once() -> None:
    story, person = in_force()

    with pytest.raises(RuleRefusedError) as error:
        person.accept_key(story.stamp("olga"), PRINT, sole_owner=False)

    refused(error, "SL312", "it is in force already")


@pytest.mark.parametrize("accepted", [False, True])
def test_a_revoked_key_is_never_accepted(accepted: bool) -> None:
    story, person = in_force() if accepted else waiting()
    person.revoke_key(story.stamp("olga"), PRINT, "lost")

    with pytest.raises(RuleRefusedError) as error:
        person.accept_key(story.stamp("olga"), PRINT, sole_owner=False)

    refused(error, "SL312", "it was revoked")


def test_a_key_is_revoked_once() -> None:
    story, person = in_force()
    person.revoke_key(story.stamp("olga"), PRINT, "lost")

    with pytest.raises(RuleRefusedError) as error:
        person.revoke_key(story.stamp("olga"), PRINT, "again")

    refused(error, "SL312")


def test_a_key_that_nobody_showed_is_neither_accepted_nor_revoked() -> None:
    story, person = enrolled()
    with pytest.raises(NotFoundError) as error:
        person.accept_key(story.stamp("olga"), PRINT, sole_owner=False)
    refused(error, "SL208", "they have none")

    person.register_key(story.stamp("dan"), OTHER, sole_owner=False)
    with pytest.raises(NotFoundError) as error:
        person.revoke_key(story.stamp("olga"), PRINT, "lost")
    refused(error, "SL208", f"they have {OTHER_PRINT}")


def test_what_was_signed_and_what_was_refused_is_noted_and_changes_nothing() -> None:
    story, person = in_force()
    before = dict(person.keys)
    given = SignatureGiven(fingerprint=PRINT, signed_stream=story.process.id, signed_version=4)
    person.emit(story.stamp("dan"), given)
    assert given == story.last()

    no = SignatureRefused(code="SL405", command="sign", what="no", why="not theirs")
    person.emit(story.stamp("dan"), no)
    assert no == story.last()
    assert (before, 5) == (person.keys, person.version)


def test_what_a_person_is_follows_from_their_events_alone() -> None:
    story, person = in_force()
    person.revoke_key(story.stamp("olga"), PRINT, "lost")
    entries = [entry for entry in story.journal if entry.stream == person.id]
    again = Person("dan").replay(entries)

    assert (person.keys, person.version) == (again.keys, again.version)
