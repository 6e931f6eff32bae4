"""`signoff help`."""

from pathlib import Path

import pytest

from signoff_cli.commands.help import TOPICS
from tests.cli.terminal import Terminal

NAMES = ["production prototype", "first-off-tool", "pilot run", "pre-production sample",
         "process sign-off"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("spelt", [str, str.upper, lambda name: name.replace("-", " ")])
def test_every_name_of_the_one_thing_leads_to_the_same_text(
    tmp_path: Path, name: str, spelt: object
) -> None:
    """S-01: one concept, five names."""
    terminal = Terminal(tmp_path)
    assert callable(spelt)

    said = terminal.did("help", *spelt(name).split())

    assert terminal.did("help", "names").out == said.out
    assert all(other in said.out.lower() for other in NAMES)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_its_text(tmp_path: Path, topic: str) -> None:
    said = Terminal(tmp_path).did("help", topic)

    heading, blank, *_ = said.out.splitlines()
    assert heading.split("(")[0].isupper()
    assert "" == blank
    assert all(len(line) <= 100 for line in said.out.splitlines())


def test_topics_are_listed(tmp_path: Path) -> None:
    said = Terminal(tmp_path).did("help")

    assert list(TOPICS) == [line.split()[0] for line in said.out.splitlines()]


def test_a_topic_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    error = Terminal(tmp_path).refused("SL207", "help", "me")

    assert f"topics: {', '.join(TOPICS)}" == error["fix"]


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4", "5", "6", "130"])
def test_every_exit_code_is_explained(tmp_path: Path, code: str) -> None:
    lines = Terminal(tmp_path).did("help", "exit-codes").out.splitlines()

    assert code in {line.split()[0] for line in lines if line}
