"""The one place that knows all parts: opens or begins a ledger and wires it together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple, Self

from signoff_ledger.application.checkpoints import Sealer
from signoff_ledger.application.commands.people import BeginLedger
from signoff_ledger.application.continuity import Continuity
from signoff_ledger.application.ledger import Ledger
from signoff_ledger.application.ports import RandomIds, SystemClock
from signoff_ledger.persistence.sqlite.in_memory import ScratchDatabase
from signoff_ledger.persistence.store_factory import create_store, open_damaged, open_store
from signoff_ledger.projections.views import Views

if TYPE_CHECKING:
    from collections.abc import Callable

    from signoff_ledger.application.checkpoints import SealPolicy
    from signoff_ledger.application.ledger import Call
    from signoff_ledger.application.ports import Clock, IdSource
    from signoff_ledger.custody.key_store import Vault
    from signoff_ledger.persistence.store import LedgerStore
    from signoff_ledger.queries.health import HealthAnswer


@dataclass(frozen=True)
class OpenLedger:
    """A ledger ready for use; close it, or use it in a `with` statement."""

    store: LedgerStore  #: The store, for reading events.
    ledger: Ledger  #: The ledger, for giving commands.
    views: Views  #: The views, for asking questions.
    sealer: Sealer | None = None  #: Seals the log; None where no vault was given.

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Bring the views up to date where something was recorded, and let go of the ledger.

        Whatever was recorded is answered by now. A failure here loses nothing, and is not raised:
        the next reader brings the views up to date.
        """
        try:
            if self.store.has_recorded:
                self.views.keep_up()
        finally:
            self.store.close()


def open_ledger(
    address: str | Path,
    clock: Clock | None = None,
    ids: IdSource | None = None,
    vault: Vault | None = None,
    policy: SealPolicy | None = None,
    *,
    patient: bool = False,
    damaged: bool = False,
) -> OpenLedger:
    """Open a ledger that exists.

    Args:
        address: A file's path, or a `postgresql://` URL.
        clock: The ledger's clock; the machine's by default.
        ids: Where command ids come from; random by default.
        vault: Where the log's key is; without one nothing is sealed.
        policy: How much may stand unsealed.
        patient: Whether a server that is not there is waited for, as a lost one would be.
        damaged: True to open it whatever is wrong with it, to find that out or to repair it.

    Raises:
        NotFoundError: There is nothing.
        StoreError: It is not a ledger, or not one that this program can read.
    """
    store = open_damaged(address) if damaged else open_store(address, patient=patient)
    opened = _wired(store, clock, ids, vault, policy)
    if opened.ledger.continuity and not damaged:
        opened.ledger.continuity.look()
    return opened


def ledger_health(
    address: str | Path,
    clock: Clock | None,
    vault: Vault,
    policy: SealPolicy,
    progress: Callable[[int, int], None] | None = None,
) -> HealthAnswer:
    """Look for trouble in a ledger and around it, also where it cannot be opened as one.

    Args:
        address: A file's path, or a `postgresql://` URL.
        clock: The ledger's clock; the machine's by default.
        vault: Where the log's key is.
        policy: How much may stand unsealed.
        progress: Called with how many events were looked at, of how many.

    Raises:
        SignoffError: SL707, the database cannot be reached.
    """
    from signoff_ledger.application.custody_health import CustodyState
    from signoff_ledger.persistence.store_errors import DamagedError
    from signoff_ledger.queries.health import health, unreadable

    keeping = CustodyState(vault, policy, (clock or SystemClock()).now())
    try:
        with open_ledger(address, clock, vault=vault, policy=policy, damaged=True) as opened:
            return health(opened.store, opened.views, keeping, progress)
    except DamagedError as error:
        return unreadable(error)


def begin_ledger(
    address: str | Path,
    call: Call,
    *,
    name: str,
    printed_name: str,
    clock: Clock | None = None,
    ids: IdSource | None = None,
    vault: Vault | None = None,
    origin: str | None = None,
    passphrase: str | None = None,
) -> OpenLedger:
    """Begin a ledger; the caller's actor becomes its first owner.

    Args:
        address: A file's path or a `postgresql://` URL; no ledger may be there.
        call: By whom.
        name: What people call it.
        printed_name: The owner's name as printed on decisions.
        clock: The ledger's clock; the machine's by default.
        ids: Where command ids come from; random by default.
        vault: Where the log's key is made and kept; without one the log has none.
        origin: The log's name in checkpoints, such as `example.com/press-shop`.
        passphrase: Encrypts the key's file.

    Raises:
        StoreError: A ledger is there already, or none can be made.
        SignoffError: The founding was refused; nothing is left behind.
    """
    opened = _wired(create_store(address), clock, ids, vault)
    log_key = None
    try:
        log_key = vault.make_key(origin, name, passphrase) if vault else None
        command = BeginLedger(name=name, printed_name=printed_name, log_key=log_key)
        opened.ledger.execute(command, call)
    except BaseException:
        opened.store.discard()
        if vault and log_key:
            vault.forget(log_key)
        raise
    return opened


class LogNames(NamedTuple):
    """Settings of a new ledger's log."""

    origin: str | None = None  #: Its name in checkpoints, such as `example.com/press-shop`.
    passphrase: str | None = None  #: Encrypts its key's file.


def rehearse_founding(
    address: str,
    call: Call,
    names: tuple[str, str],
    log: LogNames,
    *,
    clock: Clock | None = None,
    ids: IdSource | None = None,
) -> None:
    """Refuse a founding that would be refused; nothing is left behind either way.

    Args:
        address: A file's path or a `postgresql://` URL.
        call: By whom.
        names: The ledger's name, and the owner's as printed on decisions.
        log: How its log would be made.
        clock: The ledger's clock.
        ids: Where command ids come from.

    Raises:
        StoreError: A ledger is there already, or none can be made.
        SignoffError: The founding would be refused.
    """
    from signoff_ledger.custody.key_store import Vault
    from signoff_ledger.persistence.store_factory import check_vacant

    check_vacant(address)
    with TemporaryDirectory() as name:
        folder = Path(name)
        begin_ledger(
            folder / "ledger.db",
            call,
            name=names[0],
            printed_name=names[1],
            clock=clock,
            ids=ids,
            vault=Vault(folder / "keys"),
            origin=log.origin,
            passphrase=log.passphrase,
        ).close()


def _wired(
    store: LedgerStore,
    clock: Clock | None,
    ids: IdSource | None,
    vault: Vault | None,
    policy: SealPolicy | None = None,
) -> OpenLedger:
    sealer = Sealer(store, vault, policy) if vault else None
    continuity = Continuity(store, vault) if vault else None
    ledger = Ledger(store, clock or SystemClock(), ids or RandomIds(), sealer, continuity)
    # Where the views in the ledger cannot be brought up to date, they are built in memory.
    views = Views(store, store, ScratchDatabase, keep=not store.read_only)
    return OpenLedger(store, ledger, views, sealer)
