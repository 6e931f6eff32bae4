"""stats, compare, handover, report, plan size, bar pick and what-if: answers and refusals."""

from pathlib import Path

import pytest

from tests.cli.shops import at


@pytest.mark.parametrize(
    ("stage", "args", "code"),
    [
        ("signed", ("compare", "B2", "B1"), "SL109"),
        ("signed", ("compare", "B1", "B9"), "SL202"),
        ("open", ("handover", "mug"), "SL309"),
        ("open", ("report", "mug"), "SL308"),
        ("signed", ("report", "mug", "--until", "9999"), "SL206"),
        ("signed", ("report", "mug", "-o", "nowhere/x.html"), "SL703"),
        ("empty", ("plan", "size", "--show", "much"), "SL109"),
        ("empty", ("plan", "size", "--show", "0%"), "SL109"),
        ("empty", ("plan", "size", "--show", "5%", "--seen", "193/100"), "SL109"),
        ("empty", ("plan", "size", "--show", "5%", "--seen", "1/20", "--lot", "10"), "SL109"),
        ("empty", ("bar", "pick", "--aql", "2.4", "--lot", "1000"), "SL109"),
        ("signed", ("replay", "mug", "--what-if", "zz=1"), "SL109"),
        ("signed", ("replay", "mug", "--what-if", "ac=7"), "SL109"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    tmp_path: Path, stage: str, args: tuple[str, ...], code: str
) -> None:
    said = at(stage, tmp_path)(*args)

    assert f"[{code}]" in said.err
    assert 0 != said.code


@pytest.mark.parametrize(
    ("stage", "args", "shows"),
    [
        ("planned", ("stats", "mug"), "has no batch yet"),
        ("planned", ("bar", "show", "mug"), "has no bar yet"),
        ("open", ("stats", "mug"), "there is no evidence"),
        ("held", ("stats", "mug"), "missed the bar"),
        ("open", ("replay", "mug", "--what-if", "ac=0"), "No decision has been taken"),
        ("empty", ("plan", "size", "--show", "0.05", "--lot", "500"), "in a lot of 500"),
        ("empty", ("plan", "size", "--show", "1%", "--lot", "20", "--rejects", "5"), "no number"),
        (
            "empty",
            ("bar", "pick", "--aql", "1.0", "--lot", "2000", "--inspection", "reduced"),
            "What lies between",
        ),
        ("empty", ("bar", "pick", "--aql", "0.65", "--lot", "15"), "every unit of the lot"),
        ("signed", ("compare", "B1", "B2"), "Did the fix hold?"),
        ("held", ("report", "mug", "--format", "md"), "HELD"),
    ],
)
def test_every_question_has_an_answer(
    tmp_path: Path, stage: str, args: tuple[str, ...], shows: str
) -> None:
    assert shows in " ".join(at(stage, tmp_path).did(*args).out.split())


def test_batches_of_two_processes_are_not_compared(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)
    other = (tmp_path / "plan.toml").read_text("utf-8").replace('id = "mug"', 'id = "cup"')
    terminal.write("cup.toml", other)
    terminal.did("plan", "publish", "cup.toml", by="egon")
    terminal.did("bar", "register", "cup.toml", by="egon")
    terminal.did("open", "cup", "--batch", "C1", by="egon")

    assert "one is of mug, the other of cup" in terminal("compare", "B1", "C1").err


def test_a_batch_without_units_is_not_compared(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)
    terminal.did(
        "change", "mug", "--what", "skim", "--why", "fouled", "--touches-design", "no", by="egon"
    )
    terminal.did("open", "mug", "--batch", "B2", by="egon")

    assert "no inspected unit" in terminal("compare", "B1", "B2").err


@pytest.mark.parametrize("how", [("--no-color",), ("--color", "never")])
def test_pictures_keep_to_ascii_where_no_colour_is_wanted(
    tmp_path: Path, how: tuple[str, ...]
) -> None:
    terminal = at("signed", tmp_path)

    assert "├" not in terminal.did("stats", "mug", *how).out
    terminal.variables = {"TERM": "dumb"}
    assert "├" not in terminal.did("stats", "mug").out


def test_the_preview_says_rule_evidence_and_limits(tmp_path: Path) -> None:
    """What will be kept with the decision, and signed, is what is seen before."""
    said = at("clear", tmp_path).did("sign", "mug", "--yes", by="anna").err

    places = [said.index(f"The {part}:") for part in ("rule", "evidence", "limits")]
    assert sorted(places) == places
    assert "would fit this result" in " ".join(said.split())


def test_registering_a_bar_says_what_it_lets_through(tmp_path: Path) -> None:
    terminal = at("planned", tmp_path)

    said = " ".join(terminal.did("bar", "register", "plan.toml", by="egon").out.split())
    assert "This bar would pass a process with 5 % rejects" in said
    assert "chance" not in terminal.did("bar", "register", "plan.toml", by="egon").out
