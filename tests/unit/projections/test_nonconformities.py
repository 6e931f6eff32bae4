from contextlib import closing
from functools import partial
from pathlib import Path

from signoff_ledger.application.commands.nonconformities import (
    AddNonconformity,
    AttributeNonconformity,
)
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import Origin
from signoff_ledger.projections import tables
from signoff_ledger.projections.views import Views
from tests.ledgers import PLAN, Shop, unit, wide


def test_a_bad_cavity_stands_out(path: Path) -> None:
    """S-34: two cavities, one bad: the breakdown shows which."""
    plan = PLAN.replace("units = 7", "units = 8")
    cavities = [unit(f"S{n}", cavity=str(n % 2), gap="0.50" if n % 2 else "0.25") for n in range(8)]
    shop = Shop.opened(path, plan)
    with closing(shop.store) as store:
        shop.bring("B1", wide(cavities))
        rows = Views(store, store).read(tables.NONCONFORMITIES)

    assert [("LID-SEAT", "T-1", "1", "", 4, 4)] == [
        tuple(
            row[name]
            for name in ("mode", "tooling", "cavity", "station", "units", "nonconformities")
        )
        for row in rows
    ]


def test_an_origin_counts_from_when_it_was_stated(shop: Shop, views: Views) -> None:
    """S-16: attributing again moves the count; both statements stay in the history."""
    shop.build("B1", rejects=2)
    before = views.read(tables.NONCONFORMITIES)
    attribute = partial(AttributeNonconformity, process="mug")
    for origin in (Origin.PROCESS, Origin.TOOLING):
        command = attribute(mode="LID-SEAT", origin=origin, reason="seen")
        shop.ledger.execute(command, Call("egon"))
    command = attribute(origin=Origin.MEASUREMENT, reason="a slip", single=("B1", 2))
    shop.ledger.execute(command, Call("egon"))
    after = views.read(tables.NONCONFORMITIES)

    assert [("unattributed", 2)] == [(row["origin"], row["units"]) for row in before]
    assert [("measurement", 1), ("tooling", 1)] == [(row["origin"], row["units"]) for row in after]


def test_units_that_do_not_count_are_kept_apart(shop: Shop, views: Views) -> None:
    """S-10: they stay visible, in neither the numerator nor the denominator."""
    shop.open("B1")
    shop.record("B1", "S1", gap="0.50")
    shop.record("B1", "S2", gap="0.50", build_method="bench")
    rows = views.read(tables.NONCONFORMITIES)

    assert [(0, 1), (1, 1)] == [(row["counts"], row["units"]) for row in rows]


def test_a_unit_with_two_of_a_kind_counts_once(shop: Shop, views: Views) -> None:
    """S-45, S-47: units and nonconformities are counted apart, by zone and grade."""
    shop.open("B1")
    shop.record("B1", "S1")
    for zone in ("inside", "inside", "rim"):
        report = NonconformityReport("LID-SEAT", zone)
        shop.ledger.execute(
            AddNonconformity(batch="B1", serial="S1", nonconformity=report), Call("ines")
        )
    rows = views.read(tables.NONCONFORMITIES)

    assert [("inside", "minor", 1, 2), ("rim", "major", 1, 1)] == [
        tuple(row[name] for name in ("location", "severity", "units", "nonconformities"))
        for row in sorted(rows, key=lambda row: row["location"])
    ]


def test_other_tooling_of_a_unit_is_named(shop: Shop, views: Views) -> None:
    shop.open("B1")
    shop.bring("B1", wide([unit("S1", gap="0.50", tooling_id="T-9", station="St-3")]))
    (row,) = views.read(tables.NONCONFORMITIES)

    assert ("T-9", "St-3", 0) == (row["tooling"], row["station"], row["counts"])
