"""From errors to exit codes; the only place that knows both.

0 done, 1 failed, 2 usage, 3 the rules say no, 4 identity, 5 evidence does not verify, 6 conflict,
130 interrupted. No traceback reaches a person: an unexpected error leaves a report file.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import traceback
from typing import TYPE_CHECKING

import click

from signoff_cli.output import say

if TYPE_CHECKING:
    from signoff_ledger.errors import SignoffError

USAGE = 2
FAILED = 1


def report_any(error: Exception, args: list[str], *, as_json: bool) -> int:
    """Tell whatever went wrong in the words that fit it, and give its exit code."""
    from signoff_ledger.errors import SignoffError

    if isinstance(error, SignoffError):
        return report(error, as_json=as_json)
    if isinstance(error, click.ClickException):
        return report_usage(error, as_json=as_json or asks_for_json(args))
    return report_unexpected(error)


def report(error: SignoffError, *, as_json: bool) -> int:
    """Tell an error in the words of the format asked for, and give its exit code."""
    if as_json:
        say(json.dumps({"schema": "signoff.error/1", "error": error.as_data()}))
    else:
        say(f"signoff: {error}")
        position = getattr(error, "position", None)
        if position is not None:
            say(f"  the refusal is recorded at position {position}")
    return error.exit_code


def report_usage(error: click.ClickException, *, as_json: bool) -> int:
    """Tell a command line that is not understood: as click does, or as every other error."""
    if not as_json:
        shown = io.StringIO()
        error.show(shown)
        say(shown.getvalue().rstrip("\n"))
        return error.exit_code
    from signoff_ledger.errors import InputError

    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "signoff"
    fix = f"see  {path} --help"
    return report(InputError("SL111", error.format_message(), fix=fix), as_json=True)


def asks_for_json(args: list[str]) -> bool:
    """Say whether a command line that could not be read to its end asks for answers as JSON."""
    pairs = zip(args, [*args[1:], ""], strict=False)
    return any(
        one in {"--json", "--format=json", "--format=jsonl"}
        or (one == "--format" and two in {"json", "jsonl"})
        for one, two in pairs
    )


def report_unexpected(error: BaseException) -> int:
    """Keep an unexpected error's details in a file, and say where."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="signoff-report-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            file.write("".join(traceback.format_exception(error)))
            file.write(f"\ncommand: {' '.join(sys.argv[1:2])}\n")
        report = f"send the report {file.name}"
    except OSError as refused:
        report = f"no report could be written: {refused.strerror}"
    say(
        f"signoff: something unexpected happened: {type(error).__name__}\n"
        f"  why: this is a fault of the program, not of your input\n"
        f"  fix: what was acknowledged is on disk; {report}"
    )
    return FAILED
