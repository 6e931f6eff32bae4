"""Witnesses: whom the ledger asks to cosign its checkpoints, from here on."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from signoff_ledger.application.commands.command import OWNERS, Command
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.text_checks import printable
from signoff_ledger.errors import Advice, InputError
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, VerifierKey

_URL_LIMIT = 400


def _witness_key(verifier_key: str) -> str:
    key = VerifierKey.parse(verifier_key.strip())
    if key.algorithm != COSIGNATURE_V1:
        raise _no_witness(f"it is of type 0x{key.algorithm:02x}, and a witness's is of type 0x04")
    return key.line


def checked_address(url: str) -> str:
    """Refuse what is no address to post to; gives it without a slash at its end.

    Raises:
        InputError: SL106.
    """
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        named = False
        parts = urlsplit("")
    plain = all("!" <= c <= "~" for c in url) and not (parts.query or parts.fragment)
    if parts.scheme not in {"http", "https"} or not (named and plain and len(url) <= _URL_LIMIT):
        raise InputError(
            "SL106",
            f"'{printable(url)}' is not the address of a witness",
            why="it begins with https:// or http:// and holds no password, '?' or '#'",
            advice=Advice("give-witness-address"),
        )
    return url.rstrip("/")


class AddWitness(Command, name="witness add", roles=OWNERS):
    """Ask a witness from here on, or at another address."""

    #: The witness's key as `name+id+key`, of type 0x04; refused with SL112 where it is not that of
    #: a witness, or not its own.
    verifier_key: Annotated[str, AfterValidator(_witness_key)]
    #: Prefix of its `add-checkpoint`; None for one that is reached by file. Refused with SL106
    #: where it is no address.
    url: Annotated[str, AfterValidator(checked_address)] | None = None

    def decide(self, work: UnitOfWork) -> None:
        """Add it; SL109 where it is asked at this address already."""
        founding = work.founding()
        key = VerifierKey.parse(self.verifier_key)
        others = [VerifierKey.parse(known) for known in founding.witnesses if known != key.line]
        if founding.log_key:
            others.append(VerifierKey.parse(founding.log_key))
        holder = next((k.name for k in others if k.public_key == key.public_key), None)
        if holder is not None:
            raise _no_witness(f"it is the key of {holder}; a key must be one witness's alone")
        founding.add_witness(work.stamp, key.line, self.url)


def _no_witness(why: str) -> InputError:
    return InputError(
        "SL112",
        "this is not the key of a witness",
        why=why,
        advice=Advice("ask-for-witness-key"),
    )
