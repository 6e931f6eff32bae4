"""The page of commands, and the tables of roles and signed acts."""

from __future__ import annotations

import inspect
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from docs.generator.markdown import NOTICE, plain, slug, table
from signoff_cli.main import SECTIONS, root
from signoff_ledger.application.commands.catalogue import ROLES
from signoff_ledger.domain.values import Role
from signoff_ledger.integrity.signed_acts import SIGNED, UNSIGNED, UNSIGNED_COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True)
class Shown:
    """A command with the words that lead to it."""

    words: str
    command: click.Command
    context: click.Context


def every_command() -> Iterator[Shown]:
    """Walk through every command and subcommand, in the order of the help."""
    top = click.Context(root, info_name="signoff", help_option_names=["-h", "--help"])
    for name in root.table:
        command = root.get_command(top, name)
        if command is None:
            raise LookupError(name)
        context = click.Context(command, info_name=name, parent=top)
        yield Shown(name, command, context)
        if isinstance(command, click.Group):
            for sub, subcommand in command.commands.items():
                inner = click.Context(subcommand, info_name=sub, parent=context)
                yield Shown(f"{name} {sub}", subcommand, inner)


def options_of(shown: Shown) -> dict[str, str]:
    """Describe the options of a command, and those of its arguments that have a help text."""
    records = [p.get_help_record(shown.context) for p in shown.command.get_params(shown.context)]
    return {name: text for name, text in filter(None, records) if text}


def options_table(options: Mapping[str, str]) -> str:
    """Write options as a table."""
    rows = [(f"`{name}`", re.sub(r"\s{2,}", " ", text)) for name, text in options.items()]
    return table(("option", "meaning"), rows)


def help_parts(command: click.Command) -> tuple[str, str]:
    """Split a command's help into its text and its example."""
    text, _, example = inspect.cleandoc(command.help or "").partition("\b\nExample:\n")
    paragraphs = [plain(part) for part in text.split("\n\n")]
    return "\n\n".join(p for p in paragraphs if p), textwrap.dedent(example).rstrip()


def command_section(
    shown: Shown, reading: Mapping[str, str], writing: Mapping[str, str]
) -> list[str]:
    """Describe one command."""
    level = "###" if " " not in shown.words else "####"
    text, example = help_parts(shown.command)
    lines = [f"{level} signoff {shown.words}", ""]
    if not isinstance(shown.command, click.Group):
        usage = " ".join(shown.command.collect_usage_pieces(shown.context))
        lines += ["```text", f"signoff {shown.words} {usage}", "```", ""]
    lines += [text, ""]
    if isinstance(shown.command, click.Group):
        return lines
    options = options_of(shown)
    own = {name: text for name, text in options.items() if name not in {*reading, *writing}}
    if own:
        lines += [options_table(own), ""]
    shared = [f"[options of every command](#{slug('Options of every command')})"]
    if options.keys() & writing.keys():
        shared.append(f"[options of recording](#{slug('Options of commands that record')})")
    lines += [f"Also takes the {' and the '.join(shared)}.", ""]
    roles = ROLES.get(shown.words)
    if roles:
        lines += [f"Takes the role: {said_roles(roles)}.", ""]
    if example:
        lines += ["```sh", example, "```", ""]
    return lines


def said_roles(roles: Iterable[Role]) -> str:
    """Say which roles may give a command; one of them is enough."""
    if set(roles) == set(Role):
        return "any"
    return " or ".join(sorted(map(str, roles)))


def cli_page() -> str:
    """Describe every command."""
    shown = {each.words: each for each in every_command()}
    reading = options_of(shown["doctor"])
    shared = options_of(shown["init"]).items() & options_of(shown["person grant"]).items()
    writing = {name: text for name, text in shared if name not in reading}
    lines = [
        NOTICE,
        "# Commands",
        "",
        help_parts(root)[0],
        "",
        "Answers go to standard output, everything else to standard error.",
        "[Exit codes](exit-codes.md), [environment and settings](environment.md) and",
        "[file formats](file-formats.md) have pages of their own.",
        "",
        "## Options of every command",
        "",
        "They may stand before or behind the command's name; behind wins.",
        "",
        options_table(reading),
        "",
        "`signoff --version` shows the version.",
        "",
        "## Options of commands that record",
        "",
        options_table(dict(sorted(writing.items()))),
        "",
    ]
    for section, names in SECTIONS.items():
        lines += [f"## {section}", ""]
        for words, each in shown.items():
            if words.partition(" ")[0] in names:
                lines += command_section(each, reading, writing)
    return "\n".join(lines).rstrip() + "\n"


def roles_table() -> str:
    """List which roles may give which command."""
    return table(
        ("command", *map(str, Role)),
        [
            (f"`{command}`", *("yes" if role in allowed else "" for role in Role))
            for command, allowed in ROLES.items()
        ],
    )


def signed_table() -> str:
    """List the acts that are signed: by which command, by whom, with which meaning."""
    return table(
        ("event", "command", "given by", "signed by", "what the signature means"),
        [
            (
                _linked(kind),
                ", ".join(f"`{command}`" for command in act.commands),
                said_roles(ROLES[act.commands[0]]),
                act.signer,
                act.meaning,
            )
            for kind, act in SIGNED.items()
        ],
    )


def unsigned_table() -> str:
    """List the events that are not signed, with the reason."""
    return table(("event", "why it is unsigned"), [(_linked(k), w) for k, w in UNSIGNED.items()])


def unsigned_commands_table() -> str:
    """List the commands that record nothing that is signed."""
    rows = [(f"`{command}`", why) for command, why in UNSIGNED_COMMANDS.items()]
    return table(("command", "why it is unsigned"), rows)


def _linked(kind: str) -> str:
    name = kind.split(".")[1]
    return f"[`{name}`](events/{kind}.json)"
