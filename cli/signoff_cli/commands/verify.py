"""`signoff verify`: prove a ledger, an exported log or a dossier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from signoff_cli.advice import words
from signoff_cli.inputs import input_bytes
from signoff_cli.output import answer, table
from signoff_cli.session import Session, reading
from signoff_ledger.bounded_file import NOTE, POLICY
from signoff_ledger.errors import Advice, EvidenceError, NotFoundError
from signoff_ledger.exports.dossier_folder import is_dossier, verify_dossier
from signoff_ledger.exports.log_folder import LogFolder
from signoff_ledger.exports.verification import (
    LiveLog,
    compared_views,
    verify_log,
)
from signoff_ledger.integrity.c2sp.policy import parse_policy
from signoff_ledger.integrity.log_check import Trust
from signoff_ledger.queries.verification import SCHEMA, verification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.integrity.log_check import Check
    from signoff_ledger.queries.verification import ProvedAnswer, VerificationAnswer


@click.command
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--policy", metavar="FILE", help="Your trust policy (c2sp.org/tlog-policy).")
@click.option("--since", metavar="FILE", help="An older checkpoint that you kept.")
@reading
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
    of = str(folder) if folder else session.place()
    data = verification(of, _checks(session, folder, trust))
    answer(session, SCHEMA, data, data["checks"], lambda: _for_people(data))
    return 0 if data["verified"] else EvidenceError.exit_code


def _checks(session: Session, folder: Path | None, trust: Trust) -> Iterator[Check]:
    if folder is None:
        with session.open() as opened:
            yield from verify_log(LiveLog(opened.store), trust)
            yield compared_views(opened.store, opened.views)
    elif not folder.exists():
        raise NotFoundError(
            "SL205", f"there is nothing at {folder}", advice=Advice("name-exported-folder")
        )
    elif is_dossier(folder):
        yield from verify_dossier(folder, trust)
    else:
        yield from verify_log(LogFolder(folder), trust)


def _rows(check: ProvedAnswer) -> Iterator[tuple[str, str, str]]:
    yield check["state"], check["name"], check["says"]
    advice = check["advice"]
    if advice is not None:
        yield "", "", f"fix: {words(advice['key'], advice['values'])}"


def _for_people(data: VerificationAnswer) -> str:
    rows = [row for check in data["checks"] for row in _rows(check)]
    shown = table(("state", "check", "what was found"), rows)
    if not data["verified"]:
        advice = data["advice"]
        to_do = f"\nTo do: {words(advice['key'], advice['values'])}" if advice else ""
        return f"{shown}\n\nIt does not hold. Nothing behind that point was looked at.{to_do}"
    return f"{shown}\n\nIt holds, as far as the table says."
