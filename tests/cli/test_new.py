"""`signoff new`."""

from pathlib import Path

from tests.cli.shops import at


def test_the_template_can_be_published_once_its_name_is_filled_in(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)

    terminal.write("mine.toml", terminal.did("new").out)
    error = terminal.refused("SL102", "plan", "publish", "mine.toml", by="egon")
    terminal.write("mine.toml", terminal.did("new").out.replace("What is being made", "Lamp"))
    terminal.did("plan", "publish", "mine.toml", by="egon")
    terminal.did("bar", "register", "mine.toml", by="egon")

    assert "process.name: is the template's" in error["why"]
    assert "my-process" == terminal.asked("status")["processes"][0]["process"]


def test_the_template_needs_no_ledger(tmp_path: Path) -> None:
    terminal = at("empty", tmp_path)
    (tmp_path / "signoff.toml").unlink()

    assert terminal.did("new").out.startswith('format = "signoff.plan/1"\n')


def test_every_field_of_a_bar_is_explained(tmp_path: Path) -> None:
    said = at("empty", tmp_path).did("new")

    for clause in ("max_critical", "build_time_median_max", "build_time_each_max", "reject_from",
                   "confirmation_batch", "missing_units", "repeat_without_change"):  # fmt: skip
        assert f"# {clause} = " in said.out
