"""The table of commands, and what each command says about itself."""

import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from signoff_cli.main import root
from signoff_ledger.application.commands.catalogue import ROLES
from tests.cli.samples import READS, SPEAKING, WRITES
from tests.cli.terminal import Terminal
from tests.tree import CLI

CONTEXT = root.context_class(root, info_name="signoff", **root.context_settings)
"""The context of the command itself; what is asked of a command in another one would stick."""


def loaded() -> Iterator[tuple[str, click.Command]]:
    """Load every command, and every command of a group, by the words that call it."""
    for name in root.table:
        command = root.get_command(CONTEXT, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            for inner, one in command.commands.items():
                yield f"{name} {inner}", one


ALL = dict(loaded())
each_command = pytest.mark.parametrize("words", ALL)


def test_every_module_of_commands_is_in_the_table() -> None:
    modules = {path.stem for path in (CLI / "commands").glob("*.py")} - {"__init__"}

    assert {*root.table} == {name.removesuffix("_").replace("_", "-") for name in modules}


@each_command
def test_every_command_shows_an_example_that_could_be_typed(words: str) -> None:
    command = ALL[words]
    if isinstance(command, click.Group):
        return
    text = inspect.cleandoc(command.help or "")

    assert "\b\nExample:\n" in text
    examples = text.partition("Example:\n")[2].replace("\\\n", " ").splitlines()
    lines = [line.strip() for line in examples if line.strip().startswith("signoff ")]
    assert any(line.startswith(f"signoff {words}") for line in lines)
    assert all(_understood(line) for line in lines)


def _understood(line: str) -> bool:
    """Say whether click can read an example, up to the first shell sign."""
    words = shlex.split(re.split(r"\s(?:>|&&|#)\s", line)[0], comments=True)[1:]
    command: click.Command = root
    context = CONTEXT
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None, line
        command = found
        context = click.Context(command, context)
    command.make_context(command.name, words, CONTEXT)
    return True


@each_command
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_there_for_the_asking(tmp_path: Path, words: str, option: str) -> None:
    said = Terminal(tmp_path)(*words.split(), option)

    assert 0 == said.code
    assert said.out.startswith(f"Usage: signoff {words} ")
    assert "" == said.err


@each_command
def test_every_option_is_explained(words: str) -> None:
    options = [p for p in ALL[words].params if isinstance(p, click.Option)]

    assert [] == [option.name for option in options if not option.help]


@each_command
def test_what_every_command_takes_is_taken_by_each(words: str) -> None:
    if isinstance(ALL[words], click.Group):
        return
    given = {name for param in ALL[words].params for name in param.opts}

    assert {"--ledger", "--as", "--format", "--json", "--color", "--quiet"} <= given
    writes = {key.split(" --")[0] for key in WRITES} | {"init"}
    assert ({"--dry-run", "--command-id", "--yes"} <= given) == (words in writes)


def test_the_tables_of_samples_are_complete() -> None:
    sampled = {key.split(" --")[0] for key in WRITES}
    sampled |= {" ".join(read.args) for read in READS.values()} | set(SPEAKING)

    missing = [
        words
        for words, command in ALL.items()
        if not isinstance(command, click.Group)
        and not any(sample == words or sample.startswith(f"{words} ") for sample in sampled)
    ]
    assert [] == missing


def test_every_command_that_takes_a_role_can_be_given() -> None:
    """Each name that authority knows is a command, and the other way round."""
    assert set(ROLES) == {key.split(" --")[0] for key in WRITES}


def test_the_help_lists_every_command_under_its_heading(tmp_path: Path) -> None:
    said = Terminal(tmp_path).did("--help")

    headings = [line[:-1] for line in said.out.splitlines() if re.fullmatch(r"[A-Z][a-z ]+:", line)]
    assert ["Options", "Record", "Decide", "Review", "Prove", "Set up", "Run"] == headings
    listed = [line.split()[0] for line in said.out.splitlines() if re.match(r"  [a-z-]+ {2}", line)]
    assert sorted(root.table) == sorted(set(listed) & set(root.table))
    for alias in ("pilot run", "first-off-tool", "process sign-off"):
        assert alias in said.out


def test_nothing_asked_is_answered_with_the_help(tmp_path: Path) -> None:
    said = Terminal(tmp_path)()

    assert 2 == said.code
    assert "Usage: signoff [OPTIONS] COMMAND" in said.out + said.err


def test_a_misspelt_command_suggests_the_nearest(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    near, far = terminal("histroy"), terminal("xyzzy")

    assert (2, 2) == (near.code, far.code)
    assert "signoff: there is no command 'histroy' [SL111]\n" in near.err
    assert "  fix: did you mean history?  signoff --help  shows what there is\n" in near.err
    assert "signoff: there is no command 'xyzzy' [SL111]\n" in far.err
    assert "  fix: see  signoff --help\n" in far.err


def test_the_version_is_one_line(tmp_path: Path) -> None:
    said = Terminal(tmp_path).did("--version")

    assert re.fullmatch(r"signoff \d+\.\d+\.\d+\n", said.out)
