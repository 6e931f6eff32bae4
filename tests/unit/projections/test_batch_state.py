from contextlib import closing
from pathlib import Path

from signoff_ledger.application.commands.corrections import ConfirmCorrection
from signoff_ledger.application.ledger import Call
from signoff_ledger.projections import tables
from signoff_ledger.projections.views import Views
from tests.ledgers import PLAN, Shop, reading, unit, wide


def test_a_batch_is_counted(shop: Shop, views: Views) -> None:
    """S-33, S-45: units and nonconformities are counted apart, each beside its total."""
    shop.open("B1")
    rows = [
        unit("S1", gap="0.50", finish="fail"),
        unit("S2", defects="CRACK"),
        unit("S3", build_method="bench", gap="0.50"),
        unit("S4", function=""),
    ]
    shop.bring("B1", wide(rows))
    (row,) = views.read(tables.BATCHES)

    assert {
        "batch": "B1",
        "process": "mug",
        "attempt": 1,
        "state": "open",
        "outcome": "",
        "process_revision": 1,
        "bar": 1,
        "planned": 7,
        "ac": 1,
        "recorded": 4,
        "units": 3,
        "excluded": 1,
        "incomplete": 1,
        "rejects": 2,
        "nonconformities": 3,
        "critical": 1,
        "timed": 3,
        "build_time_median_s": "660",
        "build_time_reference_s": None,
        "build_time_ratio": None,
        "retests": 0,
        "corrections": 0,
        "corrections_pending": 0,
        "excluded_units": '{"S3": ["BENCH_BUILT"]}',
        "incomplete_units": '{"S4": ["function"]}',
        "modes": '{"CRACK": 1, "FINISH": 1, "LID-SEAT": 1}',
        "outcomes": "[]",
    } == row


def test_a_closed_batch_shows_what_was_decided_on_it(shop: Shop, views: Views) -> None:
    shop.build("B1", rejects=2)
    (row,) = views.read(tables.BATCHES)

    assert ("closed", "HELD", 2, 7) == (row["state"], row["outcome"], row["rejects"], row["units"])


def test_a_batch_without_a_unit_has_no_build_time(shop: Shop, views: Views) -> None:
    """S-17: nothing counted is not a count of nothing."""
    shop.open("B1")
    (row,) = views.read(tables.BATCHES)

    assert (0, 0, None) == (row["units"], row["timed"], row["build_time_median_s"])


def test_the_reference_time_stands_beside_the_median(path: Path) -> None:
    """S-15: the bench is shown beside the line and never mixed into it."""
    timed = PLAN.replace('unit = "min"\n', 'unit = "min"\nreference = "4"\n')
    shop = Shop.opened(path, timed)
    with closing(shop.store) as store:
        shop.record("B1", "S1", build_minutes="10")
        shop.record("B1", "S2", build_minutes="11")
        (row,) = Views(store, store).read(tables.BATCHES)

    assert ("630", 240) == (row["build_time_median_s"], row["build_time_reference_s"])


def test_retests_and_corrections_are_counted(shop: Shop, views: Views) -> None:
    """S-28, G11: they are beside the count, and seen."""
    shop.open("B1")
    shop.record("B1", "S1")
    shop.bring("B1", wide([reading("S1", "gap", "0.30", attempt="2")]))
    shop.correct("B1", "S1", "gap", "0.30")
    shop.correct("B1", "S1", "build_minutes", "10")
    shop.ledger.execute(ConfirmCorrection(batch="B1", number=1), Call("egon"))
    (row,) = views.read(tables.BATCHES)

    assert (1, 1, 1) == (row["retests"], row["corrections"], row["corrections_pending"])
