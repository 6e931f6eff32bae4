"""The folder where this machine keeps the keys of its logs, each with its guard."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from signoff_ledger.custody.high_water import HighWater, HighWaterFile
from signoff_ledger.custody.log_key import check_half, read_key, write_key
from signoff_ledger.custody.rollback_guard import Guard, SignedTree
from signoff_ledger.errors import Advice, IdentityError
from signoff_ledger.persistence.lock import WriterLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


_LOCK_TIMEOUT_S = 30.0
_GUARD = "guard.json"
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")


def default_folder() -> Path:
    """Name the folder of this user on this machine, as the system's conventions have it."""
    if sys.platform == "win32":  # pragma: no cover  # the other half is covered where it runs
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "signoff" / "keys"
    data = os.environ.get("XDG_DATA_HOME", "")
    return (Path(data) if data else Path.home() / ".local" / "share") / "signoff" / "keys"


class LogSigner:
    """Signs trees of one log, each a continuation of the last; made by `Vault.sealing`."""

    def __init__(self, origin: str, key: Ed25519PrivateKey, guard: Guard) -> None:
        self._origin = origin
        self._key = key
        self._guard = guard

    def sign(self, size: int, root_at: Callable[[int], bytes]) -> bytes:
        """Give the signed checkpoint of a log.

        Args:
            size: Events in the log.
            root_at: Gives the root of the log's first events.

        Raises:
            EvidenceError: SL507 ROLLBACK or SL508 FORK.
            StoreError: The guard could not be kept; nothing was signed.
        """
        from signoff_ledger.integrity.c2sp.checkpoint import (
            Checkpoint,
            sign_checkpoint,
        )

        self._guard.check(lambda: size, root_at)
        root = root_at(size)
        self._guard.remember(SignedTree(root.hex(), size))
        return sign_checkpoint(Checkpoint(self._origin, size, root), self._key)


class Vault:
    """Keeps the keys of logs and remembers what was signed with them, outside the ledgers.

    Args:
        folder: Where the keys are; need not exist yet.
        ask: Gives the passphrase of an encrypted key; None where there is no terminal to ask on.
        new_key: Makes a key; for tests and for the story that the demo tells.
    """

    def __init__(
        self,
        folder: Path,
        ask: Callable[[], str | None] = lambda: None,
        new_key: Callable[[], Ed25519PrivateKey] | None = None,
    ) -> None:
        self.folder = folder
        self._ask = ask
        self._new_key = new_key

    def make_key(self, origin: str | None, name: str, passphrase: str | None = None) -> str:
        """Make and keep a key; gives its verifier key.

        Args:
            origin: The log's origin; made of the ledger's name and the key when None.
            name: What people call the ledger.
            passphrase: Encrypts the key's file.

        Raises:
            InputError: SL106, the origin cannot name a log.
            StoreError: The key cannot be kept.
        """
        from hashlib import sha256

        from cryptography.hazmat.primitives.asymmetric.ed25519 import (
            Ed25519PrivateKey,
        )

        from signoff_ledger.integrity.c2sp.verifier_key import (
            ED25519,
            VerifierKey,
        )

        key = self._new_key() if self._new_key else Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes_raw()
        if origin is None:
            slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in name)[:40]
            origin = f"signoff/{slug}/{sha256(public).hexdigest()[:8]}"
        log_key = VerifierKey(origin, ED25519, public).line
        write_key(self._key_path(log_key), key, passphrase)
        return log_key

    def holds(self, log_key: str) -> bool:
        """Say whether the key is kept here."""
        return self._key_path(log_key).exists()

    def last_signed(self, log_key: str) -> SignedTree | None:
        """Give the last tree that was signed here; None before the first.

        Raises:
            StoreError: SL703, the guard cannot be read.
        """
        return self._guard(log_key).last()

    def places(self, log_key: str) -> tuple[Path, Path, Path]:
        """Name the folder of a log's key, the key's file and the guard's, there or not."""
        folder = self._folder_of(log_key)
        return folder, self._key_path(log_key), folder / _GUARD

    def check(
        self, log_key: str, size_now: Callable[[], int], root_at: Callable[[int], bytes]
    ) -> None:
        """Refuse a log that does not continue what was signed here.

        Raises:
            EvidenceError: SL507 ROLLBACK or SL508 FORK.
            StoreError: The guard cannot be read.
        """
        self._guard(log_key).check(size_now, root_at)

    def sign_rotation(self, log_key: str, statement: bytes) -> bytes:
        """Sign that one key follows another.

        Raises:
            IdentityError: SL406, the key is not at hand, or another one is in its place.
        """
        return self._read(log_key).sign(statement)

    @contextmanager
    def sealing(self, log_key: str) -> Iterator[LogSigner]:
        """Hold the log's signer alone, from before the log's size is read until the note is kept.

        Raises:
            IdentityError: SL406, the key is not at hand, or another one is in its place.
            StoreError: SL705, another process is sealing and does not end.
        """
        key = self._read(log_key)
        lock = WriterLock(self._folder_of(log_key) / "guard.lock", _LOCK_TIMEOUT_S)
        with lock.held():
            yield LogSigner(_origin(log_key), key, self._guard(log_key))

    def acknowledged(self, log_key: str) -> HighWater | None:
        """Give what was acknowledged to this machine last, with or without the key at hand."""
        return HighWaterFile(self._high_water_path(log_key)).last()

    def acknowledged_in(self, log_key: str) -> str:
        """Name the file that has to be removed for that to be forgotten."""
        return str(self._high_water_path(log_key))

    def remember_acknowledged(self, log_key: str, mark: HighWater) -> None:
        """Remember what was acknowledged to this machine; what fails loses a check alone."""
        HighWaterFile(self._high_water_path(log_key)).remember(mark)

    def forget(self, log_key: str) -> None:
        """Throw away a key that never signed anything, with its folder."""
        self._key_path(log_key).unlink(missing_ok=True)
        folder = self._folder_of(log_key)
        for suffix in (".json", ".lock"):
            self._high_water_path(log_key).with_suffix(suffix).unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()

    def _read(self, log_key: str) -> Ed25519PrivateKey:
        if not self.holds(log_key):
            raise IdentityError(
                "SL406",
                "the log's key is not on this machine",
                why=f"{self._key_path(log_key)} is not there",
                advice=Advice("bring-key-and-guard"),
            )
        from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey

        path = self._key_path(log_key)
        key = read_key(path, self._ask)
        check_half(path, key, VerifierKey.parse(log_key), "the ledger's events")
        return key

    def _folder_of(self, log_key: str) -> Path:
        name = "".join(map(_spelt, _origin(log_key)))
        return self.folder / (name if name.strip(".") else name.replace(".", "_2E"))

    def _key_path(self, log_key: str) -> Path:
        return self._folder_of(log_key) / f"{log_key.split('+', 2)[1]}.pem"

    def _high_water_path(self, log_key: str) -> Path:
        return self._folder_of(log_key) / "acknowledged.json"

    def _guard(self, log_key: str) -> Guard:
        return Guard(self._folder_of(log_key) / _GUARD)


def _origin(log_key: str) -> str:
    return log_key.split("+", 2)[0]


def _spelt(character: str) -> str:
    """Spell a character so that every origin has a folder, on systems that ignore case, too."""
    if character in _PLAIN:
        return character
    return "".join(f"_{byte:02X}" for byte in character.encode())
