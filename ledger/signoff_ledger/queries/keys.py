"""The keys that people sign with, and the key that seals the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from signoff_ledger.queries.value_forms import Form

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger
    from signoff_ledger.domain.person import SigningKey

SCHEMA = "signoff.keys/1"


class KeyAnswer(TypedDict):
    """A key of a person."""

    person: str  #: Whose it is.
    fingerprint: str  #: Its short name, as OpenSSH prints it.
    public_key: str  #: Type and base64, as in authorized_keys.
    state: Annotated[str, Form(choices=("waits", "in force", "revoked"))]  #: Whether it signs.


class KeysAnswer(TypedDict):
    """The signing keys of people, and the log's: `signoff key list`. The rows are keys."""

    log_key: str | None  #: The verifier key of the log's checkpoints; null for a log without one.
    keys: list[KeyAnswer]  #: Keys in the order registered, person by person.


ANSWER = KeysAnswer
ROW = KeyAnswer


def keys(ledger: Ledger) -> KeysAnswer:
    """List the signing keys of people, and the key that seals the log."""
    work = ledger.work()
    return {
        "log_key": work.founding().log_key,
        "keys": [
            {
                "person": person.key,
                "fingerprint": fingerprint,
                "public_key": key.public_key,
                "state": _state(key),
            }
            for person in work.people()
            for fingerprint, key in person.keys.items()
        ],
    }


def _state(key: SigningKey) -> str:
    if key.revoked is not None:
        return "revoked"
    return "waits" if key.accepted is None else "in force"
