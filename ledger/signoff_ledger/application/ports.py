"""Protocols that the application uses, besides a store and keys: a clock, ids, a courier."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple, Protocol
from uuid import uuid4


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


class Reply(NamedTuple):
    """Unverified answer of a witness."""

    status: int  #: The HTTP status.
    kind: str  #: The media type, in small letters and without parameters.
    body: bytes  #: What it sent, never longer than a note.


class Courier(Protocol):
    """Brings a request to a witness and its answer back."""

    def post(self, url: str, body: bytes) -> Reply:
        """Post a body to an address.

        Raises:
            ConflictError: SL605, there was no answer that could be read.
        """
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
