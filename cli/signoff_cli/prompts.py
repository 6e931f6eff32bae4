"""Asking before something that a person answers for."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from signoff_cli.output import safe, say
from signoff_cli.streams import is_lost
from signoff_ledger.errors import Advice, InputError

if TYPE_CHECKING:
    from signoff_cli.invocation import Invocation


def log_passphrase(invocation: Invocation) -> str | None:
    """Give the passphrase of the log's key: from its variable, or from the terminal."""
    given = os.environ.get("SIGNOFF_LOG_PASSPHRASE")
    if given is not None or invocation.quiet or not sys.stdin.isatty():
        return given
    asked: str = click.prompt("Passphrase of the log's key", hide_input=True, err=True)
    return asked


def new_log_passphrase() -> str:
    """Ask for a new passphrase, twice.

    Raises:
        InputError: SL107, there is no terminal to ask on and the variable is not set.
    """
    given = os.environ.get("SIGNOFF_LOG_PASSPHRASE")
    if given:
        return given
    if not sys.stdin.isatty():
        raise InputError(
            "SL107",
            "a passphrase is needed, and standard input is not a terminal",
            advice=Advice("set-passphrase-variable"),
        )
    asked: str = click.prompt(
        "Passphrase for the log's key", hide_input=True, confirmation_prompt=True, err=True
    )
    return asked


def confirm(invocation: Invocation, preview: str, question: str) -> bool:
    """Show what will be recorded and ask; `--yes` answers, a script must say so.

    Raises:
        InputError: SL107 when there is no terminal to ask on, or to show what it is about, and no
            answer was given beforehand.
    """
    if invocation.dry_run or invocation.statement_only is not None:
        return True
    if invocation.yes:
        if not invocation.quiet and invocation.output_format == "table":
            say(preview)
        return True
    if not sys.stdin.isatty():
        raise InputError(
            "SL107",
            "this needs a confirmation, and standard input is not a terminal",
            advice=Advice("look-then-confirm"),
        )
    say(preview)
    if is_lost(sys.stderr):
        raise InputError(
            "SL107",
            "this needs a confirmation, and what would be recorded cannot be shown",
            why="standard error cannot be written",
            advice=Advice("look-then-confirm"),
        )
    if click.confirm(safe(question), default=False, err=True):
        return True
    say("Nothing was recorded.")
    return False
