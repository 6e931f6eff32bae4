"""A document as one self-contained HTML page: no script, nothing fetched, made to be printed."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from signoff_ledger.reports.document import Heading, Items, Paragraph, PictureBlock, Table, Terms
from signoff_ledger.reports.svg import draw

if TYPE_CHECKING:
    from signoff_ledger.reports.document import Block, Document

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_NARROW = 3
"""Columns that fit next to each other on a phone; rows of wider tables are stacked there."""


def page(document: Document) -> str:
    """Write a document as a page."""
    style = files("signoff_ledger.reports").joinpath("certificate.css").read_text(encoding="utf-8")
    sections = "".join(_sections(document.blocks))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(document.title)}: {escape(document.outcome)}</title>\n"
        f"<style>\n{style}</style>\n</head>\n<body>\n<main>\n<header>\n"
        f'<p class="kicker">{escape(document.kicker)}</p>\n'
        f"<h1>{escape(document.title)}</h1>\n"
        f'<p class="outcome">{escape(document.outcome)}</p>\n</header>\n'
        f"{sections}</main>\n</body>\n</html>\n"
    )


def _sections(blocks: tuple[Block, ...]) -> list[str]:
    written, is_open = [], False
    for block in blocks:
        if isinstance(block, Heading):
            written.append(("</section>\n" if is_open else "") + "<section>\n")
            is_open = True
        written.append(_block(block))
    return [*written, "</section>\n"] if is_open else written


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{escape(text)}</h2>\n"
        case Paragraph(text, strong):
            kind = ' class="strong"' if strong else ""
            return f"<p{kind}>{escape(text)}</p>\n"
        case Items(items, code):
            mark = ("<code>", "</code>") if code else ("", "")
            rows = "".join(f"<li>{mark[0]}{escape(item)}{mark[1]}</li>\n" for item in items)
            return f"<ul>\n{rows}</ul>\n"
        case Terms(pairs):
            rows = "".join(
                f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>\n"
                for name, value in pairs
            )
            return f"<dl>\n{rows}</dl>\n"
        case Table(caption, headings, rows):
            return _table(caption, headings, rows)
        case PictureBlock(picture):
            rows = _table("The numbers in it", picture.headings, picture.rows)
            return (
                f"<figure>\n<h3>{escape(picture.title)}</h3>\n{draw(picture)}\n"
                f"<figcaption>{escape(picture.finding)}</figcaption>\n{rows}</figure>\n"
            )


def _table(caption: str, headings: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in headings)
    wide = len(headings) > _NARROW
    labels = [f' data-label="{escape(each)}"' if wide else "" for each in headings]
    body = "".join(f"<tr>{_cells(row, labels)}</tr>\n" for row in rows)
    kind = ' class="wide"' if wide else ""
    return (
        f"<table{kind}>\n<caption>{escape(caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
    )


def _cells(row: tuple[str, ...], labels: list[str]) -> str:
    return "".join(
        f"<td{label}>{escape(cell)}</td>" for cell, label in zip(row, labels, strict=True)
    )
