"""The command `signoff`: its commands by name, and how an invocation ends."""

from __future__ import annotations

import gc
import sys

import click

from signoff_cli.lazy import CommandListing, LazyGroup
from signoff_cli.session import Session, reading
from signoff_cli.streams import standard_streams

INTERRUPTED = 130
"""The exit code of a command that was interrupted; `exits` has all the others."""

_OBJECTS_BETWEEN_COLLECTIONS = 50_000

_AT = "signoff_cli.commands."

COMMANDS: dict[str, CommandListing] = {
    "open": CommandListing("Record", _AT + "open:open_", "Open a batch under the bar in force."),
    "record": CommandListing("Record", _AT + "record:record", "Record the results of one unit."),
    "import": CommandListing("Record", _AT + "import_:import_", "Import a sheet of results."),
    "defect": CommandListing(
        "Record", _AT + "defect:defect", "Record nonconformities, their origin and cause."
    ),
    "change": CommandListing("Record", _AT + "change:change", "Record a change to the process."),
    "dispose": CommandListing("Record", _AT + "dispose:dispose", "Decide what happens to a unit."),
    "correct": CommandListing(
        "Record", _AT + "correct:correct", "Correct a wrong entry, by two people."
    ),
    "close": CommandListing("Record", _AT + "close:close", "Close a batch: no more units."),
    "check": CommandListing(
        "Decide", _AT + "check:check", "Say whether the process could be signed off."
    ),
    "sign": CommandListing("Decide", _AT + "sign:sign", "Sign a process off for a production run."),
    "hold": CommandListing("Decide", _AT + "hold:hold", "Hold a process; it only needs a reason."),
    "withdraw": CommandListing("Decide", _AT + "withdraw:withdraw", "Withdraw a sign-off."),
    "order": CommandListing(
        "Decide", _AT + "order:order", "Commit, cancel or report a production order."
    ),
    "dissent": CommandListing(
        "Decide", _AT + "dissent:dissent", "Record dissent, pressure or a note."
    ),
    "why": CommandListing("Review", _AT + "why:why", "Say why a process is signed off or held."),
    "status": CommandListing(
        "Review", _AT + "status:status", "Show where processes and batches stand."
    ),
    "unit": CommandListing(
        "Review", _AT + "unit:unit", "Show one unit and all that was recorded of it."
    ),
    "orders": CommandListing("Review", _AT + "orders:orders", "List production orders."),
    "history": CommandListing("Review", _AT + "history:history", "Show every event in order."),
    "replay": CommandListing(
        "Review", _AT + "replay:replay", "Compute every decision again and compare."
    ),
    "stats": CommandListing(
        "Review", _AT + "stats:stats", "Say what the batches of a process show."
    ),
    "compare": CommandListing(
        "Review", _AT + "compare:compare", "Compare two batches: did the fix hold?"
    ),
    "report": CommandListing(
        "Review", _AT + "report:report", "Write the certificate of a decision."
    ),
    "handover": CommandListing(
        "Review", _AT + "handover:handover", "List the units that were handed over."
    ),
    "checkpoint": CommandListing(
        "Prove", _AT + "checkpoint:checkpoint", "Seal the log as it stands."
    ),
    "set-aside": CommandListing(
        "Prove", _AT + "set_aside:set_aside", "Set a foreign checkpoint aside."
    ),
    "verify": CommandListing(
        "Prove", _AT + "verify:verify", "Prove a ledger, an export or a dossier."
    ),
    "export": CommandListing("Prove", _AT + "export:export", "Export the log, or one decision."),
    "prove": CommandListing("Prove", _AT + "prove:prove", "Prove that one event is in the log."),
    "witness": CommandListing(
        "Prove", _AT + "witness:witness", "Ask witnesses to cosign, or run one."
    ),
    "restore": CommandListing("Prove", _AT + "restore:restore", "Bring an exported log back."),
    "new": CommandListing("Set up", _AT + "new:new", "Print a plan file to fill in."),
    "init": CommandListing("Set up", _AT + "init:init", "Begin a ledger."),
    "person": CommandListing(
        "Set up", _AT + "person:person", "Enrol people; grant and revoke roles."
    ),
    "plan": CommandListing(
        "Set up", _AT + "plan:plan", "Publish a plan; say how many units it takes."
    ),
    "bar": CommandListing("Set up", _AT + "bar:bar", "Set, countersign, show or pick the bar."),
    "key": CommandListing("Set up", _AT + "key:key", "Register, accept and revoke signing keys."),
    "approval": CommandListing(
        "Set up", _AT + "approval:approval", "Refer to an approval from elsewhere."
    ),
    "doctor": CommandListing("Run", _AT + "doctor:doctor", "Check a ledger and what is around it."),
    "backup": CommandListing("Run", _AT + "backup:backup", "Copy a ledger while it is in use."),
    "move": CommandListing("Run", _AT + "move:move", "Move a ledger from one store to another."),
    "rebuild": CommandListing(
        "Run", _AT + "rebuild:rebuild", "Build every view again from the events."
    ),
    "repair": CommandListing(
        "Run", _AT + "repair:repair", "Restore what is missing around the lines."
    ),
    "config": CommandListing(
        "Run", _AT + "config:config", "Show the settings and where they come from."
    ),
    "completion": CommandListing(
        "Run", _AT + "completion:completion", "Print a completion script."
    ),
    "demo": CommandListing(
        "Run", _AT + "demo:demo", "Play the whole story on a throw-away ledger."
    ),
    "help": CommandListing("Run", _AT + "help:help_", "Explain a topic."),
}


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from signoff_ledger import __version__  # only here is it needed

        click.echo(f"signoff {__version__}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    # No variable for every option: one that answers `--yes` for good would sign in its sleep.
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="signoff help  lists the topics: names, roles, rules, formats, exit-codes and more.",
)
@reading
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
