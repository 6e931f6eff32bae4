"""Which key seals a log at which size, as the log's own lines say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from signoff_ledger.errors import EvidenceError, InputError
from signoff_ledger.integrity import ed25519
from signoff_ledger.integrity.c2sp.verifier_key import ED25519, VerifierKey
from signoff_ledger.integrity.canonical import canonical
from signoff_ledger.integrity.encoding import decode_base64

if TYPE_CHECKING:
    from collections.abc import Mapping

FOUNDED = "signoff.ledger-founded.v1"
ROTATED = "signoff.log-key-rotated.v1"


def rotation_statement(old: str | None, new: str) -> bytes:
    """Write what both keys sign; the first key of a log signs alone, without an old one.

    Args:
        old: Verifier key in force before, None for a log that had none.
        new: Verifier key in force from here on.
    """
    return canonical({"new": new, "old": old, "statement": "signoff-log-key@v1"})


class LogKeys:
    """Follows the log's key from its founding through every rotation."""

    def __init__(self) -> None:
        self._keys: list[tuple[int, VerifierKey]] = []

    @property
    def current(self) -> VerifierKey | None:
        """The key in force behind the last line taken."""
        return self._keys[-1][1] if self._keys else None

    @property
    def all(self) -> tuple[VerifierKey, ...]:
        """Every key the log had, oldest first."""
        return tuple(key for _, key in self._keys)

    @property
    def origin(self) -> str:
        """The log's origin; "" for a log without a key."""
        return self._keys[-1][1].name if self._keys else ""

    def at(self, size: int) -> VerifierKey | None:
        """Give the key that seals a tree of a size."""
        found = [key for position, key in self._keys if position <= size]
        return found[-1] if found else None

    def take(self, line: Mapping[str, Any], position: int) -> None:
        """Take the next line of the log.

        Raises:
            EvidenceError: SL505, a key follows another that did not sign for it.
        """
        if line["type"] == FOUNDED:
            if position != 1:
                _refuse("a log is founded once, by its first line", position)
            if "log_key" in line["data"]:
                self._keys.append((position, _key(line["data"]["log_key"], position)))
        elif line["type"] == ROTATED:
            self._rotate(line["data"], position)

    def _rotate(self, data: Mapping[str, Any], position: int) -> None:
        new, old = _key(data.get("log_key"), position), self.current
        statement = rotation_statement(old.line if old else None, new.line)
        if old is not None and old.name != new.name:
            _refuse("the key of another log would follow", position)
        for key, name in ((old, "old_signature"), (new, "new_signature")):
            if key is None:
                continue
            try:
                signature = decode_base64(str(data.get(name)))
            except ValueError:
                signature = b""
            if not ed25519.is_signed(key.public_key, signature, statement):
                _refuse(f"its {name.replace('_', ' ')} does not verify", position)
        self._keys.append((position, new))


def _key(text: object, position: int) -> VerifierKey:
    try:
        key = VerifierKey.parse(str(text))
    except InputError as error:
        _refuse(error.why, position)
    if key.algorithm != ED25519:
        _refuse("a log seals with a key of type 0x01", position)
    return key


def _refuse(why: str, position: int) -> NoReturn:
    raise EvidenceError("SL505", "a key of the log is not acceptable", why=why, position=position)
