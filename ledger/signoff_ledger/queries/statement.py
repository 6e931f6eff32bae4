"""Statements written to files, to be signed where the key is."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.integrity.ssh.sshsig import NAMESPACE
from signoff_ledger.queries.value_forms import Digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCHEMA = "signoff.statement/1"


class StatementFileAnswer(TypedDict):
    """A statement in a file."""

    statement: str  #: The file.
    sha256: Digest  #: Its digest.


class StatementRowAnswer(StatementFileAnswer):
    """A statement in a file, and how to go on."""

    namespace: str  #: What the signature must be made for.
    attach: str  #: Where `ssh-keygen -Y sign` puts the first signature, for --attach.


class StatementsAnswer(StatementRowAnswer):
    """Statements to be signed elsewhere: `--statement-only`. The rows are the statements.

    Attributes:
        statement: The file of the first one.
        namespace: What the signatures must be made for.
    """

    other_statements: list[StatementFileAnswer]  #: The other statements of the command.


ANSWER = StatementsAnswer
ROW = StatementRowAnswer


def statements_answer(written: Sequence[tuple[Path, bytes]]) -> StatementsAnswer:
    """Name the files of a command's statements.

    Args:
        written: Each statement with its file; at least one.
    """
    files: list[StatementFileAnswer] = [
        {"statement": str(path), "sha256": sha256(text).hexdigest()} for path, text in written
    ]
    return {
        **files[0],
        "namespace": NAMESPACE,
        "attach": f"{files[0]['statement']}.sig",
        "other_statements": files[1:],
    }


def statement_rows(answer: StatementsAnswer) -> list[StatementRowAnswer]:
    """Give every statement of an answer."""
    first: StatementFileAnswer = {"statement": answer["statement"], "sha256": answer["sha256"]}
    return [
        {**each, "namespace": answer["namespace"], "attach": answer["attach"]}
        for each in (first, *answer["other_statements"])
    ]
