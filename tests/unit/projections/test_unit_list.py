from contextlib import closing
from pathlib import Path
from typing import Any

from signoff_ledger.application.commands.inspection import DisposeUnit
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.values import Disposition
from signoff_ledger.projections.unit_list import units_of
from tests.ledgers import PLAN, Shop, long, reading, unit, wide


def listed(shop: Shop, *rows: dict[str, str]) -> list[dict[str, Any]]:
    """Record rows in an open batch, and list its units."""
    shop.open("B1")
    shop.bring("B1", wide(rows))
    return units_of(shop.ledger.work().batch("B1"))


def test_a_unit_is_listed_with_what_it_came_to_and_how_it_was_made(shop: Shop) -> None:
    """G23: builder, role, gauge, cavity and station of every unit."""
    (only,) = listed(
        shop,
        unit(
            "S1", operator_id="pat", operator_role="assembler", cavity="2", station="St 4",
            gauge_id="feeler 3",
        ),
    )  # fmt: skip

    assert {
        "serial": "S1",
        "typed": None,
        "method": "line",
        "counts": True,
        "excluded": [],
        "missing": [],
        "reject": False,
        "nonconformities": [],
        "readings": {
            "gap": "0.25 mm",
            "finish": "pass",
            "function": "pass",
            "build_minutes": "11 min",
        },
        "built_by": "pat",
        "operator_role": "assembler",
        "enrolled_as": None,
        "gauges": {
            "gap": "feeler 3",
            "finish": "feeler 3",
            "function": "feeler 3",
            "build_minutes": "feeler 3",
        },
        "cavity": "2",
        "station": "St 4",
        "inspectors": ["ines"],
        "replaces": None,
        "disposition": None,
        "retests": 0,
        "failed_retests": [],
        "releasable": True,
        "result": "conforms",
        "found": "-",
        "made": "by pat (assembler), cavity 2, station St 4, gauge feeler 3",
    } == only


def test_what_was_found_on_a_unit_is_reported_in_words(shop: Shop) -> None:
    """S-06, G27: nonconformities, blanks, where it goes, and what a retest found."""
    shop.open("B1")
    rows = [unit("S1", gap="0.50", function=""), unit("S2", function=""), unit("S3")]
    shop.bring("B1", wide(rows))
    shop.bring("B1", long([reading("S3", "gap", "0.50", attempt="2")]))
    shop.ledger.execute(
        DisposeUnit(batch="B1", serial="S1", disposition=Disposition.SCRAP, reason="x"),
        Call("egon"),
    )
    units = units_of(shop.ledger.work().batch("B1"))

    assert [
        ("reject", "D-1 LID-SEAT, no reading of function, goes to scrap"),
        ("incomplete", "no reading of function"),
        ("conforms", "a retest of gap failed"),
    ] == [(u["result"], u["found"]) for u in units]
    assert [False, False, False] == [u["releasable"] for u in units]
    assert (1, ["gap"], "scrap") == (
        units[2]["retests"],
        units[2]["failed_retests"],
        units[0]["disposition"],
    )


def test_who_made_a_unit_is_reported_as_far_as_it_is_known(shop: Shop) -> None:
    """G23: an engineer is named as one, whatever the sheet says."""
    units = listed(
        shop,
        unit("S1"),
        unit("S2", operator_role="assembler"),
        unit("S3", operator_id="egon", operator_role="assembler"),
        unit("S\u00a04", operator_id="pat"),
    )

    assert [
        "-",
        "in the role assembler",
        "by egon (assembler), an enrolled engineer",
        "by pat, typed as S\u00a04",
    ] == [u["made"] for u in units]
    assert ["engineer"] == [u["enrolled_as"] for u in units if u["enrolled_as"]]


def test_a_unit_that_does_not_count_says_why(shop: Shop) -> None:
    """S-11: it stays on the list."""
    first, second = listed(shop, unit("S1", build_method="bench", line="Line 9"), unit("S2"))

    assert (False, ["BENCH_BUILT", "OTHER_LINE"]) == (first["counts"], first["excluded"])
    assert (False, True) == (first["releasable"], second["releasable"])


def test_a_unit_in_place_of_another_names_it(path: Path) -> None:
    """G5."""
    shop = Shop.opened(path, PLAN + 'missing_units = "replace"\n')
    with closing(shop.store):
        shop.bring("B1", wide([unit("S1", build_method="bench")]))
        shop.bring("B1", wide([unit("S2", replaces="S1", replaces_reason="a bench unit")]))
        first, second = units_of(shop.ledger.work().batch("B1"))

    assert (["BENCH_BUILT", "REPLACED"], "S1") == (first["excluded"], second["replaces"])
