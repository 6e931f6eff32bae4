"""A key of our own, a log's or a witness's: Ed25519 in a file that only its owner can read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from signoff_ledger.bounded_file import PRIVATE_KEY, read_regular
from signoff_ledger.custody.rollback_guard import make_folder, sync_folder
from signoff_ledger.errors import Advice, IdentityError, StoreError, os_errors_as

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey

_OTHERS = 0o077


def write_key(path: Path, key: Ed25519PrivateKey, passphrase: str | None) -> None:
    """Keep a key in a new file, PKCS #8 in PEM, which OpenSSL reads, too.

    Args:
        path: The file; its folder is made if need be.
        key: The key.
        passphrase: Encrypts the file; None leaves that to the disk.

    Raises:
        StoreError: SL704 when something is there already, SL703 when it cannot be written.
    """
    from cryptography.hazmat.primitives import serialization as s

    encryption: s.KeySerializationEncryption = (
        s.BestAvailableEncryption(passphrase.encode()) if passphrase else s.NoEncryption()
    )
    pem = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, encryption)
    with os_errors_as(StoreError, "SL703", f"the key cannot be kept in {path}"):
        make_folder(path.parent)
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            raise StoreError(
                "SL704", f"there is a file already: {path}", why="a key is never overwritten"
            ) from None
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        # A log outlives a power cut only together with the key that seals it.
        sync_folder(path.parent)


def read_key(path: Path, ask: Callable[[], str | None]) -> Ed25519PrivateKey:
    """Read a key that `write_key` wrote.

    Args:
        path: The file.
        ask: Gives the passphrase of an encrypted one; None where there is no terminal to ask on.

    Raises:
        IdentityError: SL406, the key cannot be used here.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
    )
    from cryptography.hazmat.primitives.serialization import (
        load_pem_private_key,
    )

    pem = _read_private(path)
    passphrase = None
    if b"ENCRYPTED" in pem:
        passphrase = ask()
        if not passphrase:
            raise _unusable(path, "it has a passphrase, and there was no terminal to ask for it")
    try:
        key = load_pem_private_key(pem, passphrase.encode() if passphrase else None)
    except ValueError:
        raise _unusable(
            path, "the passphrase is wrong" if passphrase else "it is damaged"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _unusable(path, "it is not an Ed25519 key")
    return key


def check_half(path: Path, key: Ed25519PrivateKey, named: VerifierKey, by: str) -> None:
    """Refuse a private key that is not the other half of the public one that is on record.

    What it signed would never verify, and would stay for good.

    Args:
        path: The file that it was read from.
        key: The key.
        named: The public key.
        by: What names the public key.

    Raises:
        IdentityError: SL406, it is another one.
    """
    held = type(named).of(named.name, named.algorithm, key)
    if held != named:
        raise IdentityError(
            "SL406",
            "another key is in place of the one that signs here",
            why=f"{path} holds {held.line}, and {by} name {named.line}",
            advice=Advice("bring-log-key-back"),
        )


def _read_private(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        pem = read_regular(path, PRIVATE_KEY)
    except OSError as error:
        raise _unusable(path, str(error.strerror)) from None
    if os.name == "posix" and mode & _OTHERS:
        raise _unusable(
            path,
            f"others can read it (mode {mode & 0o777:04o})",
            Advice("set-mode", path=str(path), mode="600"),
        )
    return pem


def _unusable(path: Path, why: str, advice: Advice | None = None) -> IdentityError:
    return IdentityError(
        "SL406",
        "the log's key cannot be used here",
        why=f"{path}: {why}",
        advice=advice or Advice("seal-where-key-is"),
    )
