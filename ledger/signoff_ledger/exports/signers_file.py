"""The list of allowed signers of a log, for `ssh-keygen -Y verify`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from signoff_ledger.integrity.signing_time import GRACE_S
from signoff_ledger.integrity.ssh.allowed_signers import AllowedSigner, format_allowed_signers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signoff_ledger.integrity.signatories import Signatory


def allowed_signers(people: Mapping[str, Signatory]) -> bytes:
    """Write who could sign with which key from when to when, in order of person and key.

    A key's time begins when an owner accepted it and ends when it was revoked, by the ledger's
    clock and with the grace that clocks are given; the signer's own statement names the moment
    that OpenSSH is asked about.
    """
    grace = timedelta(seconds=GRACE_S)
    signers = [
        AllowedSigner(
            person, held.key, _time(held.accepted_at, -grace), _time(held.revoked_at, grace)
        )
        for person, signatory in sorted(people.items())
        for _, held in sorted(signatory.keys.items())
        if held.accepted_at is not None
    ]
    return format_allowed_signers(signers).encode("ascii")


def _time(at: str | None, grace: timedelta) -> datetime | None:
    if at is None:
        return None
    try:
        return datetime.fromisoformat(at) + grace
    except OverflowError:  # The clock said 9999; there is no later year to write.
        return datetime.fromisoformat(at)
