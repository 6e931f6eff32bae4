"""Protocols that the application uses: a clock, ids, a store and keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from uuid import UUID

    from signoff_ledger.domain.aggregate import Aggregate
    from signoff_ledger.domain.events.event import EventEnvelope

A = TypeVar("A", bound="Aggregate")


class Clock(Protocol):
    """Tells the ledger's time."""

    def now(self) -> datetime:
        """Give the present, aware, in UTC."""
        ...


class IdSource(Protocol):
    """Makes command ids for callers who bring none."""

    def new(self) -> str:
        """Give an id that was never given before."""
        ...


class SigningMoment(NamedTuple):
    """Time at which a statement was made, and the tree that it names.

    Attributes:
        at: When it was made up.
        root: Root of the tree reviewed, in hexadecimal digits.
        size: Events in that tree.
    """

    at: datetime
    root: str
    size: int


class LogEntry(NamedTuple):
    """An entry with its place in the log."""

    position: int
    entry: EventEnvelope


class StatementSigner(Protocol):
    """Signing method of a person."""

    only_if_required: bool
    """True where it is used only by a person who has to sign."""

    asks_key: bool
    """True where signing asks a person, an agent or a token; a dry run leaves them alone."""

    moment: SigningMoment | None
    """What a statement that was made up before says about itself; None to make it up now."""

    def sign(self, statement: bytes, keys: Sequence[str]) -> str | None:
        """Sign a statement.

        Args:
            statement: What is signed, to the byte.
            keys: Public keys that may sign it, each as `type base64`.

        Returns:
            The armored SSHSIG; None where a statement is only wanted, in a dry run.

        Raises:
            SignoffError: Nothing was signed.
        """
        ...


class TreeSigner(Protocol):
    """Signs trees of one log, each a continuation of the last."""

    def sign(self, size: int, root_at: Callable[[int], bytes]) -> bytes:
        """Give the signed checkpoint of a log of `size` events.

        Raises:
            EvidenceError: SL507 ROLLBACK or SL508 FORK.
            StoreError: What is about to be signed could not be remembered.
        """
        ...


class Server(NamedTuple):
    """A database server that takes events.

    Attributes:
        system: Its identifier, which a standby has in common with the primary that it follows; ""
            where the server does not tell.
        timeline: How often a standby was promoted, or an archive recovered, on the way to it.
    """

    system: str
    timeline: int

    def is_newer_than(self, other: Server) -> bool:
        """Say whether this one was promoted after the other, which it followed."""
        return self.system == other.system and self.timeline > other.timeline


class HighWater(NamedTuple):
    """Size of a log when a server last acknowledged an event.

    Attributes:
        size: Events in it.
        root: Their root, in hexadecimal digits.
        server: Which server acknowledged it.
    """

    size: int
    root: str
    server: Server


class Custody(Protocol):
    """Keeps the keys of logs and remembers what was signed with them, outside the ledgers."""

    def holds(self, log_key: str) -> bool:
        """Say whether the key is kept here."""
        ...

    def check(
        self, log_key: str, size_now: Callable[[], int], root_at: Callable[[int], bytes]
    ) -> None:
        """Refuse a log that does not continue what was signed here.

        The size is asked for after the memory of what was signed was read.

        Raises:
            EvidenceError: SL507 ROLLBACK or SL508 FORK.
        """
        ...

    def sealing(self, log_key: str) -> AbstractContextManager[TreeSigner]:
        """Hold the log's signer alone.

        Raises:
            IdentityError: SL406, the key is not at hand.
        """
        ...

    def make_key(self, origin: str | None, name: str, passphrase: str | None = None) -> str:
        """Make and keep a key; gives its verifier key."""
        ...

    def forget(self, log_key: str) -> None:
        """Throw away a key that never signed a tree."""
        ...

    def sign_rotation(self, log_key: str, statement: bytes) -> bytes:
        """Sign that one key follows another.

        Raises:
            IdentityError: SL406, the key is not at hand.
        """
        ...

    def acknowledged(self, log_key: str) -> HighWater | None:
        """Give what was acknowledged to this machine last, with or without the key at hand."""
        ...

    def acknowledged_in(self, log_key: str) -> str:
        """Name what has to be removed for that to be forgotten."""
        ...

    def remember_acknowledged(self, log_key: str, mark: HighWater) -> None:
        """Remember what was acknowledged to this machine; what fails loses a check alone."""
        ...


class Reply(NamedTuple):
    """Unverified answer of a witness.

    Attributes:
        status: The HTTP status.
        kind: The media type, in small letters and without parameters.
        body: What it sent, never longer than a note.
    """

    status: int
    kind: str
    body: bytes


class Courier(Protocol):
    """Brings a request to a witness and its answer back."""

    def post(self, url: str, body: bytes) -> Reply:
        """Post a body to an address.

        Raises:
            ConflictError: SL605, there was no answer that could be read.
        """
        ...


class StaleError(Exception):
    """A save met a stream that had moved, or a command id already used; load again."""


class Store(Protocol):
    """Keeps lines, and gives aggregates back from them."""

    address: str
    """Address of the ledger: a file's path or a URL."""

    def load(self, kind: type[A], key: str, version: int | None = None, *, look: bool = True) -> A:
        """Rebuild an aggregate as of a version, the latest by default; empty if unknown.

        Args:
            kind: Of which kind.
            key: Its key.
            version: As of which version.
            look: False to take the latest as of the last look at the log, without another.
        """
        ...

    def save(
        self,
        entries: Sequence[EventEnvelope],
        command_id: str,
        seen: Mapping[UUID, int] | None = None,
    ) -> list[int]:
        """Append entries, all or none, durably; give their positions.

        Args:
            entries: What to append.
            command_id: By which command; each is in the log once.
            seen: Streams that were looked at, with the versions they had; none may have moved.

        Raises:
            StaleError: A stream has moved, or the command id is in the log.
        """
        ...

    def of_command(self, command_id: str) -> list[LogEntry]:
        """Give what a command recorded, oldest first; empty when it recorded nothing."""
        ...

    def read(self, after: int, until: int | None = None) -> Iterator[LogEntry]:
        """Read the log in order from behind one position up to another, inclusive."""
        ...

    def stream(self, stream: UUID, until: int | None = None) -> Iterator[LogEntry]:
        """Read one stream in order, as of a position."""
        ...

    def read_type(self, topic: str) -> Iterator[LogEntry]:
        """Read every event of one kind, in order."""
        ...

    def process_keys(self) -> list[str]:
        """Name every process, in the order defined."""
        ...

    def position(self, stream: UUID, version: int) -> int:
        """Give the position of an event that exists."""
        ...

    def positions(self, stream: UUID, versions: Collection[int] | None = None) -> dict[int, int]:
        """Give the positions of events of a stream by version, in one read; all by default."""
        ...

    def size(self) -> int:
        """Give the number of events in the log."""
        ...

    def settled_size(self) -> int:
        """Give the number of events in the log, all as durable as if acknowledged."""
        ...

    def server(self) -> Server | None:
        """Say which server takes the events; None where there is none, or it takes none."""
        ...

    def checkpoint(self, size: int) -> bytes | None:
        """Give the signed checkpoint of a size; None where there is none that counts."""
        ...

    def kept_note(self, size: int) -> bytes | None:
        """Give what is kept as the checkpoint of a size, set aside or not; None for nothing."""
        ...

    def sealed_size(self) -> int:
        """Give the size of the latest checkpoint that counts; 0 before the first."""
        ...

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint, durably; the same one again is no error."""
        ...

    def checkpoints(self) -> list[tuple[int, bytes]]:
        """Give every checkpoint that counts with its size, smallest first."""
        ...

    def cosigned(self) -> list[tuple[int, str]]:
        """Give every cosignature line with its checkpoint's size, largest first."""
        ...

    def keep_cosignature(self, size: int, line: str) -> bool:
        """Keep a witness's signature line, durably; False where one of its key is kept already."""
        ...

    def hashes(self, level: int, first: int, count: int) -> list[bytes]:
        """Give the roots of complete subtrees, see `integrity.merkle.Hashes`."""
        ...

    def rows(self, statement: str, parameters: Iterable[object] = ()) -> list[Any]:
        """Read rows of the tables of the log, or of what is derived from it."""
        ...

    def root(self, size: int) -> bytes:
        """Give the root of the tree (RFC 6962) over the log's first events."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Give the present, aware, in UTC."""
        return datetime.now(UTC)


class RandomIds:
    """Random ids, 122 bits of chance each."""

    def new(self) -> str:
        """Give a random UUID."""
        return str(uuid4())
