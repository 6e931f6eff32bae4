"""The command `signoff`: its commands by name, and how an invocation ends."""

from __future__ import annotations

import gc
import sys

import click

from signoff_cli.lazy import LazyGroup
from signoff_cli.session import Session, every_option
from signoff_cli.streams import standard_streams

INTERRUPTED = 130
"""The exit code of a command that was interrupted; `exits` has all the others."""

_OBJECTS_BETWEEN_COLLECTIONS = 50_000

SECTIONS: dict[str, dict[str, str]] = {
    "Record": {
        "open": "Open a batch under the bar in force.",
        "record": "Record the results of one unit.",
        "import": "Import a sheet of results.",
        "defect": "Record nonconformities, their origin and cause.",
        "change": "Record a change to the process.",
        "dispose": "Decide what happens to a unit.",
        "correct": "Correct a wrong entry, by two people.",
        "close": "Close a batch: no more units.",
    },
    "Decide": {
        "check": "Say whether the process could be signed off.",
        "sign": "Sign a process off for a production run.",
        "hold": "Hold a process; it only needs a reason.",
        "withdraw": "Withdraw a sign-off.",
        "order": "Commit, cancel or report a production order.",
        "dissent": "Record dissent, pressure or a note.",
    },
    "Review": {
        "why": "Say why a process is signed off or held.",
        "status": "Show where processes and batches stand.",
        "unit": "Show one unit and all that was recorded of it.",
        "orders": "List production orders.",
        "history": "Show every event in order.",
        "replay": "Compute every decision again and compare.",
        "stats": "Say what the batches of a process show.",
        "compare": "Compare two batches: did the fix hold?",
        "report": "Write the certificate of a decision.",
        "handover": "List the units that were handed over.",
    },
    "Prove": {
        "checkpoint": "Seal the log as it stands.",
        "set-aside": "Set a foreign checkpoint aside.",
        "verify": "Prove a ledger, an export or a dossier.",
        "export": "Export the log, or one decision.",
        "prove": "Prove that one event is in the log.",
        "witness": "Ask witnesses to cosign, or run one.",
        "restore": "Bring an exported log back.",
    },
    "Set up": {
        "new": "Print a plan file to fill in.",
        "init": "Begin a ledger.",
        "person": "Enrol people; grant and revoke roles.",
        "plan": "Publish a plan; say how many units it takes.",
        "bar": "Set, countersign, show or pick the bar.",
        "key": "Register, accept and revoke signing keys.",
        "approval": "Refer to an approval from elsewhere.",
    },
    "Run": {
        "doctor": "Check a ledger and what is around it.",
        "backup": "Copy a ledger while it is in use.",
        "move": "Move a ledger from one store to another.",
        "rebuild": "Build every view again from the events.",
        "repair": "Restore what is missing around the lines.",
        "config": "Show the settings and where they come from.",
        "completion": "Print a completion script.",
        "demo": "Play the whole story on a throw-away ledger.",
        "help": "Explain a topic.",
    },
}
"""The short help of every command, by the heading that it stands under; most used first."""


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from signoff_ledger import __version__  # only here is it needed

        click.echo(f"signoff {__version__}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    sections=SECTIONS,
    # No variable for every option: one that answers `--yes` for good would sign in its sleep.
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="signoff help  lists the topics: names, roles, rules, formats, exit-codes and more.",
)
@every_option
@click.option("--version", is_flag=True, is_eager=True, expose_value=False,
              callback=_print_version, help="Show the version and exit.")  # fmt: skip
def root() -> None:
    """The sign-off ledger for production prototypes.

    Build a handful of units on the real tooling and line, measure them against a bar set in
    advance, fix the process, build a fresh handful, and sign the process off or hold it. Also
    called a pilot run, first-off-tool, pre-production sample or process sign-off.
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit with the code of the outcome."""
    # While modules load nothing is garbage, and looking for it takes a tenth of a command's time.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    sys.exit(run(sys.argv[1:] if args is None else args, Session()))


def run(args: list[str], session: Session) -> int:
    """Run one command line and give its exit code; nothing escapes as a traceback.

    A failure to write the answer is reported when everything else is done, with what was recorded.
    """
    with standard_streams() as out:
        code = _outcome(args, session)
        if out.failure is not None:
            from signoff_cli import answer_failure  # hardly ever

            code = answer_failure.report(session, out.failure, code)
    return code


def _outcome(args: list[str], session: Session) -> int:
    try:
        result = root.main(args, prog_name="signoff", standalone_mode=False, obj=session)
    except (click.Abort, KeyboardInterrupt):
        click.echo("signoff: interrupted; what was acknowledged is on disk", err=True)
        return INTERRUPTED
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0  # click ends a completion like this
    except Exception as error:  # noqa: BLE001  # the last resort, see exits
        from signoff_cli import exits  # a third of the time that --help takes

        return exits.report_any(error, args, as_json=session.fails_in_json)
    return result if isinstance(result, int) else 0
