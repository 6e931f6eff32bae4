"""`signoff import`: import a sheet of results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from signoff_cli import receipts
from signoff_cli.choices import ENCODINGS
from signoff_cli.inputs import input_bytes, notation_from
from signoff_cli.output import progress, table
from signoff_cli.session import Session, recording
from signoff_ledger.application.commands.parts import BuildMethod
from signoff_ledger.application.commands.sheet_import import ImportSheet, ImportSummary
from signoff_ledger.bounded_file import SHEET
from signoff_ledger.queries.excluded_units import excluded_units
from signoff_ledger.queries.receipt import excluded_part, import_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.queries.excluded_units import ExcludedUnitAnswer

_SHOWN = 5
"""Limit of the units that do not count and are named one by one."""


@click.command("import")
@click.argument("file")
@click.option("--batch", required=True, help="The open batch the rows belong to.")
@click.option(
    "--method",
    type=click.Choice([*map(str, BuildMethod)], case_sensitive=False),
    help="How the units were made, where the sheet has no build_method column.",
)
@click.option("--distinct-from", "distinct_from", multiple=True, metavar="SERIAL",
              help="A unit on record that one of the sheet looks like and is not.")  # fmt: skip
@click.option("--decimal", type=click.Choice(["comma", "point"]),
              help="The decimal sign.  [default: the plan's, else a point]")  # fmt: skip
@click.option("--answers", multiple=True, metavar="PASS/FAIL",
              help="Words for pass and fail, such as OK/NOK.")  # fmt: skip
@click.option("--encoding", type=click.Choice(ENCODINGS, case_sensitive=False), metavar="NAME",
              help="How FILE is encoded, if it has no mark.  [default: utf-8]")  # fmt: skip
@click.option("--accept-incomplete", is_flag=True,
              help="Rows that lack most readings are units all the same.")  # fmt: skip
@recording("import")
def import_(
    session: Session,
    /,
    file: str,
    batch: str,
    method: str | None,
    **given: Any,
) -> None:
    """Import FILE, a sheet of results; `-` reads standard input.

    All rows or none: every bad row is named, and nothing is recorded until all are good. The
    same file twice adds nothing. `signoff help formats` shows both layouts. --dry-run shows the
    cells as they are understood, and no count: results are not to be seen before they are recorded.

    \b
    Example:
      signoff import sheet-1.csv --batch PB-1
    """
    content, name = input_bytes(file, SHEET)
    with session.open() as opened:
        command = ImportSheet(
            batch=batch,
            file=content,
            name=name,
            method=BuildMethod(method) if method else None,
            distinct_from=given["distinct_from"],
            **notation_from(session.setting, given),
            accept_incomplete=given["accept_incomplete"],
            progress=progress(session, "units"),
        )
        receipt = opened.ledger.execute(command, session.call())
        imported = receipt.result or ImportSummary(sha256=command.sha256)
        extra = import_part(imported, dry_run=session.dry_run)
        lines = [*_headlines(session, name, imported)]
        if not session.dry_run:
            serials = [serial for _, serial, _ in imported.cells]
            excluded = excluded_units(opened.ledger, batch, serials)
            extra |= excluded_part(excluded)
            lines += _left_out(batch, excluded)
        headline = "\n".join(lines)
        receipts.show(session, opened.store, receipt, extra, headline)


def _left_out(batch: str, excluded: list[ExcludedUnitAnswer]) -> Iterator[str]:
    """Say at once which units of the sheet do not count, and why."""
    yield from map(receipts.excluded_unit_line, excluded[:_SHOWN])
    if len(excluded) > _SHOWN:
        yield f"{len(excluded) - _SHOWN} more do not count:  signoff status --batch {batch}"


def _headlines(session: Session, name: str, imported: ImportSummary) -> Iterator[str]:
    yield _headline(name, imported)
    for serial in imported.rewritten:
        yield f"{serial} looks like a number or a date: did a spreadsheet rewrite the serial?"
    if session.dry_run and imported.cells:
        columns = list(dict.fromkeys(name for _, _, cells in imported.cells for name in cells))
        rows = [
            (line, serial, *(cells.get(name, "-") for name in columns))
            for line, serial, cells in imported.cells
        ]
        yield table(("line", "unit", *columns), rows)


def _headline(name: str, imported: ImportSummary) -> str:
    if imported.sheet is not None:
        return f"{name}: already recorded as sheet {imported.sheet}."
    counts = [f"{imported.units} unit(s) new", f"{imported.known} already recorded"]
    counts += [f"{imported.retests} retest(s)"] if imported.retests else []
    return f"{name}: {', '.join(counts)}."
