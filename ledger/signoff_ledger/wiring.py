"""What a face chooses before it opens a ledger: its address, the keys at hand, when to seal.

Every part is loaded when it is asked for, so that a command which needs none loads none.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from signoff_ledger.persistence.address import SCHEMES, redacted, usual_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from signoff_ledger.application.checkpoints import SealPolicy
    from signoff_ledger.application.ports import Clock, IdSource
    from signoff_ledger.custody.key_store import Vault
    from signoff_ledger.custody.statement_signers import StatementSigner
    from signoff_ledger.persistence.store import LedgerStore

__all__ = [
    "Clock",
    "IdSource",
    "LedgerStore",
    "SealPolicy",
    "StatementSigner",
    "Vault",
    "file_label",
    "is_begun",
    "is_database_url",
    "key_store",
    "redacted",
    "seal_policy",
    "statement_file",
    "statement_signer",
    "system_clock",
    "usual_key_folder",
    "usual_name",
]
"""Names with a capital are types, for annotations alone."""


def is_database_url(address: str) -> bool:
    """Say whether an address is a database's URL, by its scheme alone."""
    return address.startswith(SCHEMES)


def is_begun(address: str) -> bool:
    """Say whether a ledger stands at an address."""
    from signoff_ledger.persistence import store_factory

    return store_factory.is_begun(address)


def seal_policy(events: int | None = None, minutes: int | None = None) -> SealPolicy:
    """Say how much may stand unsealed; the usual where nothing else is said."""
    from signoff_ledger.application.checkpoints import SealPolicy

    usual = SealPolicy()
    return SealPolicy(
        events=usual.events if events is None else events,
        age=usual.age if minutes is None else timedelta(minutes=minutes),
    )


def usual_key_folder() -> Path:
    """Give the folder where this machine keeps the keys of its logs, unless another is named."""
    from signoff_ledger.custody.key_store import default_folder

    return default_folder()


def key_store(
    folder: str | Path | None = None,
    passphrase: Callable[[], str | None] = lambda: None,
    new_key: Callable[[], Ed25519PrivateKey] | None = None,
) -> Vault:
    """Give the keys of logs on this machine.

    Args:
        folder: Where they are; the usual folder by default.
        passphrase: Asks for the passphrase of a key; it gives None for none.
        new_key: Makes a key; a random one by default.
    """
    from signoff_ledger.custody.key_store import Vault

    return Vault(Path(folder) if folder else usual_key_folder(), passphrase, new_key)


def statement_signer(
    key: str | None = None,
    *,
    attach: str | None = None,
    collect: list[bytes] | None = None,
    only_if_required: bool = False,
) -> StatementSigner:
    """Give the way in which a person signs.

    Args:
        key: The file of the key; by default the registered one is asked for, at the agent.
        attach: A signature that was made elsewhere, `STATEMENT.sig`.
        collect: Where statements are put instead of being signed.
        only_if_required: Whether only a person who has to sign does.

    Raises:
        InputError: SL101, a file cannot be read or is no statement.
    """
    from signoff_ledger.custody.statement_signers import (
        AttachedSignatures,
        OpenSshSigner,
        StatementCollector,
    )

    if collect is not None:
        return StatementCollector(collect)
    if attach is not None:
        return AttachedSignatures(Path(attach).with_suffix(""), Path(attach))
    return OpenSshSigner(Path(key) if key else None, only_if_required=only_if_required)


def statement_file(first: Path, number: int) -> Path:
    """Give the file of a command's statement by its number, from 1; further ones follow it."""
    from signoff_ledger.custody.statement_signers import numbered

    return numbered(first, number)


def file_label(path: str) -> str:
    """Give the name of a file as it may be recorded: what a screen would obey is escaped."""
    from signoff_ledger.domain.text_checks import escaped

    return escaped(Path(path).name)


def system_clock() -> Clock:
    """Give the machine's clock."""
    from signoff_ledger.application.ports import SystemClock

    return SystemClock()
