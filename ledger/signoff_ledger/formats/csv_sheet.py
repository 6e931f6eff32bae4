"""Reading a sheet of results: CSV, long or wide, into rows that still carry their line numbers.

The long layout has one row per unit and characteristic, the wide one a row per unit. Both are
described in `docs/reference/file-formats.md`. Nothing here knows the plan.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from signoff_ledger.domain.text_checks import printable
from signoff_ledger.errors import Advice, BadRow, InputError

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

ALIASES = {"serial": "unit_serial", "batch": "batch_id", "time": "observed_at"}


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row of a sheet, its cells stripped, by the header's names.

    Attributes:
        line: Where the row begins in the file, from 1.
        cells: Texts by column name; blank cells are left out.
    """

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of results as read.

    Attributes:
        name: The file's name.
        sha256: Digest of its bytes.
        columns: The header.
        rows: Every well-formed row.
        bad: Every malformed one.
    """

    name: str
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[CsvRow, ...]
    bad: tuple[BadRow, ...]

    @property
    def is_long(self) -> bool:
        """True for one row per unit and characteristic."""
        return "characteristic_id" in self.columns


def read_sheet(content: bytes, name: str) -> Sheet:
    """Read a CSV file in UTF-8, with or without a byte-order mark, comma or semicolon.

    Raises:
        InputError: SL101 when the file as a whole cannot be read.
    """
    text = _decoded(content, name)
    header = text.split("\n", 1)[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(_lines(text, delimiter, name), delimiter=delimiter, strict=True)
    lines = _numbered(reader, name)
    columns = _header(next(lines, None), name)
    rows: list[CsvRow] = []
    bad: list[BadRow] = []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            problem = f"has {len(cells)} cells, the header has {len(columns)}; cut off?"
            bad.append(BadRow(line, "", printable(delimiter.join(cells)), problem))
            continue
        for column, cell in zip(columns, cells, strict=True):
            if len(cell) > CELL_LIMIT:
                problem = f"has {len(cell)} characters, the limit is {CELL_LIMIT}"
                bad.append(BadRow(line, column, printable(cell), problem))
        filled = zip(columns, map(str.strip, cells), strict=True)
        rows.append(CsvRow(line, {column: cell for column, cell in filled if cell}))
    if not rows and not bad:
        raise _unreadable(name, "it has a header and no rows")
    return Sheet(name, sha256(content).hexdigest(), columns, tuple(rows), tuple(bad))


def _decoded(content: bytes, name: str) -> str:
    if len(content) > FILE_LIMIT_BYTES:
        raise _unreadable(name, f"it has {len(content)} bytes, the limit is {FILE_LIMIT_BYTES}")
    if b"\x00" in content:
        raise _unreadable(name, "it holds NUL bytes, so it is not a text file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(name, f"byte {error.start} is not UTF-8") from None
    if not text.strip():
        raise _unreadable(name, "it is empty")
    return text


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


def _header(first: tuple[int, list[str]] | None, name: str) -> tuple[str, ...]:
    cells = [cell.strip() for cell in first[1]] if first else []
    columns = tuple(ALIASES.get(cell.lower(), cell) for cell in cells)
    if len(columns) > COLUMNS_MAX:
        raise _unreadable(name, f"its header has {len(columns)} columns, not {COLUMNS_MAX} at most")
    if "unit_serial" not in columns:
        shown = ", ".join(printable(cell) for cell in cells[:10])
        raise _unreadable(name, f"its header has no column unit_serial, it has {shown}")
    repeated = next((c for c in columns if columns.count(c) > 1), None)
    if repeated is not None:
        raise _unreadable(name, f"its header has the column {printable(repeated)!r} twice")
    return columns


def _unreadable(name: str, why: str) -> InputError:
    return InputError(
        "SL101",
        f"{name} cannot be read as a sheet of results",
        why=why,
        advice=Advice("save-as-csv"),
    )
