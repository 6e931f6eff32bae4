"""Every command there is: the records of this package's modules."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from signoff_ledger.application import commands
from signoff_ledger.application.commands.command import Command

for _module in iter_modules(commands.__path__, f"{commands.__name__}."):
    if _module.name != __name__:
        import_module(_module.name)

COMMANDS: tuple[type[Command], ...] = tuple(
    sorted(Command.__subclasses__(), key=lambda command: (command.NAME, command.__name__))
)
"""In the order of their names."""

ROLES = {command.NAME: command.ROLES for command in COMMANDS if command.ROLES is not None}
"""Roles by the command's name; one of them is enough."""
