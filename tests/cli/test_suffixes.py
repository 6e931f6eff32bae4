"""A file holds what its suffix says."""

import json
from pathlib import Path

import pytest

from signoff_cli.suffixes import format_of
from tests.cli.shops import at

BEGINNINGS = {"html": b"<!doctype html>", "md": b"# ", "json": b"{\n", "pdf": b"%PDF"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("report.html", "html"),
        ("report.htm", "html"),
        ("Report.HTML", "html"),
        ("report.v2.md", "md"),
        ("report.json", "json"),
    ],
)
def test_the_format_of_a_report_follows_from_the_suffix(
    tmp_path: Path, name: str, kind: str
) -> None:
    terminal = at("signed", tmp_path)

    terminal.did("report", "mug", "-o", name)

    written = (tmp_path / name).read_bytes()
    assert written == terminal.did("report", "mug", "--format", kind).out.encode()
    assert written.lower().startswith(BEGINNINGS[kind])


def test_a_pdf_is_made_for_its_suffix_or_said_to_be_impossible_here(tmp_path: Path) -> None:
    """A page of HTML was written under it."""
    terminal = at("signed", tmp_path)

    said = terminal("report", "mug", "-o", "report.pdf")

    if said.code == 0:
        assert (tmp_path / "report.pdf").read_bytes().startswith(BEGINNINGS["pdf"])
    else:
        assert "[SL114]" in said.err
        assert not (tmp_path / "report.pdf").exists()


@pytest.mark.parametrize(
    ("name", "option", "promises"),
    [
        ("report.pdf", ("--format", "html"), "pdf"),
        ("report.html", ("--format", "md"), "html"),
        ("report.htm", ("--json",), "html"),
        ("report.md", ("--format", "json"), "md"),
        ("report.json", ("--format", "html"), "json"),
        ("report.csv", ("--format", "html"), "csv"),
        ("REPORT.JSONL", ("--json",), "jsonl"),
    ],
)
def test_a_report_is_not_written_under_the_suffix_of_another_format(
    tmp_path: Path, name: str, option: tuple[str, ...], promises: str
) -> None:
    said = at("signed", tmp_path)("report", "mug", "-o", name, *option)

    assert 2 == said.code
    assert f"signoff: {name} would hold " in said.err
    assert f"[SL109]\n  why: its suffix is that of {promises}\n" in said.err
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["report", "report.txt", "report.csv", ".html"])
def test_a_report_under_a_suffix_that_says_nothing_needs_its_format(
    tmp_path: Path, name: str
) -> None:
    terminal = at("signed", tmp_path)

    said = terminal("report", "mug", "-o", name)

    assert 2 == said.code
    assert "[SL109]\n  why: known suffixes are .htm, .html, .json, .md, .pdf\n" in said.err
    assert not (tmp_path / name).exists()
    if format_of(Path(name)) is None:
        terminal.did("report", "mug", "-o", name, "--format", "md")
        assert (tmp_path / name).read_bytes().startswith(BEGINNINGS["md"])


def test_a_report_on_standard_output_is_a_page_unless_another_format_is_asked_for(
    tmp_path: Path,
) -> None:
    terminal = at("signed", tmp_path)

    page = terminal.did("report", "mug").out

    assert page.lower().startswith("<!doctype html>")
    assert page == terminal.did("report", "mug", "-o", "-").out
    assert (
        "signoff.certificate/1" == json.loads(terminal.did("report", "mug", "--json").out)["schema"]
    )


@pytest.mark.parametrize("name", ["monday.json", "monday.PDF", "monday.html", "monday.md"])
def test_a_checkpoint_is_not_written_under_the_suffix_of_another_format(
    tmp_path: Path, name: str
) -> None:
    terminal = at("built", tmp_path)
    before = terminal.asked("verify")["checks"]

    error = terminal.refused("SL109", "checkpoint", "-o", name)

    assert f"{name} would hold a checkpoint" == error["what"]
    assert not (tmp_path / name).exists()
    assert before == terminal.asked("verify")["checks"]


@pytest.mark.parametrize("name", ["monday", "monday.checkpoint", "monday.txt"])
def test_a_checkpoint_may_have_a_name_that_promises_nothing_else(tmp_path: Path, name: str) -> None:
    terminal = at("built", tmp_path)

    terminal.did("checkpoint", "-o", name)

    assert (tmp_path / name).read_bytes() == terminal.did("checkpoint").out.encode()


def test_a_request_is_not_written_under_the_suffix_of_another_format(tmp_path: Path) -> None:
    terminal = at("witnessed", tmp_path)

    terminal.refused("SL109", "witness", "request", "-o", "asked.json")

    assert not (tmp_path / "asked.json").exists()


def test_a_statement_is_json_and_may_be_called_so(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    line = ("key", "register", "ines.pub", "--statement-only")

    terminal.refused("SL109", *line, "statement.pdf", by="ines")
    terminal.did(*line, "statement.json", by="ines")

    assert not (tmp_path / "statement.pdf").exists()
    assert (
        "Ines Inspector" == json.loads((tmp_path / "statement.json").read_bytes())["printed_name"]
    )
