"""Writing statements to files, to be signed where the key is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from signoff_cli import suffixes
from signoff_cli.output import answer
from signoff_ledger.errors import Advice, InputError, StoreError
from signoff_ledger.queries.statement import SCHEMA, statement_rows, statements_answer
from signoff_ledger.wiring import statement_file

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.queries.statement import StatementRowAnswer


def write(session: Session) -> None:
    """Write the statements of a command, a file each, and say how to go on.

    Raises:
        InputError: SL109, the command records nothing that is signed.
        StoreError: SL703 or SL704, a file cannot be written.
    """
    if not session.statements:
        raise InputError(
            "SL109",
            "this command has no statement to sign",
            why="it records nothing, or nothing that is signed",
            advice=Advice("omit-statement-only"),
        )
    first = Path(session.statement_only or "")
    suffixes.check(first, "json")
    paths = [statement_file(first, number) for number, _ in enumerate(session.statements, 1)]
    for path in paths:
        if path.exists():
            raise _in_the_way(path)
    for path, text in zip(paths, session.statements, strict=True):
        _write(path, text)
    data = statements_answer([*zip(paths, session.statements, strict=True)])
    rows = statement_rows(data)
    answer(
        session,
        SCHEMA,
        data,
        rows,
        lambda: _for_people(rows),
        done="; ".join(f"the statement is in {row['statement']}" for row in rows),
    )


def _write(path: Path, statement: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(statement)
    except FileExistsError:
        raise _in_the_way(path) from None
    except OSError as error:
        raise StoreError("SL703", f"{path} cannot be written", why=str(error.strerror)) from None


def _in_the_way(path: Path) -> StoreError:
    return StoreError("SL704", f"there is a file already: {path}", advice=Advice("name-other-file"))


def _for_people(written: list[StatementRowAnswer]) -> str:
    namespace, files = written[0]["namespace"], [row["statement"] for row in written]
    said = [f"The statement is in {r['statement']} (SHA-256 {r['sha256']})." for r in written]
    return "\n".join(
        (
            f"Nothing was recorded. {' '.join(said)}",
            f"  sign it    ssh-keygen -Y sign -f KEY -n {namespace} {' '.join(files)}",
            f"  record it  the same command with --attach {written[0]['attach']} instead",
        )
    )
