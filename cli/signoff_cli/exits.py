"""From errors to exit codes; the only place that knows both.

0 done, 1 failed, 2 usage, 3 the rules say no, 4 identity, 5 evidence does not verify, 6 conflict,
130 interrupted. No traceback reaches a person: an unexpected error leaves a report file.
"""

from __future__ import annotations

import json
import sys
import tempfile
import traceback

import click

from signoff_cli.advice import error_data, fix_of, words
from signoff_cli.error_text import say_error
from signoff_cli.output import say
from signoff_ledger.errors import Advice, EvidenceError, InputError, SignoffError

USAGE = 2
FAILED = 1


def report_any(error: Exception, args: list[str], *, as_json: bool) -> int:
    """Say what went wrong, and give its exit code."""
    if isinstance(error, SignoffError):
        return report(error, as_json=as_json)
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and not asks_for_json(args):
        say(error.format_message())
        return error.exit_code
    if isinstance(error, click.ClickException):
        return report(usage_error(error), as_json=as_json or asks_for_json(args))
    return report_unexpected(error)


def report(error: SignoffError, *, as_json: bool) -> int:
    """Say an error in the format asked for, and give its exit code."""
    if as_json:
        say(json.dumps({"schema": "signoff.error/1", "error": error_data(error)}))
        return error.exit_code
    say_error(f"{error.what} [{error.code}]", why=error.why, fix=fix_of(error))
    position = getattr(error, "position", None)
    if position is not None:
        found = "found" if isinstance(error, EvidenceError) else "the refusal is recorded"
        say(f"  {found} at position {position}")
    return error.exit_code


def usage_error(error: click.ClickException) -> InputError:
    """Give click's refusal of a command line as an error like every other."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "signoff"
    near = getattr(error, "possibilities", None)
    advice = Advice("see-usage", command=command)
    if near:
        advice = Advice("use-similar-name", names=" or ".join(near), command=command)
    what, why = _what_and_why(error)
    if context and not why:
        pieces = context.command.collect_usage_pieces(context)
        why = f"the usage is  {' '.join([command, *pieces])}"
    return InputError("SL111", what, why=why, advice=advice)


def _what_and_why(error: click.ClickException) -> tuple[str, str]:
    """Take the sentence of an error of click apart."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return "no command is named", ""
    if isinstance(error, click.NoSuchOption):
        return f"there is no option {error.option_name}", ""
    if isinstance(error, click.BadParameter) and error.param is not None:
        name, kind = error.param.get_error_hint(error.ctx), error.param.type
        if not isinstance(error, click.MissingParameter):
            return f"{name} is not understood", _clause(error.message)
        choices = kind.choices if isinstance(kind, click.Choice) else ()
        return f"{name} is missing", f"it is one of {', '.join(choices)}" if choices else ""
    return _clause(error.message), ""


def _clause(sentence: str) -> str:
    """Give a sentence of click as the clause of an error."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


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
        advice = Advice("send-report", file=file.name)
    except OSError as refused:
        advice = Advice("report-without-file", reason=str(refused.strerror))
    say_error(
        f"something unexpected happened: {type(error).__name__}",
        why="this is a fault of the program, not of your input",
        fix=words(advice.key, advice.values),
    )
    return FAILED
