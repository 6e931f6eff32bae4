"""`signoff bar`."""

from pathlib import Path

import pytest

from tests.cli.shops import at
from tests.ledgers import PLAN


def test_a_bar_is_registered_in_advance(tmp_path: Path) -> None:
    """S-26, S-54: Ac = 1, Re = 2."""
    terminal = at("planned", tmp_path)

    said = terminal.did("bar", "register", "plan.toml", by="egon")

    assert "Bar 1 of mug registered: at most 1 of 7 units nonconforming" in said.out
    assert (1, 7, 1) == tuple(
        terminal.asked("status", "mug")[name] for name in ("bar", "planned", "ac")
    )


def test_the_same_bar_again_is_nothing_to_record(tmp_path: Path) -> None:
    said = at("ready", tmp_path).did("bar", "register", "plan.toml", by="egon")

    assert "Nothing to record.\n" == said.out


def test_a_bar_is_never_overwritten(tmp_path: Path) -> None:
    error = at("ready", tmp_path).refused("SL311", "bar", "register", "tighter.toml", by="egon")

    assert "supersede it with a reason:  signoff bar supersede FILE --reason TEXT" == error["fix"]


def test_a_bar_may_be_superseded_before_a_batch_is_opened(tmp_path: Path) -> None:
    """G6, G16: the batch that is opened then is decided by the later bar."""
    terminal = at("ready", tmp_path)

    said = terminal.did("bar", "supersede", "looser.toml", "--reason", "agreed", by="anna")

    assert "Bar 2 of mug supersedes bar 1" in said.out
    assert "LOOSENED in max_rejects, because: agreed" in said.out
    assert (2, 2) == tuple(terminal.asked("status", "mug")[name] for name in ("bar", "ac"))
    terminal.did("open", "mug", "--batch", "B1", by="egon")
    assert 2 == terminal.asked("status", "mug")["batches"][0]["ac"]


@pytest.mark.parametrize("stage", ["open", "built"])
def test_a_late_bar_is_refused_and_recorded(tmp_path: Path, stage: str) -> None:
    """S-26, G6, G13, G16: the bar freezes when the batch is opened, before its first result."""
    terminal = at(stage, tmp_path)

    for line, by in (
        (("bar", "supersede", "looser.toml", "--reason", "it would pass"), "anna"),
        (("bar", "register", "looser.toml"), "egon"),
    ):
        error = terminal.refused("SL303", *line, by=by)
        assert ["bar-before-results"] == [rule["rule"] for rule in error["rules"]]
        assert error["position"] == terminal.events()
        assert "REFUSED [SL303]" in terminal.asked("history")[-1]["sentence"]
    assert 1 == terminal.asked("status", "mug")["batches"][0]["ac"]


def test_another_bar_may_stand_between_batches(tmp_path: Path) -> None:
    """G6."""
    terminal = at("held", tmp_path)

    terminal.did("bar", "supersede", "tighter.toml", "--reason", "be strict", by="anna")

    data = terminal.asked("status", "mug")
    assert (2, 0, 1) == (data["bar"], data["ac"], data["batches"][0]["ac"])


def test_a_batch_opened_under_the_wrong_bar_is_closed_empty_and_is_no_attempt(
    tmp_path: Path,
) -> None:
    """G16, G25."""
    terminal = at("open", tmp_path)
    terminal.did("close", "B1", by="ines")
    terminal.did("bar", "supersede", "tighter.toml", "--reason", "be strict", by="anna")

    said = terminal.did("open", "mug", "--batch", "B2", by="egon")

    assert "Batch B2 opened as attempt 1 under bar 2" in said.out


@pytest.mark.parametrize("bar", [(1, 0), (3, 0), (4, 1), (5, 4)])
def test_a_bar_that_passes_half_bad_is_none(tmp_path: Path, bar: tuple[int, int]) -> None:
    """G22."""
    terminal = at("planned", tmp_path)
    units, accepted = bar
    plan = PLAN.replace("units = 7", f"units = {units}")
    terminal.write("none.toml", plan.replace("max_rejects = 1", f"max_rejects = {accepted}"))
    before = terminal.events()

    error = terminal.refused("SL314", "bar", "register", "none.toml", by="egon")

    assert f"at most {accepted} of {units} is no bar for mug" == error["what"]
    assert before == terminal.events()


def test_there_must_be_a_bar_to_supersede(tmp_path: Path) -> None:
    terminal = at("planned", tmp_path)

    terminal.refused("SL308", "bar", "supersede", "plan.toml", "--reason", "x", by="anna")


def test_a_bar_is_not_superseded_by_itself(tmp_path: Path) -> None:
    terminal = at("ready", tmp_path)

    terminal.refused("SL109", "bar", "supersede", "plan.toml", "--reason", "x", by="anna")


def test_a_bar_stands_in_a_file_that_has_one(tmp_path: Path) -> None:
    terminal = at("planned", tmp_path)
    terminal.write("barless.toml", PLAN[: PLAN.index("[bar]")])

    error = terminal.refused("SL102", "bar", "register", "barless.toml", by="egon")

    assert "barless.toml has no [bar]" == error["what"]


def test_a_bar_names_what_the_plan_in_force_knows(tmp_path: Path) -> None:
    terminal = at("planned", tmp_path)
    dent = PLAN.replace("CRACK", "DENT") + '[[bar.mode]]\nmode = "DENT"\nmax_units = 0\n'
    terminal.write("dent.toml", dent)

    error = terminal.refused("SL102", "bar", "register", "dent.toml", by="egon")

    assert "the bar names the mode DENT, the plan does not" == error["why"]
