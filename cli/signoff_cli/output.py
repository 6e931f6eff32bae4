"""Answers on standard output, talk on standard error; how both are written is for `streams`.

People get tables and sentences; `--format json` is the contract: `{"schema": "signoff.x/1",
"data": ...}`, to which keys are only ever added within a version.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from signoff_cli.color import is_wanted, plain, with_codes
from signoff_cli.streams import is_lost

if TYPE_CHECKING:
    from pathlib import Path

    from signoff_cli.invocation import Invocation

Row = Mapping[str, Any]

_OBEYED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Controls of the screen, of the direction, and what shows as nothing; a line end is none."""

_PROGRESS_AFTER_S = 0.5
_PROGRESS_EVERY_S = 0.1
_LONGEST_TABLE = 160


def answer(
    invocation: Invocation,
    schema: str,
    data: Any,
    rows: Iterable[Row],
    human: Callable[[], str],
    *,
    done: str = "",
) -> None:
    """Give a command's answer in the format asked for.

    Args:
        invocation: The invocation.
        schema: The answer's schema, such as `signoff.status/1`.
        data: The whole answer as plain data.
        rows: The answer as rows, for jsonl and csv.
        human: Writes it for a person.
        done: What the command has done, reported where the answer cannot be written.
    """
    invocation.done = done
    kind = invocation.output_format
    if kind == "json":
        write(as_json(schema, data))
    elif kind == "jsonl":
        for row in rows:
            write(json.dumps({"schema": schema, **row}, ensure_ascii=False))
    elif kind == "csv":
        write(as_csv(list(rows)).rstrip("\r\n"))
    else:
        write(human())


def as_json(schema: str, data: Any) -> str:
    """Write an answer with the name of its schema."""
    return json.dumps({"schema": schema, "data": data}, ensure_ascii=False, indent=2)


def write(text: str) -> None:
    """Write to standard output; whether to colour was decided where the text was painted."""
    if text:
        click.echo(with_codes(safe(text)), file=sys.stdout, color=True)


def write_bytes(content: bytes) -> None:
    """Write a document in UTF-8 to standard output, byte for byte unless it is a terminal."""
    if sys.stdout.isatty():
        write(content.decode().removesuffix("\n"))
    else:
        sys.stdout.buffer.write(content)


def write_file(path: Path, content: bytes) -> None:
    """Write a file in place of what is there; a pipe that no process reads is refused.

    Raises:
        StoreError: SL703.
    """
    from signoff_ledger.errors import StoreError

    flags = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | flags, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        raise StoreError("SL703", f"{path} cannot be written", why=str(error.strerror)) from None


def page(text: str) -> None:
    """Show a text on a terminal, page by page where there is a pager."""
    import locale  # only here is it needed

    encoding = locale.getpreferredencoding(do_setlocale=False)  # in which click writes to a pager
    shown = with_codes(safe(text)).encode(encoding, "backslashreplace").decode(encoding)
    try:
        click.echo_via_pager(shown + "\n")
    except OSError:  # the pager is there, and cannot be run
        write(text)


def say(text: str) -> None:
    """Write to standard error."""
    click.echo(safe(text), file=sys.stderr)


def tell_left_out(sizes: Sequence[int]) -> None:
    """Say which checkpoints of a ledger do not verify, and are not in what was made of it."""
    if sizes:
        shown = ", ".join(map(str, sizes[:5])) + (", ..." if len(sizes) > 5 else "")
        say(
            f"signoff: left out, because they do not verify: {len(sizes)} checkpoint(s), of "
            f"{shown} events; signoff verify  says what is wrong with them"
        )


def heading(invocation: Invocation, text: str) -> None:
    """Say what a document is, to a person; standard output gets the document alone."""
    if invocation.output_format == "table" and not invocation.quiet and sys.stderr.isatty():
        say(f"{text}\n")


def is_unread() -> bool:
    """Say whether what was written to standard output did not arrive, so that no more is wanted."""
    return is_lost(sys.stdout)


def safe(text: str) -> str:
    """Spell out what a terminal would obey, line ends left aside.

    What was recorded through us holds nothing of the kind; what a person has just typed, or what
    another program wrote into the file, may.
    """
    return _OBEYED.sub(_spelt_out, text)


def _spelt_out(found: re.Match[str]) -> str:
    # As JSON does it, in halves beyond 16 bits: an answer in JSON stays one.
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def as_csv(rows: Sequence[Row]) -> str:
    """Write rows as CSV; a nested value becomes JSON in its cell."""
    if not rows:
        return ""
    import csv  # only here is it needed

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(rows[0].keys())
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@"}:
        # A spreadsheet would run it as a formula.
        return "'" + value
    return value


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay rows out in columns; the last column wraps, the others do not."""
    # A line end in a cell would begin a row that is none.
    cells = [[str(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [
        max(len(row[i]) for row in [list(headings), *cells]) for i in range(len(headings) - 1)
    ]
    indent = sum(widths) + 2 * len(widths)
    room = max(width() - indent, 30)
    lines = []
    for row in [list(headings), *cells]:
        head = "".join(cell.ljust(w + 2) for cell, w in zip(row, widths, strict=False))
        wrapped = textwrap.wrap(row[-1], room, break_on_hyphens=False) or [""]
        lines.append((head + wrapped[0]).rstrip())
        lines += [" " * indent + rest for rest in wrapped[1:]]
    return "\n".join(lines)


_TOGETHER = "\N{NO-BREAK SPACE}%"
"""A percentage that a line's end must not tear apart."""


def paragraph(text: str, indent: str = "") -> str:
    """Wrap a text to the screen."""
    kept = text.replace(" %", _TOGETHER)
    filled = textwrap.fill(
        kept, width(), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
    return filled.replace(_TOGETHER, " %")


def width() -> int:
    """Give the screen's width, within what can be read."""
    return min(shutil.get_terminal_size((100, 24)).columns, _LONGEST_TABLE)


def error_width() -> int:
    """Give the width for what goes to standard error, which may be the only screen."""
    columns = 100
    with suppress(OSError):  # it is no terminal
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    return max(min(shutil.get_terminal_size((columns, 24)).columns, _LONGEST_TABLE), 40)


def colored(invocation: Invocation) -> bool:
    """Say whether to colour this answer."""
    return is_wanted(invocation.color_choice)


def keeps_to_ascii(invocation: Invocation) -> bool:
    """Say whether pictures in this answer keep to ASCII."""
    return plain(invocation.color_choice)


def progress(invocation: Invocation, noun: str) -> Callable[[int, int], None]:
    """Make a progress teller: on a terminal, from half a second on, with count and rate."""
    began = last = time.monotonic()
    shown = sys.stderr.isatty() and not invocation.quiet

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if not shown or now - began < _PROGRESS_AFTER_S:
            return
        if done < total and now - last < _PROGRESS_EVERY_S:
            return
        last = now
        rate = done / (now - began)
        end = "\n" if done == total else ""
        click.echo(f"\r{done}/{total} {noun}, {rate:,.0f}/s {end}", file=sys.stderr, nl=False)

    return tell
