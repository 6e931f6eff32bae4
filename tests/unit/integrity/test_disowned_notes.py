"""Notes that an owner set aside, as the lines say it."""

from hashlib import sha256
from typing import Any

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.disowned_notes import HELD_LIMIT_BYTES, begin_of
from signoff_ledger.integrity.encoding import encode_base64
from signoff_ledger.integrity.log_check import FLAGGED, Examination
from tests.lines import LEDGER, Lines
from tests.refusals import refusal
from tests.signers import LOG, ORIGIN, SOUTH


def aside(note: bytes, /, size: int = 2, **fields: Any) -> dict[str, Any]:
    """Give the data of the event."""
    data = {
        "note": encode_base64(begin_of(note)),
        "reason": "a stranger's",
        "sha256": sha256(note).hexdigest(),
        "signature": {"kind": "none"},
        "size": size,
    }
    return data | fields


def log_with(note: bytes, /, **fields: Any) -> Lines:
    """Write a log that sets a note aside."""
    log = Lines().founded()
    log.add("checkpoint-set-aside", "ines", aside(note, **fields), LEDGER)
    return log


def read(log: Lines) -> Examination:
    """Read every line."""
    examination = Examination()
    for _ in examination.read(log.rows):
        pass
    return examination


NOTES = {
    "empty": b"",
    "garbage": b"\xff\x00",
    "as long as is held": b"x" * HELD_LIMIT_BYTES,
    "longer": b"y" * (HELD_LIMIT_BYTES + 1),
    "foreign": Lines().founded().seal(2, SOUTH),
}


@pytest.mark.parametrize("name", NOTES)
def test_a_note_that_was_set_aside_is_known_again_and_shown(name: str) -> None:
    note = NOTES[name]
    log = log_with(note)
    examination = read(log)

    assert examination.aside.covers(2, note)
    assert not examination.aside.covers(3, note)
    assert not examination.aside.covers(2, note + b"x")
    checks = {check.name: check for check in examination.seals([(3, log.seal(3))])}
    assert FLAGGED == checks["set aside #3"].state
    assert "set aside by Ines I at position 3, because: a stranger's" in checks["set aside #3"].says


def test_somebody_who_was_not_enrolled_is_named_by_key() -> None:
    log = Lines().founded()
    log.add("checkpoint-set-aside", "olga", aside(b"x"), LEDGER)

    says = [check.says for check in read(log).seals([]) if check.state == FLAGGED]
    assert "set aside by olga at position 3" in says[0]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"note": "%"}, "not canonical base64"),
        ({"note": None}, "not the one that it names"),
        ({"size": True}, "it names no size"),
        ({"size": "2"}, "it names no size"),
        ({"sha256": "00" * 32}, "not the one that it names"),
        ({"note": encode_base64(b"y")}, "not the one that it names"),
    ],
)
def test_an_event_that_hides_what_it_sets_aside_is_refused(
    fields: dict[str, object], why: str
) -> None:
    with pytest.raises(EvidenceError) as caught:
        read(log_with(b"x", **fields))

    assert ("SL511", 3) == (caught.value.code, caught.value.position)
    assert why in caught.value.why


def test_the_logs_own_checkpoint_is_not_set_aside() -> None:
    examination = read(log_with(Lines().founded().seal(2)))

    with pytest.raises(EvidenceError) as caught:
        list(examination.seals([]))
    assert ("SL511", 3) == (caught.value.code, caught.value.position)
    assert "the log's own checkpoint of 2 events" in caught.value.why


@pytest.mark.parametrize(("size", "code"), [(2, "SL508"), (9, "SL507")])
def test_another_history_is_not_set_aside(size: int, code: str) -> None:
    examination = read(log_with(sign_checkpoint(Checkpoint(ORIGIN, size, bytes(32)), LOG)))

    with pytest.raises(EvidenceError) as caught:
        list(examination.seals([]))
    assert (code, 3) == (caught.value.code, caught.value.position)


def test_another_history_is_not_hidden_at_the_beginning_of_a_long_note() -> None:
    note = parse_note(sign_checkpoint(Checkpoint(ORIGIN, 2, bytes(32)), LOG))
    for number in range(90):
        name = f"witness.example/{number}/{'x' * 700}"
        note = note.with_signature(note.signatures[0]._replace(name=name))
    assert len(note.to_bytes()) > HELD_LIMIT_BYTES

    with refusal("SL508"):
        list(read(log_with(note.to_bytes())).seals([]))


def test_only_an_owner_sets_a_note_aside_with_a_signature() -> None:
    for is_owner in (True, False):
        log = Lines().founded()
        if is_owner:
            log.owner().registered(in_force=True)
        else:
            log.registered().accepted()
        data = {name: value for name, value in aside(b"x").items() if name != "signature"}
        log.given(log.signed("checkpoint-set-aside", data, LEDGER))
        if is_owner:
            assert read(log).aside.all
        else:
            with refusal("SL506", "ines was no owner"):
                read(log)
