"""Reading a whole log: each thing that does not hold, with its code, position and cause."""

from collections.abc import Callable, Sequence

import pytest

from signoff_ledger.errors import Advice, EvidenceError
from signoff_ledger.integrity.c2sp.cosignature import cosign
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.c2sp.policy import parse_policy
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, VerifierKey
from signoff_ledger.integrity.command_ids import Command
from signoff_ledger.integrity.log_check import Check, Examination, StoredRow, Trust
from tests import signers
from tests.lines import PERSON, PROCESS, Fields, Lines, log_key, rotation
from tests.refusals import refusal
from tests.signers import LOG, NORTH, ORIGIN, SOUTH

Notes = list[tuple[int, bytes]]


def story() -> Lines:
    """Tell a short story with one signature."""
    log = Lines().founded().registered().accepted()
    log.given(log.signed("note", {"text": "x"}))
    return log


def read(log: Lines, rows: Sequence[StoredRow] | None = None) -> Examination:
    """Read every line."""
    examination = Examination()
    for _ in examination.read(log.rows if rows is None else rows):
        pass
    return examination


def refused(code: str, position: int | None, why: str, look: Callable[[], object]) -> None:
    """Expect a refusal."""
    with pytest.raises(EvidenceError) as caught:
        look()
    assert (code, position) == (caught.value.code, caught.value.position)
    assert why in caught.value.why


def by_name(checks: Sequence[Check]) -> dict[str, tuple[str, str]]:
    """Order checks by their names, of which none comes twice."""
    found = {check.name: (check.state, check.says) for check in checks}
    assert len(found) == len(checks)
    return found


# --- lines --------------------------------------------------------------------------------------


def test_lines_that_hold_are_given_on_as_parsed() -> None:
    log = story()
    examination = Examination()

    assert log.parsed == list(examination.read(log.rows))
    assert log.root(6) == examination.tree.root(6)
    assert {
        "lines": ("proved", "6 lines in 3 streams are canonical, complete and chained"),
        "clock": ("proved", "no line is dated before the one recorded before it"),
        "reviewed": ("proved", "2 roots named in lines are the log's"),
    } == by_name(list(examination.lines()))


def test_an_empty_log_holds() -> None:
    examination = read(Lines())
    examination.people.finish()

    assert "0 lines in 0 streams" in by_name(list(examination.lines()))["lines"][1]


@pytest.mark.parametrize(
    ("position", "old", "new", "wanted"),
    [
        (2, b"}", b"} ", "SL503"),
        (1, b'"v":1', b'"v":2', "SL503"),
        (1, ORIGIN.encode(), b"x", "SL505"),
        (3, b'"version":2', b'"version":3', "SL502"),
        (3, b"I mean it.", b"I mean no.", "SL506"),
    ],
)
def test_the_first_line_that_does_not_hold_is_named(
    position: int, old: bytes, new: bytes, wanted: str
) -> None:
    log = Lines().founded().registered()
    line = log.lines[position - 1]
    log.lines[position - 1] = line.replace(old, new, 1)
    assert line != log.lines[position - 1]

    refused(wanted, position, "", lambda: read(log))


def test_a_refusal_that_knows_its_own_position_keeps_it() -> None:
    log = Lines().founded().registered().accepted()
    log.signed("note", {}, fingerprint=signers.fingerprint_of(SOUTH))
    log.given({"stream": PROCESS, "version": 1})

    refused("SL506", 5, "was not a key in force", lambda: read(log))


def indexed(log: Lines) -> list[StoredRow]:
    """Give the lines as a store does."""
    return [
        StoredRow(line, (fields["stream"], fields["version"], fields["type"]), leaf, position)
        for position, (line, fields, leaf) in enumerate(
            zip(log.lines, log.parsed, log.leaves, strict=True), 1
        )
    ]


def test_lines_that_agree_with_their_index_are_said_to() -> None:
    log = story()

    assert by_name(list(read(log, indexed(log)).lines()))["lines"][1].endswith(
        "chained, and agree with their index"
    )


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        ({"position": 3}, "it stands at position 3"),
        ({"columns": (PROCESS, 1, "signoff.person-enrolled.v1")}, "the index says ("),
        ({"columns": (PERSON, 2, "signoff.person-enrolled.v1")}, "the index says ("),
        ({"columns": (PERSON, 1, "signoff.role-granted.v1")}, "the index says ("),
        ({"leaf": bytes(32)}, "the leaf hash kept with it is not its own"),
        ({"leaf": None}, "the leaf hash kept with it is not its own"),
    ],
)
def test_a_line_is_held_against_its_index(spoilt: Fields, why: str) -> None:
    log = story()
    rows = indexed(log)
    rows[1] = rows[1]._replace(**spoilt)

    refused("SL502", 2, why, lambda: read(log, rows))


def test_a_clock_that_went_backwards_is_flagged() -> None:
    log = Lines().founded()
    for at in (9, 3, 5, 4, 4):
        log.at = at
        log.add("note", "olga", {})

    state, says = by_name(list(read(log).lines()))["clock"]
    assert ("flagged", "it went backwards 2 times, at #4, #6") == (state, says)


def test_of_many_steps_backwards_five_are_shown() -> None:
    log = Lines().founded()
    for at in range(20, 10, -1):
        log.at = at
        log.add("note", "olga", {})

    _, says = by_name(list(read(log).lines()))["clock"]
    assert "it went backwards 9 times, at #4, #5, #6, #7, #8" == says


@pytest.mark.parametrize("part", ["heads", "signature"])
@pytest.mark.parametrize("size", [3, 4, 0, -1, True, "2", None])
def test_a_tree_that_the_log_never_had_is_refused(part: str, size: object) -> None:
    log = Lines().founded()
    claim = {"root": log.root(2).hex(), "size": size, "kind": "none"}
    log.add("note", "olga", {part: claim}, PROCESS)
    examination = read(log)

    refused("SL504", 3, "events", lambda: list(examination.lines()))


@pytest.mark.parametrize("root", ["00" * 32, "", 7])
def test_a_root_that_is_another_is_refused(root: object) -> None:
    log = Lines().founded()
    log.add("note", "olga", {"heads": {"root": root, "size": 2}}, PROCESS)
    examination = read(log)

    refused("SL504", 3, "... of 2 events", lambda: list(examination.lines()))


def test_a_tree_that_the_log_had_is_proved() -> None:
    log = Lines().founded()
    log.add("note", "olga", {"heads": {"root": log.root(2).hex(), "size": 2}}, PROCESS)
    log.add("note", "olga", {"heads": {"size": 2}, "signature": "none"}, PROCESS)

    assert "1 roots named" in by_name(list(read(log).lines()))["reviewed"][1]


# --- signatures ---------------------------------------------------------------------------------


def test_it_is_said_who_signed_and_who_did_not() -> None:
    log = story()
    assert (
        "proved",
        "2 signatures of 1 people verify, each by a key in force at that moment",
    ) == by_name(list(read(log).signatures()))["signatures"]

    log.unsigned("note", by="egon")
    checks = by_name(list(read(log).signatures()))
    assert ("flagged", "3 events that can be signed are not") == checks["unsigned"]


def test_an_unsigned_event_of_somebody_without_a_key_is_flagged_without_blame() -> None:
    log = Lines().founded().owner().registered(in_force=True)
    log.unsigned("note", by="egon")

    says = by_name(list(read(log).signatures()))["unsigned"][1]
    assert "3 events that can be signed are not" == says


def test_a_sole_owners_key_that_was_replaced_by_name_alone_is_flagged() -> None:
    log = Lines().founded().owner().registered(in_force=True)
    lost = {"fingerprint": signers.fingerprint_of(signers.INES), "reason": "lost"}
    log.add("signing-key-revoked", "ines", lost, PERSON)
    log.registered(SOUTH, in_force=True)

    state, says = by_name(list(read(log).signatures()))["replaced key"]
    assert ("flagged", True) == (state, says.endswith("Compare fingerprints: #5, #6"))


def test_a_log_without_signatures_says_that_it_proves_nothing_of_people() -> None:
    log = Lines().founded()
    log.unsigned("note")
    (check,) = read(log).signatures()

    assert ("signatures", "not proved") == (check.name, check.state)
    assert "no person has signed with a key" in check.says


def test_an_unacknowledged_signature_is_refused_at_its_position() -> None:
    log = Lines().founded().registered().accepted()
    log.signed("note", {})
    examination = read(log)

    refused("SL506", 5, "never acknowledged", lambda: list(examination.signatures()))


# --- seals --------------------------------------------------------------------------------------


def test_checkpoints_of_the_log_prove_it() -> None:
    log = story()
    notes = [(2, log.seal(2)), (6, log.seal(6))]
    (check,) = read(log).seals(notes)

    assert ("seal", "proved") == check[:2]
    assert (
        f"2 checkpoints verify; the last one is of 6 events, root {log.root(6).hex()}, by {ORIGIN}"
        == check.says
    )


def test_a_tail_that_is_not_sealed_is_reported() -> None:
    log = story()
    checks = by_name(list(read(log).seals([(4, log.seal(4))])))

    assert ("not proved", "the last 2 events are not sealed yet") == checks["tail"]


def test_a_log_without_a_seal_proves_nothing() -> None:
    (check,) = read(story()).seals([])

    assert ("seal", "not proved") == check[:2]


def test_each_checkpoint_is_opened_with_the_key_of_its_size() -> None:
    log = Lines().founded()
    log.add("log-key-rotated", "olga", rotation(LOG, NORTH))
    log.add("note", "olga", {})
    good = [(2, log.seal(2)), (3, log.seal(3, NORTH)), (4, log.seal(4, NORTH))]

    assert "proved" == next(iter(read(log).seals(good))).state
    for size, wrong in ((2, NORTH), (3, LOG), (4, LOG)):
        with refusal("SL511"):
            list(read(log).seals([(size, log.seal(size, wrong))]))


BAD_NOTES: dict[str, tuple[Callable[[Lines], Notes], str, str]] = {
    "by nobody the log knows": (lambda log: [(6, log.seal(6, SOUTH))], "SL511", "signature of "),
    "no note": (lambda _: [(6, b"x")], "SL505", ""),
    "of a longer log": (
        lambda log: [(7, log.seal(6, claim=7))],
        "SL507",
        "it has 6 events, and 7 were signed for",
    ),
    "of another tree": (
        lambda log: [(5, log.seal(6, claim=5))],
        "SL508",
        "the checkpoint of 5 events is of another tree",
    ),
    "under another size": (
        lambda log: [(5, log.seal(6))],
        "SL511",
        "it is the checkpoint of 6 events",
    ),
    "not the last one": (
        lambda log: [(2, log.seal(3, claim=2)), (6, log.seal(6))],
        "SL508",
        "the checkpoint of 2 events is of another tree",
    ),
}


@pytest.mark.parametrize("name", BAD_NOTES)
def test_a_checkpoint_that_does_not_hold_is_refused(name: str) -> None:
    make, code, why = BAD_NOTES[name]
    log = story()
    examination = read(log)

    with pytest.raises(EvidenceError) as caught:
        list(examination.seals(make(log)))
    assert (code, True) == (caught.value.code, why in caught.value.why)


def test_a_log_without_a_key_has_no_checkpoint() -> None:
    log = Lines().founded(None)

    with refusal("SL505", "at a size of 2"):
        list(read(log).seals([(2, log.seal(2))]))


def test_command_ids_are_proved_and_held_against_their_rows() -> None:
    log = story()
    rows = [Command(f"c-{n}", n + 1, n + 1) for n in range(len(log.lines))]
    for kept, says in ((None, ""), (rows, ", and the store's rows agree with the lines")):
        examination = Examination()
        for _ in examination.read(log.rows, kept):
            pass

        (check,) = examination.command_ids()
        assert Check("commands", "proved", f"6 command ids, each used once{says}") == check


# --- what the reader brings along ---------------------------------------------------------------


def witness_key(name: str = "north.example/w") -> VerifierKey:
    """Give the verifier key of a witness."""
    return VerifierKey(name, COSIGNATURE_V1, signers.raw(NORTH))


def policy(*, quorum: str = "w", log: str | None = None) -> bytes:
    """Write a policy with one witness."""
    return (f"log {log or log_key()}\nwitness w {witness_key().line}\nquorum {quorum}\n").encode()


def cosigned(note: bytes) -> bytes:
    """Put the witness's line under a note."""
    line = cosign(parse_note(note).text, "north.example/w", NORTH, 1_772_438_400)
    return note + line.line.encode()


def trusted(log: Lines, notes: Notes, **trust: bytes) -> list[Check]:
    """Hold a log against what a reader brings along."""
    given = parse_policy(trust["policy"]) if "policy" in trust else None
    return list(read(log).trusted(notes, Trust(given, trust.get("since"))))


def test_a_reader_who_brings_nothing_learns_what_that_means() -> None:
    (check,) = trusted(story(), [])

    assert ("history", "not proved") == check[:2]
    assert Advice("bring-checkpoint-or-policy") == check.advice
    assert "policy with witnesses" in check.says


def test_a_log_that_grew_from_the_readers_checkpoint_is_proved_to() -> None:
    log = story()
    checks = by_name(trusted(log, [], since=log.seal(3)))

    assert ("proved", "it begins with the 3 events of your checkpoint, unchanged") == (
        checks["growth"]
    )
    assert "not proved" == checks["history"][0]
    assert "the last " in checks["history"][1]


def test_a_log_that_is_all_in_the_readers_checkpoint_leaves_nothing_open() -> None:
    log = story()

    (check,) = trusted(log, [], since=log.seal(len(log.rows)))

    assert ("growth", "proved") == check[:2]


def test_a_log_that_did_not_grow_from_the_readers_checkpoint_is_refused() -> None:
    log, other = story(), story()
    for since, code in (
        (log.seal(4, claim=3), "SL508"),
        (log.seal(6, claim=9), "SL507"),
        (other.seal(3, SOUTH), "SL505"),
    ):
        with refusal(code):
            trusted(log, [], since=since)


def test_a_quorum_of_the_readers_witnesses_is_proved() -> None:
    log = story()
    notes = [(4, cosigned(log.seal(4))), (6, cosigned(log.seal(6)))]
    checks = by_name(trusted(log, notes, policy=policy()))

    assert {
        "log key": ("proved", f"your policy names the key of {ORIGIN}"),
        "witnesses": ("proved", "north.example/w cosigned 6 events"),
    } == checks


def test_what_is_behind_the_last_quorum_is_reported() -> None:
    log = story()
    checks = by_name(trusted(log, [(4, cosigned(log.seal(4))), (6, log.seal(6))], policy=policy()))

    assert ("proved", "north.example/w cosigned 4 events") == checks["witnesses"]
    assert ("not proved", "the last 2 events have no quorum yet") == checks["unwitnessed"]


@pytest.mark.parametrize("sealed", [False, True])
def test_a_log_without_the_readers_quorum_is_refused(sealed: bool) -> None:
    log = story()

    with refusal("SL505", "none of its witnesses cosigned the last one"):
        trusted(log, [(6, log.seal(6))] if sealed else [], policy=policy())


def test_a_policy_that_asks_for_no_witness_is_satisfied() -> None:
    log = story()
    checks = by_name(trusted(log, [(6, log.seal(6))], policy=policy(quorum="none")))

    assert ("proved", "your policy asks for none") == checks["witnesses"]


def test_a_policy_that_names_another_log_is_not_satisfied() -> None:
    log = story()

    for named in (log_key(SOUTH), log_key(LOG, "log.example/cup")):
        with refusal("SL505", f"it is {ORIGIN}"):
            trusted(log, [], policy=policy(log=named))
    with refusal("SL505", "it is a log without a key"):
        trusted(Lines().founded(None), [], policy=policy())


def test_a_policy_that_names_a_key_rotated_since_proves_less() -> None:
    log = Lines().founded()
    log.add("log-key-rotated", "olga", rotation(LOG, NORTH))

    checks = by_name(trusted(log, [], policy=policy(quorum="none")))
    assert "not proved" == checks["log key"][0]
    assert "nothing is sealed by it" in checks["log key"][1]


def test_a_policy_that_names_no_log_is_about_witnesses_alone() -> None:
    log = story()
    text = b"\n".join(policy().splitlines()[1:]) + b"\n"

    assert {"witnesses"} == set(by_name(trusted(log, [(6, cosigned(log.seal(6)))], policy=text)))


def test_what_was_signed_elsewhere_and_recorded_later_is_shown() -> None:
    log = Lines().founded().registered().accepted()
    log.at = 3_000
    log.given(log.signed("note", {}, when="2026-03-02T08:10:00.000000Z"))
    examination = read(log)

    said = by_name(list(examination.signatures()))["signatures"]
    assert ("proved", True) == (
        said[0],
        said[1].endswith("; 1 were recorded later than they were signed, #5 by 40 minutes"),
    )


def test_a_line_of_no_day_is_refused_with_its_position() -> None:
    log = Lines().founded()
    log.add("note", "ines", {})
    log.lines[-1] = log.lines[-1].replace(b"2026-03-02", b"2026-13-02")

    refused("SL503", 3, "month must be in 1..12", lambda: read(log))
