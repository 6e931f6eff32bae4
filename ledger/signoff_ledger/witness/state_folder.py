"""The folder in which a witness lives: its key, its name, the logs it trusts, its memory.

witness.pem       its key, readable by its owner alone
witness.vkey      its name and public key, to be handed out
logs/*.vkey       keys of the logs it watches, one or more lines each
cosigned/         the note it cosigned last, of each log
evidence/         what it was shown that speaks against a log
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from signoff_ledger.bounded_file import VERIFIER_KEYS, read_regular
from signoff_ledger.custody.log_key import check_half, read_key, write_key
from signoff_ledger.errors import Advice, InputError, StoreError, os_errors_as
from signoff_ledger.integrity.c2sp.verifier_key import (
    COSIGNATURE_V1,
    ED25519,
    VerifierKey,
)
from signoff_ledger.persistence.lock import WriterLock
from signoff_ledger.witness.cosigned_notes import COSIGNED, Memory
from signoff_ledger.witness.cosigner import Cosigner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from signoff_ledger.application.ports import Clock

_KEY, _NAME, _LOGS, _LOCK = "witness.pem", "witness.vkey", "logs", "lock"


@contextmanager
def working_witness(
    folder: Path, name: str | None, trusted: Iterable[Path], clock: Clock
) -> Iterator[Cosigner]:
    """Let the witness of a folder work, alone; made with a new key where there is none.

    Args:
        folder: The folder.
        name: The witness's name; needed the first time, and never another one afterwards.
        trusted: Files with the keys of logs to watch besides those in the folder.
        clock: Tells the time of a cosignature.

    Raises:
        InputError: SL109, no log is trusted or the name is another or missing; SL112, a key is not
            that of a log; SL101, a file cannot be read.
        IdentityError: SL406, the witness's key cannot be used, or another one is in its place.
        StoreError: SL705, it is at work already; SL703, the folder cannot be used or its memory is
            gone.
    """
    if (folder / _KEY).exists() and not (folder / COSIGNED).is_dir():
        raise StoreError(
            "SL703",
            f"the memory of the witness in {folder} is gone",
            why="it would cosign a second history of every log that it knew",
            advice=Advice("bring-folder-back"),
        )
    memory = Memory(folder)
    with _alone(folder):
        keys = _logs(folder, trusted)
        known = _known_name(folder, name)
        yield Cosigner(known, _key(folder, known), keys, memory, clock)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    lock = WriterLock(folder / _LOCK, 0.0).held()
    try:
        lock.__enter__()
    except StoreError as error:
        raise StoreError(
            error.code,
            f"the witness in {folder} is at work already"
            if error.code == "SL705"
            else f"the witness's folder cannot be used: {folder}",
            why="two with one memory would cosign two histories"
            if error.code == "SL705"
            else error.why,
        ) from None
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def _known_name(folder: Path, name: str | None) -> str:
    if (folder / _NAME).exists():
        key = _named(folder)
        if name not in {None, key.name}:
            raise InputError(
                "SL109",
                f"the witness in {folder} is named {key.name}",
                why="a key cosigns under one name",
                advice=Advice("omit-witness-name"),
            )
        return key.name
    if name is None:
        raise InputError(
            "SL109",
            f"the witness in {folder} has no name yet",
            advice=Advice("name-witness"),
        )
    return name


def _key(folder: Path, name: str) -> Ed25519PrivateKey:
    """Read the key, or make one; the public half is written when it is first used."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = folder / _KEY
    new = None if path.exists() else Ed25519PrivateKey.generate()
    key = new or read_key(path, lambda: None)
    made = VerifierKey.of(name, COSIGNATURE_V1, key)
    if new is not None:
        write_key(path, new, None)
    if not (folder / _NAME).exists():
        _write(folder / _NAME, f"{made.line}\n")
    check_half(path, key, _named(folder), f"the lines of {folder / _NAME}")
    return key


def _named(folder: Path) -> VerifierKey:
    keys = read_keys(folder / _NAME, COSIGNATURE_V1)
    if len(keys) != 1:
        raise InputError(
            "SL112",
            f"{folder / _NAME} does not hold one key",
            why=f"it holds {len(keys)}",
            advice=Advice("bring-file-back"),
        )
    return keys[0]


def _logs(folder: Path, trusted: Iterable[Path]) -> list[VerifierKey]:
    own = sorted((folder / _LOGS).glob("*.vkey"))
    keys = [key for path in (*own, *trusted) for key in read_keys(path, ED25519)]
    if not keys:
        raise InputError(
            "SL109",
            "there is no log to watch",
            advice=Advice("trust-log", folder=str(folder / _LOGS)),
        )
    return list(dict.fromkeys(keys))


def read_keys(path: Path, algorithm: int) -> list[VerifierKey]:
    """Read a file of verifier keys, one a line.

    Raises:
        InputError: SL101, it cannot be read; SL112, a line is no key of this algorithm.
    """
    keys = [VerifierKey.parse(line) for line in _text(path).split("\n") if line]
    for key in keys:
        if key.algorithm != algorithm:
            raise InputError(
                "SL112",
                f"{path} holds a key of the wrong type",
                why=f"{key.name} is of type 0x{key.algorithm:02x}, not 0x{algorithm:02x}",
            )
    if not keys:
        raise InputError("SL112", f"{path} holds no key", advice=Advice("write-key-per-line"))
    return keys


def _text(path: Path) -> str:
    try:
        with os_errors_as(InputError, "SL101", f"{path} cannot be read"):
            return read_regular(path, VERIFIER_KEYS).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("SL101", f"{path} cannot be read", why="it is not UTF-8") from None


def _write(path: Path, line: str) -> None:
    with os_errors_as(StoreError, "SL703", f"the witness's name cannot be kept: {path}"):
        path.write_text(line, "utf-8", newline="")
