from datetime import timedelta

from signoff_ledger.application import deciding
from signoff_ledger.application.ledger import Call
from signoff_ledger.projections import process_state
from signoff_ledger.projections.views import Views
from tests.ledgers import PLAN, Shop, TickingClock


def test_a_process_without_a_bar_is_shown(shop: Shop, views: Views) -> None:
    jug = PLAN.replace('id = "mug"', 'id = "jug"').replace(
        'name = "A mug with a lid"', 'name = "A jug"\ncalled = "pilot run"'
    )
    shop.publish(jug)
    jug_row, mug_row = views.read(process_state.TABLE)

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
    } == jug_row
    assert ("mug", 1, 4, 1) == tuple(mug_row[name] for name in ("process", "bar", "planned", "ac"))


def test_a_held_process_says_since_when(shop: Shop, views: Views) -> None:
    """S-57: from the first hold, however often it is held again."""
    shop.build("B1", rejects=2)
    (before,) = views.read(process_state.TABLE)
    assert isinstance(shop.clock, TickingClock)
    shop.clock.time += timedelta(days=2)
    shop.hold()
    (row,) = views.read(process_state.TABLE)

    assert "" != before["held_since"] == row["held_since"]
    assert ("HELD", "not yet", 2) == (row["standing"], row["standing_why"], row["decisions"])


def test_a_signed_process_shows_its_revision_and_what_was_ordered(shop: Shop, views: Views) -> None:
    """S-08: what is signed is a revision, for a run."""
    shop.sign_off_a_repeat()
    shop.order(quantity=60)
    (row,) = views.read(process_state.TABLE)

    assert ("SIGNED_OFF", 2, 2, 60, "") == tuple(
        row[name]
        for name in ("standing", "process_revision", "signed_revision", "ordered", "held_since")
    )


def test_an_ended_sign_off_shows_no_signed_revision(shop: Shop, views: Views) -> None:
    """G12: it is still in the history, and opens no gate."""
    shop.sign_off_a_repeat()
    deciding.withdraw(shop.ledger, Call("anna"), "mug", "a doubt")
    (row,) = views.read(process_state.TABLE)

    assert ("WITHDRAWN", "a doubt", None, 0) == tuple(
        row[name] for name in ("standing", "standing_why", "signed_revision", "ordered")
    )


def test_the_open_and_the_latest_batch_are_named(shop: Shop, views: Views) -> None:
    shop.build("B1", rejects=2)
    shop.change()
    shop.open("B2")
    (row,) = views.read(process_state.TABLE)

    assert ("B2", "B2", 2, 1) == tuple(
        row[name] for name in ("open_batch", "latest_batch", "attempts", "changes")
    )
