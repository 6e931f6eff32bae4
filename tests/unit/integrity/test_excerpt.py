"""Some streams of a log without the rest: complete, what they are called, and acknowledged."""

from collections.abc import Mapping, Sequence

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.excerpt import Excerpt
from signoff_ledger.integrity.log_check import Examination, by_name_alone
from signoff_ledger.integrity.stream_ids import stream_id
from tests.lines import LEDGER, PERSON, PROCESS, Lines, log_key, rotation
from tests.refusals import refusal
from tests.signers import INES, LOG, NORTH, fingerprint_of

NAMES = {"process mug": PROCESS, "ledger": LEDGER, "person ines": PERSON}
"""In an order in which no signature comes before what it is of."""


def story() -> Lines:
    """Tell of a signed note and of a signed decision."""
    log = Lines().founded().registered().accepted()
    log.given(log.signed("note", {"text": "x"}))
    log.decided(log.signed("process-held", {"heads": {"root": log.root(2).hex(), "size": 2}}))
    log.revoked()
    return log


def streams(log: Lines, names: Sequence[str] = tuple(NAMES)) -> dict[str, list[bytes]]:
    """Give some streams of a log."""
    return {
        name: [
            line
            for line, fields in zip(log.lines, log.parsed, strict=True)
            if fields["stream"] == NAMES[name]
        ]
        for name in names
    }


def read(parts: Mapping[str, Sequence[bytes]]) -> Excerpt:
    """Read an excerpt."""
    excerpt = Excerpt(parts)
    excerpt.read()
    return excerpt


def refused(code: str, why: str, parts: Mapping[str, Sequence[bytes]]) -> None:
    """Expect an excerpt to be refused."""
    with pytest.raises(EvidenceError) as caught:
        read(parts)
    assert (code, True) == (caught.value.code, why in caught.value.why)


@pytest.mark.parametrize("reverse", [False, True])
def test_streams_hold_in_whatever_order_they_are_given(reverse: bool) -> None:
    log = story()
    names = list(NAMES)[::-1] if reverse else list(NAMES)
    excerpt = read(streams(log, names))

    assert 9 == excerpt.lines == len(log.lines)
    assert [log_key()] == [key.line for key in excerpt.keys.all]
    assert {"signing-key-registered", "note", "process-held"} == {
        signed.line["type"].split(".")[1] for signed in excerpt.people.signed
    }
    assert [None] * 3 == [signed.position for signed in excerpt.people.signed]
    assert PROCESS == excerpt.streams["process mug"][0]["stream"]


def test_the_logs_key_is_followed_by_the_ledgers_own_stream() -> None:
    log = story()
    log.add("log-key-rotated", "olga", rotation(LOG, NORTH))
    excerpt = read(streams(log))

    assert [log_key(), log_key(NORTH)] == [key.line for key in excerpt.keys.all]


def test_a_signer_may_have_signed_in_streams_that_are_not_here() -> None:
    log = story()

    excerpt = read(streams(log, ["ledger", "person ines"]))
    assert ["signoff.signing-key-registered.v1"] == [
        signed.line["type"] for signed in excerpt.people.signed
    ]


def test_a_signature_whose_signers_stream_is_missing_is_refused() -> None:
    refused(
        "SL506",
        "ines never acknowledged it on their own stream",
        streams(story(), ["ledger", "process mug"]),
    )


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_stream_without_one_of_its_lines_is_refused(at: int) -> None:
    parts = streams(story())
    del parts["person ines"][at]

    refused("SL502", "is at version", parts)


def test_a_stream_cut_short_does_not_pass_where_it_was_signed() -> None:
    parts = streams(story())
    del parts["process mug"][-1]

    refused("SL506", "person ines acknowledges what its stream does not hold", parts)


@pytest.mark.parametrize(
    ("called", "instead"),
    [
        ("process mug", "process cup"),
        ("person ines", "person olga"),
        ("person ines", "batch ines"),
        ("ledger", "ledger x"),
    ],
)
def test_a_stream_is_not_called_by_anothers_name(called: str, instead: str) -> None:
    """Whatever is read by its name, a process above all, would not be looked at."""
    parts = streams(story())
    parts = {instead if name == called else name: lines for name, lines in parts.items()}

    refused("SL502", f"{instead} is stream {stream_id(*instead.split())}", parts)


def test_a_stream_does_not_hold_lines_of_another() -> None:
    parts = streams(story())
    parts["process mug"] += parts.pop("ledger")

    refused("SL502", f"and the line is of {LEDGER}", parts)


def test_a_stream_without_lines_is_let_be() -> None:
    assert [] == read(streams(story()) | {"batch B1": []}).streams["batch B1"]


def test_a_line_that_is_none_is_refused() -> None:
    parts = streams(story())
    parts["ledger"][0] += b" "

    with refusal("SL503"):
        read(parts)


@pytest.mark.parametrize("version", [True, "1", None])
def test_an_acknowledgement_without_a_number_acknowledges_nothing(version: object) -> None:
    log = Lines().founded().registered().accepted()
    line = log.signed("note", {})
    log.add(
        "signature-given",
        "ines",
        {"signed_stream": line["stream"], "signed_version": version},
        PERSON,
    )

    refused("SL506", "never acknowledged", streams(log))


# --- clocks ---------------------------------------------------------------------------------------


def test_a_clock_that_ran_backwards_is_reported_by_stream_and_version() -> None:
    log = Lines().founded().registered()
    log.at = 1
    log.accepted()

    assert [("person ines", 3)] == read(streams(log, ["ledger", "person ines"])).backwards
    assert [] == read(streams(story())).backwards


def decided_at(when: str, batch_at: int = 2_000) -> Lines:
    """Decide on a batch whose last line has a time of its own."""
    log = Lines().founded().registered().accepted()
    log.at = batch_at
    log.add("batch-started", "egon", {}, BATCH)
    log.at = 3_000
    heads = {"batches": {"B1": 1, "B2": 4, "B3": -1}, "root": log.root(2).hex(), "size": 2}
    log.decided(log.signed("process-held", {"heads": heads}, when=when))
    return log


BATCH = str(stream_id("batch", "B1"))


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("1999-12-31T23:59:59.000000Z", "days before what it says was reviewed"),
        ("2026-03-02T08:28:19.000000Z", "5 minutes before what it says was reviewed"),
        ("2099-01-01T00:00:00.000000Z", "days after it was recorded"),
    ],
)
def test_a_signature_of_another_time_is_refused_without_the_rest_of_the_log(
    when: str, why: str
) -> None:
    """The batch was last written at 08:33:20: what a decision names is older than it."""
    parts = streams(decided_at(when))
    batch = decided_at(when).lines[4]

    refused("SL506", why, parts | {"batch B1": [batch]})


def test_a_signature_between_batch_and_recording_holds_without_the_rest_of_the_log() -> None:
    log = decided_at("2026-03-02T08:40:00.000000Z")
    excerpt = read(streams(log) | {"batch B1": [log.lines[4]]})

    assert [600] == [signed.waited_s for signed in excerpt.people.signed if signed.is_late]


def test_what_the_same_command_recorded_before_was_not_reviewed() -> None:
    """A sign-off that lapses by a hold stands before it, and is written when it is recorded."""

    def held(cmd: str | None) -> Lines:
        log = Lines().founded().registered().accepted()
        log.at, log.cmd = 3_000, cmd
        log.add("sign-off-lapsed", "ines", {}, PROCESS)
        heads: dict[str, object] = {"heads": {}}
        log.decided(log.signed("process-held", heads, when="2026-03-02T08:10:00.000000Z"))
        return log

    refused("SL506", "before what it says was reviewed", streams(held(None)))
    assert 2 == len(read(streams(held("one#0123456789abcdef"))).people.signed)


# --- acts that nobody signed ----------------------------------------------------------------------


def test_an_unsigned_act_dated_after_the_key_is_for_a_reader_to_look_at() -> None:
    """The streams know no order between them: whether it was before the key is not proved."""
    log = Lines().founded()
    log.unsigned("production-order-committed")
    log.registered().accepted()
    log.unsigned("production-order-committed")
    log.unsigned("production-order-committed", by="egon")
    excerpt = read(streams(log))

    assert [2] == [line["version"] for line in excerpt.people.missing]
    with refusal("SL506"):
        read_whole(log)


def read_whole(log: Lines) -> None:
    """Read the log itself, whose order says more."""
    for _ in Examination().read(log.rows):
        pass


def test_a_signature_that_was_cut_out_is_found_by_its_acknowledgement() -> None:
    log = Lines().founded().registered().accepted()
    log.given(log.unsigned("production-order-committed"))

    refused("SL506", "ines had a key in force, and this is not signed", streams(log))


def test_an_owners_act_by_somebody_who_never_was_one_is_refused() -> None:
    log = Lines().founded()
    log.add("witness-added", "ines", {})

    refused("SL506", "ines was no owner", streams(log, ["ledger", "person ines"]))
    log = Lines().founded().owner()
    log.add("witness-added", "ines", {})
    assert 4 == read(streams(log, ["ledger", "person ines"])).lines


def test_a_sole_owners_lost_key_is_reported_by_their_own_stream() -> None:
    log = Lines().founded().owner().registered(in_force=True)
    lost = {"fingerprint": fingerprint_of(INES), "reason": "lost"}
    log.add("signing-key-revoked", "ines", lost, PERSON)
    excerpt = read(streams(log, ["ledger", "person ines"]))

    assert [(4, None)] == [(line["version"], at) for line, at in excerpt.people.by_name]
    (check,) = by_name_alone(excerpt.people)
    assert check.says.endswith("Compare fingerprints: version 4 of ines")
