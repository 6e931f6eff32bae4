"""A document as blocks, so that every format says the same in the same order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from signoff_ledger.reports.picture import Picture


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `strong` sets it apart, for what must not be overlooked."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences; `code` shows them as commands."""

    items: tuple[str, ...]
    code: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """Names with their values."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture with its table."""

    picture: Picture


Block: TypeAlias = Heading | Paragraph | Items | Terms | Table | Drawn


@dataclass(frozen=True, slots=True)
class Document:
    """A document.

    Attributes:
        kicker: What kind of document it is.
        title: What it is about.
        outcome: The one word it is read for.
        blocks: The rest, in order.
    """

    kicker: str
    title: str
    outcome: str
    blocks: tuple[Block, ...]
