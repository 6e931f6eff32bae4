"""Reading a sheet of results: text with separators, into rows that still carry their line numbers.

What the cells mean is `unit_rows.py`'s to say: nothing here knows the plan or a column's name, but
that every sheet has one for the serial. Described in `docs/reference/file-formats.md`.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from signoff_ledger.domain.spelling import plain_value
from signoff_ledger.domain.text_checks import escaped, one_line_end, printable
from signoff_ledger.errors import Advice, BadRow, InputError
from signoff_ledger.formats.columns import standard_name

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_LIMIT_BYTES = 64 << 20
"""Largest sheet that is read; a hundred thousand units of fifty readings take about 40 MB."""

ROWS_MAX = 1 << 20
"""Most rows of a sheet, blank ones included: as many as a spreadsheet holds."""

COLUMNS_MAX = 2_000
"""Most columns: a thousand readings and everything else that a unit can have."""

CELL_LIMIT = 4_000
"""Longest cell; a note may have 2,000 characters."""

_DELIMITERS_MAX = COLUMNS_MAX + 2 * CELL_LIMIT
"""Most delimiters on a line: those between the columns, and what notes in quotes hold."""

SEPARATORS = ",;\t"
"""What may stand between cells; a first line such as `sep=;` names it, or the header shows it."""

_NAMED_SEPARATORS = {f"sep={each}": each for each in (*SEPARATORS, "|")}
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row of a sheet, its cells stripped."""

    line: int  #: Where the row begins in the file, from 1.
    cells: tuple[str, ...]  #: Texts in the order of the headers; blank ones are empty.


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of results as read."""

    name: str  #: The file's name.
    sha256: str  #: Digest of its bytes.
    header_line: int  #: Where the headers stand, from 1.
    #: The first row that is not blank, as typed, without blank columns at its end.
    headers: tuple[str, ...]
    rows: tuple[CsvRow, ...]  #: Every well-formed row.
    bad: tuple[BadRow, ...]  #: Every malformed one.


def read_sheet(content: bytes, name: str, encoding: str | None = None) -> Sheet:
    """Read a file of cells with commas, semicolons or tabs between them.

    Args:
        content: The file.
        name: Its name, for messages.
        encoding: How its text is encoded, where it has no mark; UTF-8 unless stated.

    Raises:
        InputError: SL101 when the file as a whole cannot be read.
    """
    text = _decoded(content, name, encoding)
    named, delimiter = _separator(text)
    reader = csv.reader(_lines(text, delimiter, name), delimiter=delimiter, strict=True)
    lines = ((line, cells) for line, cells in _numbered(reader, name) if not named or line > 1)
    filled = ((line, cells) for line, cells in lines if any(map(plain_value, cells)))
    header_line, first = next(filled, (1, []))
    headers = _headers(first, name)
    rows: list[CsvRow] = []
    bad: list[BadRow] = []
    for line, typed in filled:
        cells = [_stripped(cell) for cell in typed]
        while len(cells) > len(headers) and not cells[-1]:
            cells.pop()
        if len(cells) != len(headers):
            problem = f"has {len(cells)} cells, the header has {len(headers)}; cut off?"
            bad.append(BadRow(line, "", printable(delimiter.join(typed)), problem))
            continue
        for header, cell in zip(headers, cells, strict=True):
            if len(cell) > CELL_LIMIT:
                problem = f"has {len(cell)} characters, the limit is {CELL_LIMIT}"
                bad.append(BadRow(line, printable(header), printable(cell), problem))
        rows.append(CsvRow(line, tuple(cells)))
    if not rows and not bad:
        raise _unreadable(name, "it has a header and no rows")
    return Sheet(name, sha256(content).hexdigest(), header_line, headers, tuple(rows), tuple(bad))


def _decoded(content: bytes, name: str, encoding: str | None) -> str:
    if len(content) > FILE_LIMIT_BYTES:
        raise _unreadable(name, f"it has {len(content)} bytes, the limit is {FILE_LIMIT_BYTES}")
    marked = next((each for mark, each in _MARKS.items() if content.startswith(mark)), None)
    if marked is None and encoding in {None, "utf-8"} and b"\x00" in content:
        raise _unreadable(
            name, "it holds NUL bytes, so it is not a text file, or it is UTF-16 without a mark"
        )
    used = marked or ("utf-16-le" if encoding == "utf-16" else encoding) or "utf-8"
    try:
        text = content.decode(used)
    except UnicodeDecodeError as error:
        raise _undecodable(content, name, used.removesuffix("-sig"), error) from None
    if "\x00" in text:
        raise _unreadable(name, "it holds NUL characters, so it is not a text file")
    if not text.strip():
        raise _unreadable(name, "it is empty")
    return text


def _undecodable(content: bytes, name: str, encoding: str, error: UnicodeDecodeError) -> InputError:
    """Name the place and the likely cause of bytes that are not in the encoding."""
    before = content[: error.start]
    line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
    why = f"byte {column} of line {line}, 0x{content[error.start]:02X}, is not {encoding.upper()}"
    if encoding != "utf-8":
        return _unreadable(name, why)
    shown = content[error.start : error.start + 1].decode("windows-1252", "replace")
    why += f"; a file saved as CSV and not as CSV UTF-8 has it for {escaped(shown)!r}"
    return InputError(
        "SL101",
        f"{name} cannot be read as a sheet of results",
        why=why,
        advice=Advice("name-encoding"),
    )


def _separator(text: str) -> tuple[bool, str]:
    """Find the separator; gives whether the first line is there to name it, and nothing else."""
    lines = (line for line in io.StringIO(text, newline="") if line.strip(f"{SEPARATORS} \r\n"))
    first = next(lines, "")
    named = _NAMED_SEPARATORS.get(first.strip(" \r\n").strip('"').lower())
    if named is not None:
        return text.startswith(first), named
    return False, max(SEPARATORS, key=first.count)


def _stripped(cell: str) -> str:
    """Give a cell with plain line ends and no tabs, and nothing where only blanks are in it."""
    if cell.isascii() and cell.isprintable():
        return cell.strip()
    return one_line_end(cell).replace("\t", " ").strip() if plain_value(cell) else ""


def _lines(text: str, delimiter: str, name: str) -> Iterator[str]:
    """Give the file's lines; one that no row begins or goes on in is refused before it is cut."""
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if line.count(delimiter) > _DELIMITERS_MAX:
            raise _unreadable(name, f"line {number} has more than {_DELIMITERS_MAX} cells")
        yield line


def _numbered(reader: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(FILE_LIMIT_BYTES)
    line = 1
    for _ in range(ROWS_MAX):
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _unreadable(name, f"line {line}: {error}; is a quote left open?") from None
        yield line, cells
        line = reader.line_num + 1  # type: ignore[attr-defined]  # csv's, untyped
    raise _unreadable(name, f"it has more than {ROWS_MAX} rows")


def _headers(first: list[str], name: str) -> tuple[str, ...]:
    headers = [" ".join(plain_value(cell).split()) for cell in first]
    while headers and not headers[-1]:
        headers.pop()
    if len(headers) > COLUMNS_MAX:
        raise _unreadable(name, f"its header has {len(headers)} columns, not {COLUMNS_MAX} at most")
    if "unit_serial" not in map(standard_name, headers):
        shown = ", ".join(printable(cell) for cell in headers[:10])
        raise _unreadable(name, f"its header has no column unit_serial, it has {shown}")
    return tuple(headers)


def _unreadable(name: str, why: str) -> InputError:
    return InputError(
        "SL101",
        f"{name} cannot be read as a sheet of results",
        why=why,
        advice=Advice("save-as-csv"),
    )
