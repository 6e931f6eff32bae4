"""People's signatures in a log: every way in which one is none."""

from collections.abc import Callable
from typing import Any

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.signatories import DECIDED, GIVEN, Signatories
from signoff_ledger.integrity.signed_acts import UNSIGNED
from signoff_ledger.integrity.signing_time import LineTimes
from signoff_ledger.integrity.stream_ids import stream_id
from tests import signers
from tests.lines import LEDGER, PERSON, PROCESS, Fields, Lines
from tests.refusals import refusal
from tests.signers import INES, NORTH, ORIGIN, SOUTH

INES_KEY, SOUTH_KEY = signers.fingerprint_of(INES), signers.fingerprint_of(SOUTH)


def taken(log: Lines, origin: str = ORIGIN) -> Signatories:
    """Take every line of a log, and finish."""
    times = LineTimes()
    people = Signatories(lambda: origin, times.reviewed)
    for position, fields in enumerate(log.parsed, 1):
        people.take(fields, position)
        times.take(fields)
    people.finish()
    return people


def in_force() -> Lines:
    """Give a log of four lines in which Ines has a key in force."""
    return Lines().founded().registered().accepted()


def refused(log: Lines, why: str, position: int | None) -> None:
    """Expect the log to be refused."""
    with pytest.raises(EvidenceError) as caught:
        taken(log)
    assert "SL506" == caught.value.code
    assert why in caught.value.why
    assert position == caught.value.position


# --- what holds -------------------------------------------------------------------------------


def test_a_signature_is_known_with_what_was_signed() -> None:
    log = in_force()
    line = log.signed("note", {"text": "x"})
    log.given(line)
    people = taken(log)

    registration, signed = people.signed
    assert (3, INES_KEY) == (registration.position, registration.fingerprint)
    assert (line, 5, INES_KEY) == (signed.line, signed.position, signed.fingerprint)
    assert line["data"]["signature"]["sshsig"] == signed.armored
    assert b'"data":{"text":"x"}' in signed.statement


def test_a_signed_decision_is_acknowledged_by_its_process_and_version() -> None:
    log = in_force()
    line = log.signed("process-held", {"heads": {}})
    log.decided(line)

    assert [3, 5] == [signed.position for signed in taken(log).signed]


def test_a_key_knows_from_when_to_when_it_signed() -> None:
    log = in_force().revoked()
    person = taken(log).people["ines"]
    held = person.keys[INES_KEY]

    assert ("Ines I", "ines", True) == (person.printed_name, person.person, person.must_sign)
    assert log.parsed[3]["at"] == held.accepted_at
    assert log.parsed[4]["at"] == held.revoked_at
    assert not held.in_force


def test_a_key_that_waits_is_not_in_force_and_obliges_nobody() -> None:
    log = Lines().founded().registered()
    person = taken(log).people["ines"]

    assert not person.must_sign
    assert not person.keys[INES_KEY].in_force
    assert person.keys[INES_KEY].accepted_at is None


def test_a_sole_owners_first_key_is_in_force_at_once() -> None:
    log = Lines().founded().owner().registered(in_force=True)
    log.given(log.signed("note", {}))

    assert taken(log).people["ines"].keys[INES_KEY].in_force


def test_each_of_two_keys_in_force_signs() -> None:
    log = in_force().registered(SOUTH).accepted(SOUTH)
    for key in (INES, SOUTH):
        log.given(log.signed("note", {}, key=key))

    assert [INES_KEY, SOUTH_KEY] == [s.fingerprint for s in taken(log).signed[2:]]


def test_what_was_signed_before_a_revocation_stays_signed() -> None:
    log = in_force()
    log.given(log.signed("note", {}))
    log.revoked()

    assert [3, 5] == [signed.position for signed in taken(log).signed]


def test_what_could_be_signed_and_is_not_is_reported() -> None:
    log = Lines().founded()
    log.unsigned("note")
    people = taken(log)

    assert ([2, 3], [], []) == (people.unsigned, people.missing, people.signed)


@pytest.mark.parametrize("data", [{"signature": {"kind": "none"}}, {}, {"signature": "none"}])
def test_an_act_of_somebody_who_signs_is_refused_unsigned(data: Fields) -> None:
    """The signature replaced, cut out with its name, or spoiled: the list says what is signed."""
    log = in_force()
    log.add("production-order-committed", "ines", data, PROCESS)

    refused(log, "ines had a key in force, and this is not signed", 5)


@pytest.mark.parametrize("kind", sorted(UNSIGNED))
def test_what_nobody_signs_is_let_be(kind: str) -> None:
    if kind in {GIVEN, DECIDED}:
        return
    log = in_force()
    log.add(kind.split(".")[1], "ines", {}, PROCESS)

    assert [2, 4] == taken(log).unsigned


def test_an_automatic_hold_needs_nobodys_signature() -> None:
    log = in_force()
    log.unsigned("process-held", automatic=True, heads={})
    people = taken(log)

    assert ([2, 4], []) == (people.unsigned, people.missing)


def test_an_unsigned_decision_of_somebody_without_a_key_needs_their_acknowledgement() -> None:
    log = Lines().founded()
    log.decided(log.unsigned("process-held", heads={}))

    assert [2, 3] == taken(log).unsigned


def test_an_acknowledgement_of_what_an_excerpt_does_not_hold_is_let_be() -> None:
    log = in_force()
    log.given({"stream": PROCESS, "version": 99})
    log.decided({"version": 99})

    assert 1 == len(taken(log).signed)


# --- what does not -----------------------------------------------------------------------------


def test_a_signature_that_nobody_acknowledged_is_refused() -> None:
    log = in_force()
    log.signed("note", {})

    refused(log, "ines never acknowledged it on their own stream", 5)


def test_a_decision_that_nobody_acknowledged_is_refused() -> None:
    log = Lines().founded()
    log.unsigned("process-held", heads={})

    refused(log, "ines never acknowledged it on their own stream", 3)


BELA = str(stream_id("person", "bela"))


def enrol_bela(log: Lines) -> None:
    """Enrol Bela, who has no key."""
    log.add("person-enrolled", "olga", {"person": "bela", "printed_name": "Bela B"}, BELA)


@pytest.mark.parametrize("stream", [BELA, LEDGER])
def test_nobody_acknowledges_anothers_signature(stream: str) -> None:
    log = in_force()
    enrol_bela(log)
    log.given(log.signed("note", {}), stream=stream)

    refused(log, "ines did not acknowledge it, another person did", 6)


@pytest.mark.parametrize("stream", [BELA, LEDGER])
def test_nobody_acknowledges_anothers_unsigned_decision(stream: str) -> None:
    log = Lines().founded()
    enrol_bela(log)
    log.decided(log.unsigned("process-held", heads={}), stream=stream)

    refused(log, "ines did not acknowledge it, another person did", 4)


def test_whoever_has_a_key_in_force_does_not_decide_without_it() -> None:
    log = in_force()
    log.decided(log.unsigned("process-held", heads={}))

    refused(log, "ines had a key in force, and this is not signed", 5)


def test_a_revoked_key_is_no_way_back_to_deciding_by_name() -> None:
    log = in_force().revoked()
    log.decided(log.unsigned("process-held", heads={}))

    refused(log, "ines had a key in force, and this is not signed", 6)


@pytest.mark.parametrize("stream", [str(stream_id("person", "ines2")), LEDGER])
def test_nobody_is_enrolled_a_second_time_elsewhere_to_be_free_of_their_key(stream: str) -> None:
    log = in_force()
    log.add("person-enrolled", "olga", {"person": "ines", "printed_name": "Ines I"}, stream)

    refused(log, "'ines' is enrolled elsewhere than at the beginning of their own stream", 5)


def test_nobody_is_enrolled_anew_on_their_own_stream() -> None:
    log = in_force()
    log.add("person-enrolled", "olga", {"person": "ines", "printed_name": "Ines I"}, PERSON)

    refused(log, "'ines' is enrolled elsewhere than at the beginning of their own stream", 5)


def before_acceptance(log: Lines) -> None:
    """Sign with a key that waits."""
    log.registered(SOUTH)
    log.given(log.signed("note", {}, key=SOUTH))


def after_revocation(log: Lines) -> None:
    """Sign with a key that was revoked."""
    log.revoked()
    log.given(log.signed("note", {}))


def revoked_in_between(log: Lines) -> None:
    """Acknowledge a signature after the key was revoked."""
    line = log.signed("note", {})
    log.revoked()
    log.given(line)


def anothers_key(log: Lines) -> None:
    """Sign with a key of nobody."""
    log.given(log.signed("note", {}, key=NORTH))


def claims_another(log: Lines) -> None:
    """Sign with one key in force and claim another one."""
    log.registered(SOUTH).accepted(SOUTH)
    log.given(log.signed("note", {}, fingerprint=SOUTH_KEY))


@pytest.mark.parametrize(
    ("spoil", "position"),
    [
        (before_acceptance, 6),
        (after_revocation, 6),
        (revoked_in_between, 5),
        (anothers_key, 5),
        (claims_another, 7),
    ],
)
def test_only_a_key_in_force_at_that_moment_signs(
    spoil: Callable[[Lines], None], position: int
) -> None:
    """Part 11 11.100, 11.300."""
    log = in_force()
    spoil(log)

    refused(log, "was not a key in force of ines", position)


@pytest.mark.parametrize("name", ["at", "fingerprint", "meaning", "root", "size", "sshsig"])
def test_a_signature_that_lacks_a_part_is_refused(name: str) -> None:
    log = in_force()
    log.given(log.signed("note", {}, **dict[str, Any]({name: None})))

    refused(log, "the signature lacks a part", 5)


def test_a_signature_that_is_no_text_is_refused() -> None:
    log = in_force()
    log.given(log.signed("note", {}, sshsig=7))

    refused(log, "the signature lacks a part", 5)


@pytest.mark.parametrize(
    "other",
    [
        {"at": "2026-03-02T08:00:59.000000Z"},
        {"meaning": "I do not."},
        {"root": "00" * 32},
        {"size": 2},
    ],
)
def test_a_signature_is_of_its_own_act_alone(other: Fields) -> None:
    """Part 11 11.70."""
    log = in_force()
    log.given(log.signed("note", {}, **other))

    refused(log, "", 5)


def test_a_signature_is_of_its_own_ledger_alone() -> None:
    """Part 11 11.70."""
    log = Lines().founded()
    log.registered()

    with refusal("SL506"):
        taken(log, "log.example/cup")


def test_a_key_is_shown_by_whoever_can_sign_with_it() -> None:
    log = Lines().founded()
    data: dict[str, Any] = {"in_force": False, "public_key": signers.line_of(SOUTH)}
    log.signed("signing-key-registered", data, PERSON, INES)

    refused(log, "was not a key in force of ines", 3)


@pytest.mark.parametrize(
    ("by", "stream", "why"),
    [
        ("olga", PERSON, "'olga' was not enrolled"),
        ("bela", PERSON, "it is not of this text"),
        ("ines", BELA, "it is not of this text"),
    ],
)
def test_a_key_is_not_registered_for_somebody_else(by: str, stream: str, why: str) -> None:
    log = Lines().founded()
    enrol_bela(log)
    data: dict[str, Any] = {"in_force": False, "public_key": signers.line_of(INES)}
    signature = Lines().founded().signed("signing-key-registered", data, PERSON)
    log.add("signing-key-registered", by, signature["data"], stream)

    with refusal("SL506", why if "enrolled" in why else ""):
        taken(log)


def test_a_key_signed_by_its_holder_is_not_put_on_anothers_stream() -> None:
    log = Lines().founded()
    enrol_bela(log)
    data: dict[str, Any] = {"in_force": True, "public_key": signers.line_of(INES)}
    log.signed("signing-key-registered", data, BELA)

    refused(log, "a key was registered by another person than its holder", None)


@pytest.mark.parametrize("stream", [PERSON, LEDGER])
@pytest.mark.parametrize("kind", ["signing-key-accepted", "signing-key-revoked"])
def test_a_key_is_not_accepted_or_revoked_before_it_is_registered(kind: str, stream: str) -> None:
    log = Lines().founded()
    log.add(kind, "olga", {"fingerprint": INES_KEY}, stream)

    refused(log, "a key is accepted or revoked that was never registered", None)


def test_a_key_of_a_kind_that_is_not_accepted_is_refused() -> None:
    log = Lines().founded()
    data = {"public_key": "ssh-dss AAAA", "signature": {"kind": "ssh"}}
    log.add("signing-key-registered", "ines", data, PERSON)

    refused(log, "", None)


@pytest.mark.parametrize(
    ("kind", "data", "stream", "name"),
    [
        ("person-enrolled", {"person": 7, "printed_name": "x"}, BELA, "person"),
        ("person-enrolled", {"person": "bela"}, BELA, "printed_name"),
        ("signing-key-registered", {"public_key": ["x"]}, PERSON, "public_key"),
        ("signing-key-accepted", {}, PERSON, "fingerprint"),
        ("signing-key-revoked", {"fingerprint": None}, PERSON, "fingerprint"),
        ("decision-taken", {"process": 7}, PERSON, "process"),
    ],
)
def test_a_name_that_is_no_text_is_refused(kind: str, data: Fields, stream: str, name: str) -> None:
    log = Lines().founded()
    log.add(kind, "ines", data, stream)

    refused(log, f"{name} is not a text", None)


@pytest.mark.parametrize("version", [True, "1", None, 1.0])
def test_a_version_that_is_no_number_acknowledges_nothing(version: object) -> None:
    log = in_force()
    line = log.signed("note", {})
    data = {"signed_stream": line["stream"], "signed_version": version}
    log.add("signature-given", "ines", data, PERSON)

    refused(log, "ines never acknowledged it on their own stream", 5)


def test_nobody_has_a_role_on_a_stream_of_nobody() -> None:
    log = Lines().founded()
    log.add("role-granted", "olga", {"role": "owner"}, BELA)

    refused(log, "a role is granted on a stream of no person", None)


@pytest.mark.parametrize("owner", [False, True])
def test_only_an_owner_vouches_for_others(owner: bool) -> None:
    log = in_force()
    enrol_bela(log)
    if owner:
        log.add("role-granted", "olga", {"role": "owner"}, PERSON)
    log.given(log.signed("role-granted", {"role": "buyer"}, BELA))
    if owner:
        assert 2 == len(taken(log).signed)
    else:
        refused(log, "ines was no owner, who alone vouches for others", 6)


def sole_owner() -> Lines:
    """Give a log of four lines in which Ines is the only owner, with a key in force."""
    return Lines().founded().owner().registered(in_force=True)


def test_whoever_was_an_owner_vouches_for_nobody() -> None:
    log = sole_owner()
    log.signed("role-revoked", {"role": "owner"}, PERSON)
    enrol_bela(log)
    log.given(log.signed("role-granted", {"role": "buyer"}, BELA))

    refused(log, "ines was no owner, who alone vouches for others", 7)


# --- acts of owners, and whoever is made to do them ----------------------------------------------

OWNERS_ACTS = [
    ("person-enrolled", {"person": "bela", "printed_name": "Bela B"}, BELA),
    ("role-granted", {"role": "buyer"}, BELA),
    ("role-revoked", {"role": "buyer"}, BELA),
    ("signing-key-accepted", {"fingerprint": INES_KEY}, PERSON),
    ("signing-key-revoked", {"fingerprint": INES_KEY}, PERSON),
    ("log-key-rotated", {}, LEDGER),
    ("witness-added", {}, LEDGER),
]


@pytest.mark.parametrize(("kind", "data", "stream"), OWNERS_ACTS)
@pytest.mark.parametrize("by", ["egon", "nobody"])
def test_what_an_owner_signs_is_not_put_down_to_somebody_without_a_key(
    kind: str, data: Fields, stream: str, by: str
) -> None:
    log = sole_owner()
    log.given(log.signed("person-enrolled", {"person": "egon", "printed_name": "Egon E"}, EGON))
    log.add(kind, by, dict(data), stream)

    refused(log, f"{by} was no owner, who alone vouches for others", 7)


EGON = str(stream_id("person", "egon"))


@pytest.mark.parametrize(("kind", "data", "stream"), OWNERS_ACTS)
def test_what_an_owner_signs_is_not_found_unsigned(kind: str, data: Fields, stream: str) -> None:
    log = sole_owner()
    if kind == "signing-key-revoked":
        log.registered(SOUTH)
        log.signed("signing-key-accepted", {"fingerprint": SOUTH_KEY}, PERSON)
    log.add(kind, "ines", dict(data), stream)

    refused(log, "ines had a key in force, and this is not signed", len(log.lines))


def test_what_somebody_signs_on_their_own_stream_needs_no_acknowledgement() -> None:
    """Its place tells whether the key was in force; the last key can so revoke itself."""
    log = sole_owner()
    log.signed("signing-key-revoked", {"fingerprint": INES_KEY, "reason": "old"}, PERSON)
    people = taken(log)

    assert 2 == len(people.signed)
    assert [] == people.by_name
    assert {} == people.people["ines"].in_force


def test_a_revoked_key_signs_nothing_on_its_holders_own_stream() -> None:
    log = sole_owner()
    for _ in range(2):
        log.signed("signing-key-revoked", {"fingerprint": INES_KEY, "reason": "old"}, PERSON)

    refused(log, "was not a key in force of ines", 6)


def test_a_holder_revokes_their_own_key_without_being_an_owner() -> None:
    log = in_force()
    log.signed("signing-key-revoked", {"fingerprint": INES_KEY, "reason": "old"}, PERSON)

    assert 2 == len(taken(log).signed)


# --- a sole owner who lost the key ----------------------------------------------------------------


def lost(log: Lines, key: str = INES_KEY) -> Lines:
    """Revoke a key of Ines in her own name, unsigned."""
    log.add("signing-key-revoked", "ines", {"fingerprint": key, "reason": "lost"}, PERSON)
    return log


def test_a_sole_owner_who_lost_the_key_goes_on_by_name_and_that_is_reported() -> None:
    log = lost(sole_owner()).registered(SOUTH, in_force=True)
    people = taken(log)

    assert [5, 6] == [position for _, position in people.by_name]
    assert [SOUTH_KEY] == list(people.people["ines"].in_force)
    enrol_bela(log)
    refused(log, "olga was no owner", 7)


def test_a_key_is_not_lost_where_another_owner_could_revoke_it() -> None:
    log = sole_owner()
    enrol = {"person": "bela", "printed_name": "Bela B"}
    log.given(log.signed("person-enrolled", enrol, BELA))
    log.given(log.signed("role-granted", {"role": "owner"}, BELA))

    refused(lost(log), "ines had a key in force, and this is not signed", 9)


def test_a_key_is_not_lost_by_somebody_who_is_no_owner() -> None:
    refused(lost(in_force()), "ines had a key in force, and this is not signed", 5)


def test_a_key_is_not_lost_where_another_one_signs() -> None:
    log = sole_owner().registered(SOUTH)
    log.signed("signing-key-accepted", {"fingerprint": SOUTH_KEY}, PERSON)

    refused(lost(log), "ines had a key in force, and this is not signed", 7)


def test_a_key_is_in_force_at_once_for_a_sole_owner_alone() -> None:
    refused(Lines().founded().registered(in_force=True), "waits for an owner to accept it", 3)
    log = sole_owner().registered(SOUTH, in_force=True)
    refused(log, "the key of ines waits for an owner to accept it", 5)


def test_a_key_of_an_owner_who_has_others_is_not_in_force_at_once() -> None:
    log = Lines().founded().owner()
    enrol_by_ines = {"person": "bela", "printed_name": "Bela B"}
    log.add("person-enrolled", "ines", enrol_by_ines, BELA)
    log.add("role-granted", "ines", {"role": "owner"}, BELA)
    log.registered(in_force=True)

    refused(log, "the key of ines waits for an owner to accept it", 6)


# --- when it was signed ---------------------------------------------------------------------------


def signed_at(log: Lines, when: str, **data: object) -> None:
    """Sign a note at a time of one's own, and acknowledge it."""
    log.given(log.signed("note", data, when=when))


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("1999-12-31T23:59:59.000000Z", "days before what it says was reviewed"),
        ("2026-03-02T07:55:02.000000Z", "5 minutes before what it says was reviewed"),
        ("2026-03-02T08:05:05.000000Z", "5 minutes after it was recorded"),
        ("2099-01-01T00:00:00.000000Z", "days after it was recorded"),
        ("2026-02-30T00:00:00.000000Z", "its time of signing is none"),
        ("today", "its time of signing is none"),
    ],
)
def test_nobody_signs_before_what_they_reviewed_nor_after_it_was_recorded(
    when: str, why: str
) -> None:
    """The last line reviewed is of 08:00:03, the signed one of 08:00:04."""
    log = in_force()
    signed_at(log, when)

    refused(log, why, 5)


@pytest.mark.parametrize("when", ["2026-03-02T07:55:03.000000Z", "2026-03-02T08:05:04.999999Z"])
def test_clocks_of_two_machines_may_differ(when: str) -> None:
    log = in_force()
    signed_at(log, when)

    assert 2 == len(taken(log).signed)


def test_a_signature_made_elsewhere_is_late_and_holds() -> None:
    log = in_force()
    log.at = 3_000
    signed_at(log, "2026-03-02T08:10:00.000000Z")
    registration, late = taken(log).signed

    assert (False, 0) == (registration.is_late, registration.waited_s)
    assert (True, 2_400) == (late.is_late, late.waited_s)


def test_nobody_signs_with_a_key_before_it_was_accepted() -> None:
    """What was reviewed may be older: the key has a time of its own."""
    log = Lines().founded().registered()
    size = len(log.lines)
    log.at = 1_000
    log.accepted()
    root, log.at = log.root(size).hex(), 1_100
    fields = log.signed("note", {}, when="2026-03-02T08:10:00.000000Z")
    assert fields["data"]["signature"]["root"] != root
    log.given(fields)
    refused(log, "6 minutes before what it says was reviewed", 5)


def test_a_key_shows_itself_at_a_time_that_can_be() -> None:
    log = Lines().founded()
    data: dict[str, Any] = {"in_force": False, "public_key": signers.line_of(INES)}
    log.signed("signing-key-registered", data, PERSON, when="2099-01-01T00:00:00.000000Z")

    refused(log, "days after it was recorded", 3)


def test_a_clock_set_back_takes_away_nothing_that_was_signed_before() -> None:
    """The key is revoked by a clock that is behind: it signed until the latest time known."""
    log = in_force()
    log.at = 3_000
    log.given(log.signed("note", {}))
    latest = log.parsed[-1]["at"]
    log.at = 10
    log.revoked()

    assert latest == taken(log).people["ines"].keys[INES_KEY].revoked_at
