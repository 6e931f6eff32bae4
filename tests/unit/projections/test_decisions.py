import json
from datetime import timedelta

from signoff_ledger.projections import tables
from signoff_ledger.projections.views import Views
from tests.ledgers import Shop, TickingClock


def test_an_automatic_hold_names_the_bar(shop: Shop, views: Views) -> None:
    """S-42: nobody decided it, and nobody is named."""
    shop.build("B1", rejects=2)
    (row,) = views.read(tables.DECISIONS)

    assert ("mug", "B1", "HELD", 1, "ines", "the registered bar", "none", "1", 1, None) == tuple(
        row[name]
        for name in (
            "process", "batch", "outcome", "automatic", "person", "printed_name", "signature",
            "rule_set", "process_revision", "held_for_s",
        )
    )  # fmt: skip
    assert row["reason"].startswith("2/7 nonconforming")


def test_a_sign_off_says_how_long_the_process_was_held_before(shop: Shop, views: Views) -> None:
    """S-57: from the first hold since the last sign-off, by the ledger's clock."""
    assert isinstance(shop.clock, TickingClock)
    shop.build("B1", rejects=2)
    shop.clock.time += timedelta(days=7)
    shop.hold()
    shop.answer("B1")
    shop.build("B2")
    shop.sign()
    *holds, signed = views.read(tables.DECISIONS)
    held_for = timedelta(seconds=signed["held_for_s"])

    assert [("HELD", 1, None), ("HELD", 0, None)] == [
        (row["outcome"], row["automatic"], row["held_for_s"]) for row in holds
    ]
    assert ("SIGNED_OFF", "B2", 0, "") == tuple(
        signed[name] for name in ("outcome", "batch", "automatic", "reason")
    )
    assert timedelta(days=7) < held_for < timedelta(days=7, minutes=1)


def test_a_sign_off_after_another_counts_holds_in_between_only(shop: Shop, views: Views) -> None:
    shop.sign_off_a_repeat()
    shop.change()
    shop.build("B3")
    shop.sign()
    outcomes = [(row["outcome"], row["held_for_s"]) for row in views.read(tables.DECISIONS)]

    assert ("SIGNED_OFF", None) == outcomes[-1]
    assert outcomes[-2][1] is not None


def test_a_hold_without_a_batch_is_shown_without_one(shop: Shop, views: Views) -> None:
    """S-20: a hold needs a reason and nothing else."""
    shop.hold(reason="the kiln is being moved")
    (row,) = views.read(tables.DECISIONS)

    assert ("", "the kiln is being moved", 0) == tuple(
        row[name] for name in ("batch", "reason", "automatic")
    )


def test_every_finding_of_a_decision_is_kept_in_order(shop: Shop, views: Views) -> None:
    """S-33: the numbers that were compared are data, not only words."""
    shop.build("B1", rejects=2)
    (decision,) = views.read(tables.DECISIONS)
    rows = views.read(tables.FINDINGS, "position = ?", (decision["position"],))
    rejects = next(row for row in rows if row["rule"] == "rejects-within-ac")

    assert [*range(20)] == [row["place"] for row in rows]
    assert 0 == rejects["holds"]
    assert {
        "ac": 1,
        "nonconforming": 2,
        "nonconformities": 2,
        "planned": 7,
        "re": 2,
        "rejects": 2,
        "units": 7,
    } == json.loads(rejects["numbers"])
    assert {"LID-SEAT": 2} == json.loads(rejects["counts"])
    assert [["batch B1", 3], ["batch B1", 4]] == json.loads(rejects["settled_by"])
