"""`signoff nonconformity`."""

from pathlib import Path

import pytest

from tests.cli.shops import at


def test_a_nonconformity_seen_later_counts(tmp_path: Path) -> None:
    terminal = at("built", tmp_path)

    terminal.did("defect", "add", "B1-3", "CRACK@rim", "--batch", "B1", "--note", "hairline",
                 by="ines")  # fmt: skip

    batch = terminal.asked("status", "mug")["batches"][0]
    assert (3, 3, 1) == (batch["rejects"], batch["nonconformities"], batch["critical"])
    assert "Unit B1-3 of B1: D-3 CRACK at rim (critical) found later" in terminal.did("history").out


def test_one_unit_with_two_nonconformities_is_one_reject(tmp_path: Path) -> None:
    """S-45: units are counted apart from nonconformities."""
    terminal = at("built", tmp_path)

    terminal.did("defect", "add", "B1-1", "CRACK", "--batch", "B1", by="ines")

    batch = terminal.asked("status", "mug")["batches"][0]
    assert (2, 3) == (batch["rejects"], batch["nonconformities"])


def test_a_nonconformity_needs_a_unit_and_a_mode_of_the_plan(tmp_path: Path) -> None:
    terminal = at("built", tmp_path)

    unit = terminal.refused("SL204", "defect", "add", "B1-9", "CRACK", "--batch", "B1", by="ines")
    mode = terminal.refused("SL204", "defect", "add", "B1-1", "DENT", "--batch", "B1", by="ines")

    assert "batch B1 has no unit B1-9" == unit["what"]
    assert "use one of these, or OTHER with a note" == mode["fix"]


def test_a_later_attribution_replaces_an_earlier_one_and_both_stay(tmp_path: Path) -> None:
    """S-16."""
    terminal = at("held", tmp_path)
    attribute = ("defect", "attribute", "LID-SEAT", "--reason", "seen", "--origin")

    terminal.did(*attribute, "tooling", by="egon")
    first = terminal.asked("status", "mug")["nonconformities"]
    terminal.did(*attribute, "material", by="egon")
    second = terminal.asked("status", "mug")["nonconformities"]

    assert [("tooling", 2)] == [(n["origin"], n["units"]) for n in first]
    assert [("material", 2)] == [(n["origin"], n["units"]) for n in second]
    reported = terminal.did("history", "mug").out
    assert "LID-SEAT attributed to tooling: seen" in reported
    assert "LID-SEAT attributed to material: seen" in reported


def test_a_single_nonconformity_may_have_another_origin(tmp_path: Path) -> None:
    """S-16."""
    terminal = at("held", tmp_path)
    reason = ("--reason", "seen")
    terminal.did("defect", "attribute", "LID-SEAT", "--origin", "process", *reason, by="egon")

    one = ("defect", "attribute", "D-2", "--batch", "B1", "--origin", "measurement", *reason)
    terminal.did(*one, by="egon")

    found = terminal.asked("status", "mug")["nonconformities"]
    assert [("measurement", 1), ("process", 1)] == sorted((n["origin"], n["units"]) for n in found)


def test_a_nonconformity_of_the_design_closes_the_series(tmp_path: Path) -> None:
    """S-35."""
    terminal = at("clear", tmp_path)
    origin = ("--origin", "design", "--reason", "the face is drawn too wide")
    terminal.did("defect", "attribute", "LID-SEAT", *origin, by="egon")

    error = terminal.refused("SL301", "sign", "mug", "--yes", by="anna")

    assert ["no-design-nonconformity"] == [rule["rule"] for rule in error["rules"]]
    assert "back to design, this series is closed" in error["rules"][0]["says"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("D-1",), "SL109"),
        (("LID-SEAT", "--batch", "B1"), "SL109"),
        (("D-9", "--batch", "B1"), "SL204"),
        (("DENT",), "SL204"),
        (("DE NT",), "SL106"),
    ],
    ids=["number alone", "mode with batch", "no such number", "no such mode", "no key"],
)
def test_an_attribution_names_a_mode_or_one_nonconformity(
    tmp_path: Path, args: tuple[str, ...], code: str
) -> None:
    terminal = at("held", tmp_path)

    terminal.refused(
        code, "defect", "attribute", *args, "--origin", "process", "--reason", "x", by="egon"
    )


@pytest.mark.parametrize(
    ("option", "by", "reported"),
    [
        ("--cause", "egon", "Root cause of LID-SEAT in B1 stated: words"),
        ("--none-found", "egon", "No cause was found for LID-SEAT in B1: words"),
        ("--accept", "anna", "LID-SEAT in B1 was accepted: words"),
        ("--out-of-scope", "anna", "LID-SEAT in B1 was put out of scope: words"),
    ],
)
def test_a_nonconformity_is_answered_by_one_statement(
    tmp_path: Path, option: str, by: str, reported: str
) -> None:
    """S-07, S-23, S-46."""
    terminal = at("held", tmp_path)

    said = terminal.did("defect", "cause", "LID-SEAT", "--batch", "B1", option, "words", by=by)

    assert reported in said.out


@pytest.mark.parametrize("option", ["--accept", "--out-of-scope"])
def test_a_nonconformity_is_set_aside_by_an_approver(tmp_path: Path, option: str) -> None:
    terminal = at("held", tmp_path)

    error = terminal.refused(
        "SL402", "defect", "cause", "LID-SEAT", "--batch", "B1", option, "x", by="egon"
    )

    assert "a nonconformity is accepted or set aside by an approver" == error["why"]


def test_one_statement_is_given_at_a_time(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)
    cause = ("defect", "cause", "LID-SEAT", "--batch", "B1")

    terminal.refused("SL109", *cause, by="egon")
    terminal.refused("SL109", *cause, "--cause", "x", "--none-found", "y", by="egon")


def test_a_cause_is_stated_for_a_nonconformity_that_was_found(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)

    error = terminal.refused(
        "SL204", "defect", "cause", "CRACK", "--batch", "B1", "--cause", "x", by="egon"
    )

    assert "it shows LID-SEAT" == error["why"]


def test_a_statement_may_come_from_a_file(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)
    terminal.write("cause.txt", "the clay shrank\nmore than planned\n")

    terminal.did("defect", "cause", "LID-SEAT", "--batch", "B1", "--cause", "@cause.txt", by="egon")

    assert b"the clay shrank\\nmore than planned" in terminal.lines()[-1]
