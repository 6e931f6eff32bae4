import json
from datetime import datetime, timedelta

from signoff_ledger.application.commands.decisions import Withdraw
from signoff_ledger.application.ledger import Call
from signoff_ledger.projections import tables
from signoff_ledger.projections.views import Views
from signoff_ledger.queries.standing import as_of
from tests.ledgers import PLAN, Shop, TickingClock


def test_a_process_without_a_bar_is_shown(shop: Shop, views: Views) -> None:
    jug = PLAN.replace('id = "mug"', 'id = "jug"').replace(
        'name = "A mug with a lid"', 'name = "A jug"\ncalled = "pilot run"'
    )
    shop.publish(jug)
    jug_row, mug_row = views.read(tables.PROCESSES)

    assert {
        "process": "jug",
        "name": "A jug",
        "called": "pilot run",
        "activity": "08.10.06",
        "stage": "08 Develop",
        "next_activity": "08.20.01",
        "standing": "NOT_DECIDED",
        "standing_why": "",
        "signature": "",
        "process_revision": 1,
        "signed_revision": None,
        "run_min": 50,
        "run_max": 100,
        "ordered": 0,
        "orders_from_before": "",
        "plan": 1,
        "bar": None,
        "planned": None,
        "ac": None,
        "attempts": 0,
        "open_batch": "",
        "latest_batch": "",
        "changes": 0,
        "decisions": 0,
        "held_since": "",
        "orders": "",
        "lapses_at": "",
        "lapse_why": "",
        "made_of": json.dumps(
            {"tooling": ["t1"], "documents": ["drw1revb"], "designs": ["0" * 64]}
        ),
        "seen_by_others": "0 attempt(s), nothing decided; it stands at NOT_DECIDED",
    } == jug_row
    assert ("mug", 1, 7, 1) == tuple(mug_row[name] for name in ("process", "bar", "planned", "ac"))


def test_a_held_process_says_since_when(shop: Shop, views: Views) -> None:
    """S-57: from the first hold, however often it is held again."""
    shop.build("B1", rejects=2)
    (before,) = views.read(tables.PROCESSES)
    assert isinstance(shop.clock, TickingClock)
    shop.clock.time += timedelta(days=2)
    shop.hold()
    (row,) = views.read(tables.PROCESSES)

    assert "" != before["held_since"] == row["held_since"]
    assert ("HELD", "not yet", 2) == (row["standing"], row["standing_why"], row["decisions"])


def test_a_signed_process_shows_its_revision_and_what_was_ordered(shop: Shop, views: Views) -> None:
    """S-08: what is signed is a revision, for a run."""
    shop.sign_off_a_repeat()
    shop.order(quantity=60)
    (row,) = views.read(tables.PROCESSES)

    assert ("SIGNED_OFF", 2, 2, 60, "") == tuple(
        row[name]
        for name in ("standing", "process_revision", "signed_revision", "ordered", "held_since")
    )


def test_an_ended_sign_off_shows_no_signed_revision(shop: Shop, views: Views) -> None:
    """G12: it is still in the history, and opens no gate."""
    shop.sign_off_a_repeat()
    shop.ledger.execute(Withdraw(process="mug", reason="a doubt"), Call("anna"))
    (row,) = views.read(tables.PROCESSES)

    assert ("WITHDRAWN", "a doubt", None, 0) == tuple(
        row[name] for name in ("standing", "standing_why", "signed_revision", "ordered")
    )


def test_an_ended_sign_off_leaves_its_orders_at_risk(shop: Shop, views: Views) -> None:
    """S-22, G12: whoever placed them has to hear of it."""
    shop.sign_off_a_repeat()
    shop.order(quantity=60)
    (before,) = views.read(tables.PROCESSES)
    shop.ledger.execute(Withdraw(process="mug", reason="a doubt"), Call("anna"))
    (row,) = views.read(tables.PROCESSES)

    assert ("PO-1 (60)", 60, "") == (row["orders"], row["ordered"], row["lapses_at"])
    assert ("", "PO-1 (60)") == tuple(
        as_of(each, shop.clock.now())["at_risk"] for each in (before, row)
    )


def test_time_alone_ends_a_sign_off_in_the_view(shop: Shop, views: Views) -> None:
    """G26: from its day, with nothing recorded."""
    shop.sign_off_a_repeat()
    shop.order(quantity=60)
    (row,) = views.read(tables.PROCESSES)
    last = datetime.fromisoformat(row["lapses_at"])
    in_time = as_of(row, last)
    too_late = as_of(row, last + timedelta(microseconds=1))

    assert ("SIGNED_OFF", "") == (in_time["standing"], in_time["at_risk"])
    assert ("LAPSED", "two years without a production order", "PO-1 (60)") == (
        too_late["standing"],
        too_late["standing_why"],
        too_late["at_risk"],
    )


def test_an_empty_batch_is_no_attempt(shop: Shop, views: Views) -> None:
    """G25."""
    shop.open("B1")
    shop.close("B1")
    (row,) = views.read(tables.PROCESSES)

    assert (0, "", "") == (row["attempts"], row["open_batch"], row["latest_batch"])


def test_the_open_and_the_latest_batch_are_named(shop: Shop, views: Views) -> None:
    shop.build("B1", rejects=2)
    shop.change()
    shop.open("B2")
    (row,) = views.read(tables.PROCESSES)

    assert ("B2", "B2", 2, 1) == tuple(
        row[name] for name in ("open_batch", "latest_batch", "attempts", "changes")
    )
