"""A click group that knows its commands by name and loads one only when it is used.

click's own recipe for lazy loading imports every command for `--help` and for completion, because
the short help lives in the command. Here it lives in the table; a test holds the two together.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Mapping


class CommandListing(NamedTuple):
    """A command as the table knows it.

    Attributes:
        section: The heading it stands under in the help.
        target: `module:attribute`.
        help: Its short help.
    """

    section: str
    target: str
    help: str


class LazyGroup(click.Group):
    """A group over a table of commands."""

    def __init__(self, *args: Any, table: Mapping[str, CommandListing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the table's order, most used first."""
        del ctx
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        del ctx
        listed = self.table.get(cmd_name)
        if listed is None:
            return None
        module, _, attribute = listed.target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings, without loading any."""
        del ctx
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, listed in self.table.items():
            sections.setdefault(listed.section, []).append((name, listed.help))
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete command names from the table, and options as click does."""
        names = [
            CompletionItem(name, help=listed.help)
            for name, listed in self.table.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, or suggest the nearest name."""
        name = args[0]
        if name not in self.table and not name.startswith("-"):
            raise click.exceptions.NoSuchCommand(
                name, f"there is no command {name!r}", possibilities=self.table, ctx=ctx
            )
        return super().resolve_command(ctx, args)
