"""Allowed signers: who may sign with which key and when, as `ssh-keygen -Y verify` reads it.

    ines namespaces="signoff-decision@v1",valid-after="20260302083000Z" ssh-ed25519 AAAA…

With this file and OpenSSH an auditor checks every signature without a program of ours; the format
is that of ssh-keygen(1), section ALLOWED SIGNERS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from signoff_ledger.errors import Advice, InputError
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from signoff_ledger.integrity.ssh.public_key import SshPublicKey

_PRINCIPAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+/:=-]*", re.ASCII)
"""One plain name: in the file a comma makes a list, `*` and `?` match every name, `!` negates."""


@dataclass(frozen=True, slots=True)
class AllowedSigner:
    """One person's one key.

    Raises:
        InputError: SL106, the name would match others too; SL108, a time without offset.
    """

    principal: str  #: Name of the person, given to `ssh-keygen -I`.
    key: SshPublicKey
    #: First second at which it may have signed, or None for always.
    valid_after: datetime | None = None
    #: Last second at which it may have signed, or None for always.
    valid_before: datetime | None = None

    def __post_init__(self) -> None:
        if not _PRINCIPAL.fullmatch(self.principal):
            raise InputError(
                "SL106",
                f"{self.principal!r:.80} cannot stand in a list of allowed signers",
                why="a comma, a wildcard, a space or a quote would name others too",
                advice=Advice("use-identity-characters"),
            )
        for time in (self.valid_after, self.valid_before):
            if time is not None and time.utcoffset() is None:
                raise InputError("SL108", f"{time} has no offset from UTC", why="it is ambiguous")

    @property
    def line(self) -> str:
        """The line of the file, its newline included."""
        options = [f'namespaces="{NAMESPACE}"']
        options += [f'valid-after="{_stamp(self.valid_after)}"'] if self.valid_after else []
        options += [f'valid-before="{_stamp(self.valid_before)}"'] if self.valid_before else []
        return f"{self.principal} {','.join(options)} {self.key.line}\n"


def format_allowed_signers(signers: Iterable[AllowedSigner]) -> str:
    """Write the file, one line for each key, in the order given."""
    return "".join(signer.line for signer in signers)


def _stamp(time: datetime) -> str:
    """Write a time in whole seconds of UTC; a fraction is dropped, as the reader knows none."""
    return time.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")
