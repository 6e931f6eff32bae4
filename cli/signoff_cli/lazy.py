"""A click group that knows its commands by name and loads one only when it is used.

click's own recipe for lazy loading imports every command for `--help` and for completion, because
the short help lives in the command. Here it lives in the table alone.
"""

from __future__ import annotations

from importlib import import_module
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Mapping


class LazyGroup(click.Group):
    """A group over a table of commands, each in the module of its name.

    Args:
        *args: As for every group.
        sections: The short help of each command, by the heading that it stands under.
        **kwargs: As for every group.
    """

    def __init__(
        self, *args: Any, sections: Mapping[str, Mapping[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        self.table = {name: help_ for of in sections.values() for name, help_ in of.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the table's order, most used first."""
        del ctx
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        del ctx
        if cmd_name not in self.table:
            return None
        name = cmd_name.replace("-", "_") + "_" * iskeyword(cmd_name)
        loaded = vars(import_module(f"signoff_cli.commands.{name}")).values()
        return next(
            each for each in loaded if isinstance(each, click.Command) and each.name == cmd_name
        )

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings, without loading any."""
        del ctx
        for heading, rows in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl([*rows.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete command names from the table, and options as click does."""
        names = [
            CompletionItem(name, help=help_)
            for name, help_ in self.table.items()
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
