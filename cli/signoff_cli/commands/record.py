"""`signoff record`: record the results of one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text, moment, notation_from, settings_of
from signoff_cli.session import Session, recording
from signoff_ledger.application.commands.batches import stated_parameters
from signoff_ledger.application.commands.inspection import RecordUnit
from signoff_ledger.application.commands.parts import (
    BuildMethod,
    NonconformityReport,
    UnitBuild,
    unit_build,
)
from signoff_ledger.errors import Advice, InputError
from signoff_ledger.queries.excluded_units import excluded_units
from signoff_ledger.queries.receipt import excluded_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signoff_ledger.application.ledger import Receipt
    from signoff_ledger.bootstrap import OpenLedger
    from signoff_ledger.queries.receipt import ReceiptExtra


@click.command
@click.argument("serial")
@click.argument("results", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--batch", required=True, help="The open batch it belongs to.")
@click.option(
    "--method",
    required=True,
    type=click.Choice([*map(str, BuildMethod)], case_sensitive=False),
    help="How it was made; only `line` counts.",
)
@click.option(
    "--defect", "defects", multiple=True, metavar="MODE[@ZONE]", help="A nonconformity seen."
)
@click.option("--built-by", help="Who built it.")
@click.option("--operator-role", help="The builder's role.")
@click.option("--cavity", help="Cavity or nest of the tool.")
@click.option("--station", help="Station on the line.")
@click.option("--fixture", help="Jig, if not the batch's.")
@click.option("--tooling", help="Tooling, if not the batch's.")
@click.option("--tooling-revision", help="Its revision, if not the batch's.")
@click.option("--gauge", "gauges", multiple=True, metavar="[NAME=]GAUGE",
              help="What it was measured with, or one reading of it.")  # fmt: skip
@click.option("--observed-at", help="When it was seen, with offset.")
@click.option("--note", help="Free words; @FILE reads a file.")
@click.option("--replaces", metavar="SERIAL", help="The planned unit it stands in for.")
@click.option("--reason", help="Why it stands in for that unit.")
@click.option("--distinct-from", "distinct_from", multiple=True, metavar="SERIAL",
              help="A unit on record that it looks like and is not.")  # fmt: skip
@click.option("--parameter", "parameters", multiple=True, metavar="NAME:VALUE",
              help="A setting it was made under, as a change requires.")  # fmt: skip
@click.option("--decimal", type=click.Choice(["comma", "point"]),
              help="The decimal sign.  [default: the plan's, else a point]")  # fmt: skip
@click.option("--answers", multiple=True, metavar="PASS/FAIL",
              help="Words for pass and fail, such as OK/NOK.")  # fmt: skip
@click.option("--retest", is_flag=True, help="A further result; it is kept and never counts.")
@recording("record")
def record(
    session: Session,
    /,
    serial: str,
    results: tuple[str, ...],
    batch: str,
    **given: Any,
) -> None:
    """Record the results of the unit SERIAL; its first valid results count.

    \b
    Example:
      signoff record SN-0007 --batch PB-1 --method line gap=0.24 finish=pass build_minutes=11
    """
    replaces = None
    if given["replaces"] is not None:
        replaces = (given["replaces"], given["reason"] or "")
    elif given["reason"] is not None:
        raise InputError(
            "SL109",
            "--reason goes with --replaces",
            advice=Advice("name-unit-replaced-by-serial"),
        )
    of_all, of_one = gauges_of(given["gauges"])
    command = RecordUnit(
        batch=batch,
        serial=serial,
        build=_build(given),
        values=values_of(results),
        nonconformities=tuple(nonconformity_of(text) for text in given["defects"]),
        gauge=of_all,
        gauges=of_one,
        note=long_text(given["note"]),
        observed_at=moment(given["observed_at"]),
        replaces=replaces,
        distinct_from=given["distinct_from"],
        **notation_from(session.setting, given),
        retest=given["retest"],
    )

    def extra(opened: OpenLedger, _: Receipt) -> tuple[ReceiptExtra, str]:
        excluded = excluded_units(opened.ledger, batch, [serial])
        says = "\n".join(map(receipts.excluded_unit_line, excluded))
        return excluded_part(excluded), says

    receipts.give(session, command, extra)


def values_of(results: Sequence[str]) -> dict[str, str]:
    """Split `name=value` arguments.

    Raises:
        InputError: One has no `=`, or a name is given twice.
    """
    values: dict[str, str] = {}
    for result in results:
        name, equals, value = result.partition("=")
        if not equals or name in values:
            raise InputError(
                "SL109",
                f"{result[:60]!r} is not a result of its own",
                why="each result is NAME=VALUE, and each name is given once",
            )
        values[name] = value
    return values


def gauges_of(texts: Sequence[str]) -> tuple[str | None, dict[str, str]]:
    """Split gauges: `GAUGE` for all readings, and each `NAME=GAUGE` for one.

    Raises:
        InputError: SL109, a reading is given two, or all are.
    """
    of_one = values_of([text for text in texts if "=" in text])
    of_all = [text for text in texts if "=" not in text]
    if len(of_all) > 1:
        raise InputError(
            "SL109",
            f"all readings are given {len(of_all)} gauges",
            why="a reading is taken with one",
            advice=Advice("name-gauge-of-reading"),
        )
    return of_all[0] if of_all else None, of_one


def nonconformity_of(text: str, note: str | None = None) -> NonconformityReport:
    """Split `MODE@ZONE`."""
    mode, _, zone = text.partition("@")
    return NonconformityReport(mode, zone or None, note)


def _build(given: dict[str, Any]) -> UnitBuild:
    names = (
        "built_by", "operator_role", "cavity", "station", "fixture", "tooling", "tooling_revision"
    )  # fmt: skip
    parameters = stated_parameters(settings_of(given["parameters"]))
    return unit_build(given["method"], parameters, **{name: given[name] for name in names})
