"""Ledgers whose log is sealed and whose people sign with keys of their own.

An `Office` is a `Shop` beside which a folder keeps the log's key and its guard. Olga, Anna and Bela
have keys in force; the others act by name, as in a ledger where keys are not for everybody.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.application.checkpoints import Sealer, SealPolicy
from signoff_ledger.application.commands.keys import AcceptKey, RegisterKey
from signoff_ledger.application.commands.people import BeginLedger, EnrolPerson
from signoff_ledger.application.ledger import Call, Ledger, Receipt
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.custody.statement_signers import SigningMoment
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.encoding import encode_base64
from signoff_ledger.integrity.log_check import Check, Trust
from signoff_ledger.integrity.ssh.public_key import parse_ssh_public_key
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE
from signoff_ledger.persistence.store_factory import create_store, open_store
from tests import signers
from tests.ledgers import PEOPLE, START, CountingIds, Shop, TickingClock

if TYPE_CHECKING:
    from signoff_ledger.persistence.sqlite.store import SqliteStore

OLGA, ANNA, BELA, SPARE, STRANGER = (
    Ed25519PrivateKey.from_private_bytes(bytes(range(first, first + 32)))
    for first in range(101, 106)
)
LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(100, 132)))
KEYS = {"olga": OLGA, "anna": ANNA, "bela": BELA}
"""Who signs with what."""


def public(key: Ed25519PrivateKey) -> str:
    """Write a public key as it stands in a `.pub` file, without its comment."""
    return f"ssh-ed25519 {encode_base64(signers.ssh_blob(key))}"


def fingerprint(key: Ed25519PrivateKey) -> str:
    """Name a key as OpenSSH does."""
    return parse_ssh_public_key(public(key)).fingerprint


@dataclass
class KeySigner:
    """Signs with a key in memory, byte for byte as `ssh-keygen -Y sign` does.

    Attributes:
        key: The private key.
        only_if_required: Used only where the person has to sign.
        moment: As for every signer.
        asks_key: As for every signer.
        statements: What was signed, oldest first.
    """

    key: Ed25519PrivateKey
    only_if_required: bool = False
    moment: SigningMoment | None = None
    asks_key: bool = True

    def __post_init__(self) -> None:
        self.statements: list[bytes] = []

    def sign(self, statement: bytes, keys: Sequence[str]) -> str:
        """Sign a statement."""
        self.statements.append(statement)
        return signers.sign(self.key, statement, NAMESPACE.encode())


def by(person: str, key: Ed25519PrivateKey | None = None, *, dry_run: bool = False) -> Call:
    """Give a call of a person who signs with their own key, or with another one."""
    used = key or KEYS.get(person)
    return Call(person, dry_run=dry_run, signer=KeySigner(used) if used else None)


@dataclass
class Office(Shop):
    """A shop whose log is sealed, and whose people sign.

    Attributes:
        keys: The folder of the log's key; in the folder of the ledger's file by default.
    """

    keys: Path | None = None

    def __post_init__(self) -> None:
        self.vault = Vault(self.keys or self.store.path.parent / "keys", new_key=lambda: LOG_KEY)
        self.sealer = Sealer(self.store, self.vault, SealPolicy(events=10**6))
        self.ledger = Ledger(self.store, self.clock, self.ids, self.sealer)

    @classmethod
    def begun(cls, address: str | Path, origin: str, keys: Path | None = None) -> Self:
        """Begin a ledger whose log has a key, with Olga alone in it and nobody's signature."""
        # The steps need nothing of a file, unless the keys are in its folder.
        office = cls(cast("SqliteStore", create_store(address)), keys=keys)
        log_key = office.vault.make_key(origin, "test")
        office.ledger.execute(
            BeginLedger(name="test", printed_name="Olga Owner", log_key=log_key), Call("olga")
        )
        return office

    @classmethod
    def founded(cls, path: Path, origin: str = "example.com/press-shop") -> Self:
        """Begin a ledger, enrol everybody, and bring Anna's and Bela's keys into force."""
        return cls.copied(path, cls._staffed, origin)

    @classmethod
    def _staffed(cls, path: Path, origin: str) -> Self:
        office = cls.begun(path, origin)
        office.enrol_everybody()
        return office

    def enrol_everybody(self) -> None:
        """Enrol the people of `PEOPLE`, and bring the keys of those who have one into force."""
        self.show_key("olga", OLGA)
        for key, (name, roles) in PEOPLE.items():
            self.ledger.execute(
                EnrolPerson(person=key, printed_name=name, roles=tuple(roles)), by("olga")
            )
        for person in ("anna", "bela"):
            self.show_key(person, KEYS[person])
            self.accept_key(person)

    @classmethod
    def again(cls, address: str | Path, keys: Path | None = None) -> Self:
        """Open a ledger a day later."""
        later = TickingClock(START + timedelta(days=1))
        store = cast("SqliteStore", open_store(address))
        return cls(store, later, CountingIds("again"), keys)

    def by(self, person: str) -> Call:
        """Give a call of somebody, who signs with their key if they have to."""
        key = KEYS.get(person)
        return Call(person, signer=KeySigner(key, only_if_required=True) if key else None)

    def close_file(self) -> None:
        """Let go of the file."""
        self.store.close()

    # --- keys -----------------------------------------------------------------------------------

    def show_key(self, person: str, key: Ed25519PrivateKey) -> Receipt:
        """Register a person's key, signed with that very key."""
        return self.ledger.execute(RegisterKey(public_key=public(key)), by(person, key))

    def accept_key(self, person: str, owner: str = "olga") -> Receipt:
        """Accept the key that waits."""
        return self.ledger.execute(AcceptKey(person=person, fingerprint=None), by(owner))

    # --- a story --------------------------------------------------------------------------------

    def play(self) -> Self:
        """Tell it: B1 is held by its bar, a change is made, B2 is signed off and ordered from."""
        self.publish()
        self.register()
        self.build("B1", rejects=2)
        self.answer("B1")
        self.build("B2")
        self.sign(by("anna"))
        self.order(by("bela"))
        self.hold(by("anna"), "two lids rattle")
        self.hold(by("anna"), "they still do")
        return self

    # --- looking --------------------------------------------------------------------------------

    def verified(self) -> list[Check]:
        """Verify the whole ledger; raises where it does not hold."""
        return list(verify_log(LiveLog(self.store), Trust()))

    def positions(self, kind: str) -> list[int]:
        """Name the positions of the events of a kind, given shortly."""
        return [at for at, name in enumerate(self.topics(), 1) if name == kind]


def careless(connection: sqlite3.Connection, *, read_only: bool) -> None:
    """Let a ledger be less than durable: what is recorded is asked here, not whether for good."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
