"""A document as Markdown (CommonMark with pipe tables), its pictures in characters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from signoff_ledger.reports.document import Heading, Items, Paragraph, PictureBlock, Table, Terms
from signoff_ledger.reports.text_charts import draw

if TYPE_CHECKING:
    from signoff_ledger.reports.document import Block, Document

_MARKUP = re.compile(r"([\\`*_\[\]<>|#~&])")


def markdown(document: Document) -> str:
    """Write a document as Markdown."""
    parts = [
        f"# {_plain(document.title)}: {_plain(document.outcome)}",
        _plain(document.kicker),
        *(_block(block) for block in document.blocks),
    ]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"## {_plain(text)}"
        case Paragraph(text, strong):
            return f"**{_plain(text)}**" if strong else _plain(text)
        case Items(items, code):
            return "\n".join(f"- `{item}`" if code else f"- {_plain(item)}" for item in items)
        case Terms(pairs):
            return _table(("what", "value"), pairs)
        case Table(caption, headings, rows):
            return f"{_plain(caption)}:\n\n{_table(headings, rows)}"
        case PictureBlock(picture):
            return (
                f"### {_plain(picture.title)}\n\n```text\n{draw(picture)}\n```\n\n"
                f"{_table(picture.headings, picture.rows)}"
            )


def _table(headings: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join(
        "| " + " | ".join(cell if cell == "---" else _plain(cell) for cell in line) + " |"
        for line in lines
    )


def _plain(text: str) -> str:
    """Keep a person's words from becoming markup."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
