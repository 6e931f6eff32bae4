"""Signing by OpenSSH: with an agent, a key file and its passphrase, a FIDO key, or elsewhere.

People's keys never pass through this program: `ssh-keygen -Y sign` asks the agent, the person or
the token, and gives back a signature that any OpenSSH can check.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple, Protocol

from signoff_ledger.bounded_file import (
    PRIVATE_KEY,
    SIGNATURE,
    STATEMENT,
    read_regular,
)
from signoff_ledger.domain.values import parse_utc
from signoff_ledger.errors import (
    Advice,
    ConflictError,
    EvidenceError,
    IdentityError,
    InputError,
    os_errors_as,
)
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE
from signoff_ledger.integrity.statement import first_difference, read_statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from signoff_ledger.bounded_file import SizeLimit


_STATEMENTS_MAX = 16
"""More than any command has: an enrolment with every role has seven."""


class SigningMoment(NamedTuple):
    """Time at which a statement was made, and the tree that it names."""

    at: datetime  #: When it was made up.
    root: str  #: Root of the tree reviewed, in hexadecimal digits.
    size: int  #: Events in that tree.


class StatementSigner(Protocol):
    """Signing method of a person."""

    only_if_required: bool
    """True where it is used only by a person who has to sign."""

    asks_key: bool
    """True where signing asks a person, an agent or a token; a dry run leaves them alone."""

    moment: SigningMoment | None
    """What a statement that was made up before says about itself; None to make it up now."""

    def sign(self, statement: bytes, keys: Sequence[str]) -> str | None:
        """Sign a statement.

        Args:
            statement: What is signed, to the byte.
            keys: Public keys that may sign it, each as `type base64`.

        Returns:
            The armored SSHSIG; None where a statement is only wanted, in a dry run.

        Raises:
            SignoffError: Nothing was signed.
        """
        ...


class OpenSshSigner:
    """Signs by `ssh-keygen -Y sign`.

    Args:
        key: The private key's file, or its public half for an agent or a token; None takes the
            registered key and asks the agent.
        only_if_required: Used only by a person who has to sign.
    """

    asks_key = True
    moment: SigningMoment | None = None

    def __init__(self, key: Path | None = None, *, only_if_required: bool = False) -> None:
        self._key = key
        self.only_if_required = only_if_required

    def sign(self, statement: bytes, keys: Sequence[str]) -> str:
        """Sign a statement; see `StatementSigner`.

        Raises:
            IdentityError: SL407, nothing was signed.
        """
        program = shutil.which("ssh-keygen")
        if program is None:
            raise IdentityError(
                "SL407",
                "nothing was signed: ssh-keygen is not on this machine",
                advice=Advice("install-openssh"),
            )
        with TemporaryDirectory(prefix="signoff-") as folder:
            key = self._key
            if key is not None:
                _look_at(key)
            else:
                key = Path(folder, "key.pub")
                key.write_text(keys[-1] + "\n", "ascii")
            # By its own terminal: a passphrase or a touch is between the person and OpenSSH.
            done = subprocess.run(  # noqa: S603  # a fixed command; the key's path is the person's
                [program, "-Y", "sign", "-f", str(key), "-n", NAMESPACE],
                input=statement,
                capture_output=True,
                check=False,
            )
        if done.returncode or not done.stdout:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise IdentityError(
                "SL407",
                "nothing was signed",
                why=said[-1] if said else "ssh-keygen gave no signature",
                advice=Advice("name-signing-key"),
            )
        return done.stdout.decode("ascii", "replace")


class StatementCollector:
    """Signs nothing and keeps the statements, for signatures made elsewhere.

    Args:
        statements: Where they are kept.
    """

    asks_key = False
    moment: SigningMoment | None = None
    only_if_required = False

    def __init__(self, statements: list[bytes]) -> None:
        self._statements = statements

    def sign(self, statement: bytes, keys: Sequence[str]) -> None:
        """Keep the statement."""
        del keys
        self._statements.append(statement)


class AttachedSignatures:
    """Brings signatures that were made elsewhere over statements written before.

    Args:
        statement: The statement's file; those of a command's further statements are in the
            same folder, see `numbered`.
        signature: The signature's file, which `ssh-keygen -Y sign` names `STATEMENT.sig`.

    Raises:
        InputError: SL101, a file cannot be read or is no statement.
    """

    asks_key = False
    only_if_required = False

    def __init__(self, statement: Path, signature: Path) -> None:
        self._pairs = [_pair(statement, signature)]
        while (further := numbered(statement, len(self._pairs) + 1)).exists():
            if len(self._pairs) == _STATEMENTS_MAX:
                raise InputError(
                    "SL101",
                    f"{statement} has more than {_STATEMENTS_MAX} further statements",
                    why="no command has so many",
                )
            self._pairs.append(_pair(further, further.with_name(f"{further.name}.sig")))
        try:
            signed = read_statement(self._pairs[0][0])["signed"]
            self.moment: SigningMoment | None = SigningMoment(
                parse_utc(signed["at"]), signed["root"], signed["size"]
            )
        except (EvidenceError, ValueError, KeyError, TypeError):
            raise InputError(
                "SL101",
                f"{statement} is not a statement",
                advice=Advice("write-statement"),
            ) from None

    def sign(self, statement: bytes, keys: Sequence[str]) -> str:
        """Give the signature, if it is of this very statement.

        Raises:
            ConflictError: SL603, what would be recorded now is not what was signed.
        """
        del keys
        armored = dict(self._pairs).get(statement)
        if armored is None:
            raise ConflictError(
                "SL603",
                "what was signed is not what would be recorded now",
                why=first_difference(self._pairs[0][0], statement),
                advice=Advice("renew-statement"),
            )
        return armored


def numbered(path: Path, number: int) -> Path:
    """Name the file of a command's statement by its number: `grant.json`, `grant-2.json`, ..."""
    return path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")


def _pair(statement: Path, signature: Path) -> tuple[bytes, str]:
    """Read a statement and its signature."""
    text = _read(statement, STATEMENT)
    return text, _read(signature, SIGNATURE).decode("utf-8", "replace")


def _read(path: Path, limit: SizeLimit) -> bytes:
    advice = Advice("name-signature-file")
    with os_errors_as(InputError, "SL101", f"{path} cannot be read", advice):
        return read_regular(path, limit)


def _look_at(key: Path) -> None:
    """Refuse a key that is no file of a key's length: OpenSSH would wait for a pipe, or read on."""
    for path in (key, Path(f"{key}.pub")):
        try:
            read_regular(path, PRIVATE_KEY)
        except FileNotFoundError:
            continue  # either half may be elsewhere, and OpenSSH says what it misses
        except OSError as error:
            raise IdentityError(
                "SL407",
                "nothing was signed",
                why=f"{path}: {error.strerror}",
                advice=Advice("name-signing-key"),
            ) from None
