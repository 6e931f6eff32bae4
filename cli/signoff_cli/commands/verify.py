"""`signoff verify`: prove a ledger, an exported log or a dossier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from signoff_cli.advice import fix_of, words
from signoff_cli.inputs import input_bytes
from signoff_cli.output import answer, table
from signoff_cli.session import pass_session, reading
from signoff_ledger.bounded_file import NOTE, POLICY
from signoff_ledger.errors import EvidenceError, NotFoundError
from signoff_ledger.exports.dossier_folder import is_dossier, verify_dossier
from signoff_ledger.exports.log_folder import LogFolder
from signoff_ledger.exports.verification import ExportedLog, LiveLog, verify_log
from signoff_ledger.integrity.c2sp.policy import parse_policy
from signoff_ledger.integrity.log_check import FAILED, PROVED, Check, Trust
from signoff_ledger.queries.advice import advice_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_cli.session import Session


@click.command(short_help="Prove a ledger, an export or a dossier.")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--policy", metavar="FILE", help="Whom you believe (c2sp.org/tlog-policy).")
@click.option("--since", metavar="FILE", help="An older checkpoint that you kept.")
@reading
@pass_session
def verify(session: Session, folder: Path | None, policy: str | None, since: str | None) -> int:
    """Prove FOLDER, an exported log or a dossier; without it, the ledger itself.

    First the evidence: lines, chains, tree, checkpoints, witnesses, signatures. Then the meaning:
    every decision is taken again. Says what it proved and what it could not, and exits 5 at the
    first thing that does not hold. Nothing but what you bring along is believed.

    \b
    Example:
      signoff verify
      signoff verify dossier --policy my.policy
    """
    trust = Trust(
        policy=parse_policy(*input_bytes(policy, POLICY)) if policy else None,
        since=input_bytes(since, NOTE)[0] if since else None,
    )
    checks: list[Check] = []
    failed: EvidenceError | None = None
    try:
        checks.extend(_checks(session, folder, trust))
    except EvidenceError as error:
        failed = error
        checks.append(Check(error.code, FAILED, _told(error)))
    rows = [{**check._asdict(), "advice": advice_answer(check.advice)} for check in checks]
    data = {
        "verified": failed is None,
        "of": str(folder) if folder else session.place(),
        "position": failed.position if failed else None,
        "advice": advice_answer(failed.advice if failed else None),
        "checks": rows,
        "unproved": [name for check in checks if check.state != PROVED for name in check.files],
    }
    answer(session, "signoff.verification/2", data, rows, lambda: _for_people(checks, failed))
    return failed.exit_code if failed else 0


def _checks(session: Session, folder: Path | None, trust: Trust) -> Iterator[Check]:
    if folder is None:
        with session.open() as opened:
            yield from verify_log(LiveLog(opened.store), trust)
    elif not folder.exists():
        raise NotFoundError(
            "SL205", f"there is nothing at {folder}", fix="name an exported folder, whole"
        )
    elif is_dossier(folder):
        yield from verify_dossier(folder, trust)
    else:
        yield from verify_log(ExportedLog(LogFolder(folder)), trust)


def _told(error: EvidenceError) -> str:
    at = f"position {error.position}: " if error.position else ""
    return f"{at}{error.what}" + (f": {error.why}" if error.why else "")


def _rows(check: Check) -> Iterator[tuple[str, str, str]]:
    yield check.state, check.name, check.says
    if check.advice is not None:
        yield "", "", f"fix: {words(check.advice.key, check.advice.values)}"


def _for_people(checks: list[Check], failed: EvidenceError | None) -> str:
    rows = [row for check in checks for row in _rows(check)]
    shown = table(("state", "check", "what was found"), rows)
    if failed is not None:
        to_do = f"\nTo do: {fix_of(failed)}" if fix_of(failed) else ""
        return f"{shown}\n\nIt does not hold. Nothing behind that point was looked at.{to_do}"
    return f"{shown}\n\nIt holds, as far as the table says."
