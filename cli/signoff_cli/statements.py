"""Writing a statement to a file, to be signed where the key is."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from signoff_cli import suffixes
from signoff_cli.output import answer
from signoff_ledger.errors import InputError, StoreError
from signoff_ledger.integrity.sshsig import NAMESPACE

if TYPE_CHECKING:
    from signoff_cli.session import Session


def write(session: Session) -> None:
    """Write the one statement of a command, and say how to go on.

    Raises:
        InputError: SL109, the command has no statement, or more than one.
        StoreError: SL703 or SL704, the file cannot be written.
    """
    path = Path(session.statement_only or "")
    if len(session.statements) != 1:
        raise InputError(
            "SL109",
            f"this command has {len(session.statements)} statements to sign, and a file holds one",
            why="it records nothing that is signed" if not session.statements else "",
            fix="give the parts of it one by one, such as one role at a time",
        )
    statement = session.statements[0]
    suffixes.check(path, "json")
    try:
        with path.open("xb") as file:
            file.write(statement)
    except FileExistsError:
        raise StoreError(
            "SL704", f"there is a file already: {path}", fix="name another file"
        ) from None
    except OSError as error:
        raise StoreError("SL703", f"{path} cannot be written", why=str(error.strerror)) from None
    data = {
        "statement": str(path),
        "sha256": sha256(statement).hexdigest(),
        "namespace": NAMESPACE,
        "attach": f"{path}.sig",
    }
    answer(
        session,
        "signoff.statement/1",
        data,
        [data],
        lambda: _for_people(path, data["sha256"]),
        done=f"the statement is in {path}",
    )


def _for_people(path: Path, digest: str) -> str:
    return "\n".join(
        (
            f"Nothing was recorded. The statement is in {path} (SHA-256 {digest}).",
            f"  sign it    ssh-keygen -Y sign -f KEY -n {NAMESPACE} {path}",
            f"  record it  the same command with --attach {path}.sig instead",
        )
    )
