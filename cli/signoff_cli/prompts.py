"""Asking before something that a person answers for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from signoff_cli.output import say
from signoff_ledger.errors import InputError

if TYPE_CHECKING:
    from signoff_cli.session import Session


def confirmed(session: Session, preview: str, question: str) -> bool:
    """Show what will be recorded and ask; `--yes` answers, a script must say so.

    Raises:
        InputError: SL107 when nobody can be asked and nobody answered beforehand.
    """
    if session.dry_run:
        return True
    if session.yes:
        if not session.quiet and session.output_format == "table":
            say(preview)
        return True
    if not sys.stdin.isatty():
        raise InputError(
            "SL107",
            "this needs a confirmation, and standard input is not a terminal",
            fix="look at it with --dry-run, then give it with --yes",
        )
    say(preview)
    if click.confirm(question, default=False, err=True):
        return True
    say("Nothing was recorded.")
    return False
