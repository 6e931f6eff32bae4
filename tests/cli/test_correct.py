"""`signoff correct`."""

from pathlib import Path

import pytest

from tests.cli.shops import at
from tests.cli.terminal import Terminal

REASON = ("--batch", "B1", "--reason", "typed wrong")


def rejects(terminal: Terminal) -> int:
    """Count the rejects of the first batch."""
    found: int = terminal.asked("status", "mug")["batches"][0]["rejects"]
    return found


def test_a_correction_takes_effect_when_a_second_person_confirms_it(tmp_path: Path) -> None:
    """S-23."""
    terminal = at("held", tmp_path)

    terminal.did("correct", "B1-3", "gap=0.55", *REASON, by="ines")
    asked_for = rejects(terminal)
    said = terminal.did("correct", "--confirm", "1", "--batch", "B1", by="ivan")

    assert 2 == asked_for
    assert 3 == rejects(terminal)
    assert "Correction 1 of B1 confirmed by a second person; it makes D-3 LID-SEAT (major)" in (
        said.out
    )


def test_nobody_confirms_their_own_correction(tmp_path: Path) -> None:
    """S-23: two people."""
    terminal = at("pending", tmp_path)
    before = terminal.events()

    for answer in (["--confirm", "1"], ["--decline", "1", "--reason", "no"]):
        error = terminal.refused("SL307", "correct", *answer, "--batch", "B2", by="ines")
        assert "correction 1 of batch B2 needs a second person" == error["what"]
    assert before == terminal.events()


def test_a_reject_is_not_taken_back_by_a_word(tmp_path: Path) -> None:
    """S-23: bad luck is no reason."""
    terminal = at("held", tmp_path)

    error = terminal.refused("SL307", "correct", "B1-1", "gap=0.25", *REASON, by="ines")

    assert "a reject of unit B1-1 cannot be taken back by a word" == error["what"]
    assert "measure again and say how with --remeasured" == error["fix"]


def test_a_reject_goes_where_it_was_measured_wrong_and_again(tmp_path: Path) -> None:
    """S-23: with a reason, a second measurement and a second person."""
    terminal = at("held", tmp_path)
    again = ("--remeasured", "with gauge FG-3, zeroed")

    terminal.did("correct", "B1-1", "gap=0.25", *REASON, *again, by="ines")
    terminal.did("correct", "--confirm", "1", "--batch", "B1", by="ivan")

    assert 1 == rejects(terminal)
    reported = terminal.did("history").out.replace("\n", " ")
    assert "D-1 LID-SEAT (major)" in reported
    assert "0.50 mm should be 0.25 mm" in " ".join(reported.split())


def test_a_declined_correction_changes_nothing(tmp_path: Path) -> None:
    terminal = at("pending", tmp_path)

    terminal.did(
        "correct", "--decline", "1", "--batch", "B2", "--reason", "it was right", by="ivan"
    )

    data = terminal.asked("status", "mug")
    assert "SIGNED_OFF" == data["standing"]
    assert (0, 0) == (data["batches"][1]["rejects"], data["batches"][1]["corrections_pending"])


def test_how_a_unit_was_made_can_be_corrected(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)

    terminal.did("correct", "B1-3", "method=bench", *REASON, by="ines")
    terminal.did("correct", "--confirm", "1", "--batch", "B1", by="ivan")

    unit = terminal.asked("status", "--batch", "B1")["units"][2]
    assert ["BENCH_BUILT"] == unit["excluded"]


def test_a_nonconformity_can_become_another_mode(tmp_path: Path) -> None:
    terminal = at("built", tmp_path)
    terminal.did("defect", "add", "B1-3", "OTHER", "--batch", "B1", by="ines")

    terminal.did("correct", "B1-3", "D-3=CRACK", *REASON, by="ines")
    terminal.did("correct", "--confirm", "1", "--batch", "B1", by="ivan")

    assert ["D-3 CRACK"] == terminal.asked("status", "--batch", "B1")["units"][2]["nonconformities"]


def test_a_nonconformity_is_voided_only_with_a_second_look(tmp_path: Path) -> None:
    """S-23."""
    terminal = at("built", tmp_path)
    terminal.did("defect", "add", "B1-3", "OTHER", "--batch", "B1", by="ines")

    terminal.refused("SL307", "correct", "B1-3", "D-3=void", *REASON, by="ines")
    terminal.did("correct", "B1-3", "D-3=void", *REASON, "--remeasured", "under a lamp", by="ines")
    terminal.did("correct", "--confirm", "1", "--batch", "B1", by="ivan")

    assert [] == terminal.asked("status", "--batch", "B1")["units"][2]["nonconformities"]


def test_a_nonconformity_stands_while_the_reading_that_shows_it_stands(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)

    error = terminal.refused("SL109", "correct", "B1-1", "D-1=void", *REASON, by="ines")

    assert "measure again and correct the reading of gap, with --remeasured" == error["fix"]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("gap", "SL109"),
        ("gap=0.50", "SL109"),
        ("gap=wide", "SL103"),
        ("width=1", "SL204"),
        ("D-9=void", "SL204"),
        ("D-1=DENT", "SL204"),
        ("method=magic", "SL103"),
        ("gap=", "SL106"),
        ("gap=\x1b[2J", "SL106"),
    ],
)
def test_a_correction_names_an_entry_and_its_right_value(
    tmp_path: Path, entry: str, code: str
) -> None:
    terminal = at("held", tmp_path)

    terminal.refused(code, "correct", "B1-1", entry, *REASON, by="ines")


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("B1-1",),
        ("B1-1", "gap=0.4", "--confirm", "1"),
        ("--confirm", "1", "--decline", "1"),
        ("--decline", "1"),
    ],
    ids=["nothing", "serial alone", "asked and answered", "both answers", "no reason"],
)
def test_one_thing_is_done_at_a_time(tmp_path: Path, args: tuple[str, ...]) -> None:
    terminal = at("pending", tmp_path)

    terminal.refused("SL109", "correct", *args, "--batch", "B2", by="ivan")


def test_an_answered_correction_is_not_answered_again(tmp_path: Path) -> None:
    terminal = at("unsupported", tmp_path)

    error = terminal.refused("SL204", "correct", "--confirm", "1", "--batch", "B2", by="ivan")

    assert "batch B2 has no pending correction 1" == error["what"]


def test_a_correction_that_another_one_overtook_is_refused(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)
    terminal.did("correct", "B1-3", "gap=0.31", *REASON, by="ines")
    terminal.did("correct", "B1-3", "gap=0.32", *REASON, by="ines")
    terminal.did("correct", "--confirm", "2", "--batch", "B1", by="ivan")

    error = terminal.refused("SL305", "correct", "--confirm", "1", "--batch", "B1", by="ivan")

    assert "it would correct 0.25 mm, by now gap is 0.32 mm" == error["why"]


def test_a_sign_off_that_no_longer_follows_is_unsupported(tmp_path: Path) -> None:
    """G11: nothing reopens; the order gate shuts until somebody holds or withdraws."""
    terminal = at("pending", tmp_path)

    terminal.did("correct", "--confirm", "1", "--batch", "B2", by="ivan")
    standing = terminal.asked("status", "mug")["standing"]
    error = terminal.refused(
        "SL302", "order", "commit", "mug", "50", "--reference", "PO", by="bela"
    )
    terminal.did("withdraw", "mug", "--reason", "a lid was out of limits", "--yes", by="anna")

    assert "UNSUPPORTED" == standing
    assert (
        "mug is UNSUPPORTED: these rules do not hold now: nonconformities-closed"
        in (error["rules"][0]["says"])
    )
    assert "WITHDRAWN" == terminal.asked("status", "mug")["standing"]
    assert {"same": True, "outcome": "SIGNED_OFF"}.items() <= (
        terminal.asked("replay")["decisions"][-1].items()
    )


def test_an_unsupported_sign_off_can_be_held(tmp_path: Path) -> None:
    """G11."""
    terminal = at("unsupported", tmp_path)

    terminal.did("hold", "mug", "--reason", "a lid was out of limits", "--yes", by="anna")

    assert "HELD" == terminal.asked("status", "mug")["standing"]


def test_no_sign_off_while_a_correction_waits(tmp_path: Path) -> None:
    """S-23."""
    terminal = at("clear", tmp_path)
    terminal.did("correct", "B2-1", "gap=0.26", "--batch", "B2", "--reason", "x", by="ines")

    error = terminal.refused("SL301", "sign", "mug", "--yes", by="anna")

    assert ["no-correction-pending"] == [rule["rule"] for rule in error["rules"]]
