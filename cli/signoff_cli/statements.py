"""Writing statements to files, to be signed where the key is."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from signoff_cli import suffixes
from signoff_cli.output import answer
from signoff_ledger.custody.statement_signers import numbered
from signoff_ledger.errors import InputError, StoreError
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE

if TYPE_CHECKING:
    from signoff_cli.session import Session


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
            fix="give it without --statement-only",
        )
    first = Path(session.statement_only or "")
    suffixes.check(first, "json")
    paths = [numbered(first, number) for number, _ in enumerate(session.statements, 1)]
    for path in paths:
        if path.exists():
            raise _in_the_way(path)
    written = [_written(path, text) for path, text in zip(paths, session.statements, strict=True)]
    data = {**written[0], "namespace": NAMESPACE, "attach": f"{first}.sig", "beside": written[1:]}
    answer(
        session,
        "signoff.statement/1",
        data,
        [{**row, "namespace": NAMESPACE, "attach": f"{first}.sig"} for row in written],
        lambda: _for_people(written),
        done="; ".join(f"the statement is in {row['statement']}" for row in written),
    )


def _written(path: Path, statement: bytes) -> dict[str, str]:
    try:
        with path.open("xb") as file:
            file.write(statement)
    except FileExistsError:
        raise _in_the_way(path) from None
    except OSError as error:
        raise StoreError("SL703", f"{path} cannot be written", why=str(error.strerror)) from None
    return {"statement": str(path), "sha256": sha256(statement).hexdigest()}


def _in_the_way(path: Path) -> StoreError:
    return StoreError("SL704", f"there is a file already: {path}", fix="name another file")


def _for_people(written: list[dict[str, str]]) -> str:
    files = [row["statement"] for row in written]
    said = [f"The statement is in {r['statement']} (SHA-256 {r['sha256']})." for r in written]
    return "\n".join(
        (
            f"Nothing was recorded. {' '.join(said)}",
            f"  sign it    ssh-keygen -Y sign -f KEY -n {NAMESPACE} {' '.join(files)}",
            f"  record it  the same command with --attach {files[0]}.sig instead",
        )
    )
