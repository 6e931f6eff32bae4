"""The list of allowed signers of a log, for `ssh-keygen -Y verify`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from signoff_ledger.integrity.allowed_signers import AllowedSigner, format_allowed_signers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signoff_ledger.integrity.signatories import Signatory


def allowed_signers(people: Mapping[str, Signatory]) -> bytes:
    """Write who could sign with which key from when to when, in order of person and key.

    A key's time begins when an owner accepted it and ends when it was revoked, by the ledger's
    clock; the signer's own statement names the moment that OpenSSH is asked about.
    """
    signers = [
        AllowedSigner(person, held.key, _time(held.accepted_at), _time(held.revoked_at))
        for person, signatory in sorted(people.items())
        for _, held in sorted(signatory.keys.items())
        if held.accepted_at is not None
    ]
    return format_allowed_signers(signers).encode("ascii")


def _time(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None
