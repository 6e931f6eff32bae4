"""A document as blocks, so that every format says the same in the same order."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from signoff_ledger.domain.values import legible

if TYPE_CHECKING:
    from signoff_ledger.figures.picture import Picture


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
class PictureBlock:
    """A picture with its table."""

    picture: Picture


_Part = TypeVar("_Part")

Block: TypeAlias = Heading | Paragraph | Items | Terms | Table | PictureBlock


@dataclass(frozen=True, slots=True)
class Document:
    """A document."""

    kicker: str  #: What kind of document it is.
    title: str  #: What it is about.
    outcome: str  #: The one word it is read for.
    blocks: tuple[Block, ...]  #: The rest, in order.


def all_legible(part: _Part) -> _Part:
    """Give a document, or a part of one, with every hidden character in its texts spelt out."""
    made: object = part
    if isinstance(part, str) and not isinstance(part, Enum):
        made = legible(part)
    elif isinstance(part, tuple):
        made = tuple(map(all_legible, part))
    elif is_dataclass(part) and not isinstance(part, type):
        made = type(part)(**{f.name: all_legible(getattr(part, f.name)) for f in fields(part)})
    return cast("_Part", made)
