"""Answers from views: those of the events, from any thread, kept up by whoever records."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import NoReturn

import jsonschema  # type: ignore[import-untyped]  # it brings no types
import pytest

from signoff_ledger.application.commands.corrections import (
    ConfirmCorrection,
    DeclineCorrection,
    RequestCorrection,
)
from signoff_ledger.application.commands.decisions import Hold, Withdraw
from signoff_ledger.application.commands.orders import CancelOrder
from signoff_ledger.application.ledger import Call
from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.errors import NotFoundError, StoreError
from signoff_ledger.ledger_reader import open_reader
from signoff_ledger.projections.follower import keep_up
from signoff_ledger.projections.view_positions import at_end, view_positions
from signoff_ledger.projections.views import Views
from signoff_ledger.queries import batch, history, orders, process, status, tasks, unit, why
from signoff_ledger.queries.history import HistoryFilter
from signoff_ledger.queries.json_schema import schema_of
from signoff_ledger.queries.why_undecided import why_undecided
from tests.golden.story import goes, play_until
from tests.ledgers import CUP, Shop


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def shop(path: Path) -> Iterator[Shop]:
    shop = Shop.ready(path)
    yield shop
    shop.store.close()


def later(shop: Shop) -> datetime:
    """Give a moment behind the last event."""
    return shop.clock.now() + timedelta(minutes=1)


def unopened() -> NoReturn:
    """Stand in for the whole ledger where it must not be opened."""
    pytest.fail("the write side was loaded")


# --- the same as from the events ------------------------------------------------------------------


def test_an_explanation_from_views_is_that_from_the_events(shop: Shop) -> None:
    """At every step of a story and for every batch, whatever was recorded since the decision."""
    views = Views(shop.store, shop.store)
    shop.publish(CUP)
    steps = (
        lambda: shop.build("B1", rejects=2),
        lambda: shop.answer("B1"),
        lambda: shop.build("B2", rejects=1),
        lambda: shop.state_cause("B2"),
        shop.sign,
        shop.order,
        lambda: shop.ledger.execute(Withdraw(process="mug", reason="a doubt"), Call("anna")),
        shop.change,
        lambda: shop.open("B3"),
        lambda: shop.record("B3", "B3-1", gap="0.50"),
        lambda: shop.ledger.execute(
            RequestCorrection(
                batch="B2", serial="B2-2", field="gap", becomes="0.30", reason="a slip"
            ),
            Call("ines"),
        ),
        lambda: shop.ledger.execute(ConfirmCorrection(batch="B2", number=1), Call("egon")),
        shop.hold,
    )
    compared = 0
    for step in steps:
        step()
        now = later(shop)
        for key in (None, *shop.ledger.work().known_process("mug").batches):
            answer = why.why(views, "mug", key, now)
            if answer is not None:
                assert why_undecided(shop.store, "mug", key, now=now) == answer
                assert "SAME PROCESS" in {each["topic"] for each in answer["disclosures"]}
                compared += 1

    assert compared > len(steps)


def test_an_undecided_batch_is_left_to_the_rules(shop: Shop) -> None:
    views = Views(shop.store, shop.store)
    shop.build("B1")

    assert why.why(views, "mug", None, later(shop)) is None
    assert "NOT_DECIDED" == why_undecided(shop.store, "mug")["outcome"]


def test_time_alone_changes_an_explanation_without_an_event(shop: Shop) -> None:
    """G26."""
    views = Views(shop.store, shop.store)
    shop.sign_off_a_repeat()
    shop.order()
    answer = why.why(views, "mug", None, later(shop) + timedelta(days=800))
    assert answer is not None

    assert ("LAPSED", "two years without a production order", ["PO-1"]) == (
        answer["standing"],
        answer["standing_why"],
        [order["reference"] for order in answer["orders_at_risk"]],
    )


# --- one unit, orders, pages ----------------------------------------------------------------------


def test_a_unit_is_shown_with_everything_that_was_recorded_of_it(shop: Shop) -> None:
    shop.build("B1", rejects=1)
    shop.ledger.execute(
        RequestCorrection(
            batch="B1",
            serial="B1-1",
            field="gap",
            becomes="0.30",
            reason="a slip",
            remeasured="again, by two",
        ),
        Call("ines"),
    )
    shop.ledger.execute(DeclineCorrection(batch="B1", number=1, reason="I looked"), Call("egon"))
    (one,) = unit.unit(Views(shop.store, shop.store), "B1-1", "B1", "mug")["units"]

    assert ("mug", "B1", "B1-1", "reject", True) == tuple(
        one[name] for name in ("process", "batch", "serial", "result", "counts")
    )
    assert [(1, "gap", "ines", None, "egon")] == [
        (c["number"], c["field"], c["asked_by"], c["confirmed_by"], c["declined_by"])
        for c in one["corrections"]
    ]
    assert ["unit-inspected", "correction-requested"] == [
        event["type"].removeprefix("signoff.").removesuffix(".v1") for event in one["events"]
    ]


def test_a_unit_that_does_not_count_says_why(shop: Shop) -> None:
    shop.open("B1")
    shop.record("B1", "S1", build_method="bench")
    (one,) = unit.unit(Views(shop.store, shop.store), "S1")["units"]

    assert (False, ["BENCH_BUILT"], ["built on a bench, not on the line"]) == (
        one["counts"],
        one["excluded"],
        one["excluded_because"],
    )


def test_a_unit_that_is_on_no_record_is_named_with_one_that_is(shop: Shop) -> None:
    shop.build("B1")
    with pytest.raises(NotFoundError) as refused:
        unit.unit(Views(shop.store, shop.store), "B1-l")

    assert "SL204" == refused.value.code
    assert refused.value.why.startswith("did you mean B1-")


def test_an_order_is_at_risk_once_its_sign_off_is_gone(shop: Shop) -> None:
    views = Views(shop.store, shop.store)
    shop.sign_off_a_repeat()
    shop.order()
    states = [orders.orders(views, "mug", later(shop))["orders"][0]["state"]]
    shop.ledger.execute(Withdraw(process="mug", reason="a doubt"), Call("anna"))
    states.append(orders.orders(views, None, later(shop))["orders"][0]["state"])
    shop.ledger.execute(
        CancelOrder(process="mug", reference="PO-1", reason="no fair"), Call("bela")
    )
    states.append(orders.orders(views, None, later(shop))["orders"][0]["state"])

    assert ["stands", "at risk", "cancelled"] == states


def test_a_batch_is_given_page_by_page(shop: Shop) -> None:
    shop.build("B1")
    views = Views(shop.store, shop.store)
    pages = [batch.batch(views, "B1", after, 3)["units"] for after in (0, 3, 6)]

    assert [3, 3, 1] == [*map(len, pages)]
    assert batch.batch(views, "B1")["units"] == [one for page in pages for one in page]


# --- the shape of answers -------------------------------------------------------------------------


def test_answers_about_the_golden_story_have_their_types_and_nothing_else(tmp_path: Path) -> None:
    terminal = play_until(
        tmp_path, goes("order", "commit", "kiln-lid", "1000", "--reference", "PO-4713")
    )
    with open_reader(terminal.ledger, unopened) as reader, reader.views() as views:
        now = datetime.fromisoformat("2026-04-01T00:00:00Z")
        (key,) = (each["process"] for each in status.status(views, now)["processes"])
        (first, *_) = (each["batch"] for each in process.process(views, key, now)["batches"])
        (one, *_) = batch.batch(views, first)["units"]
        given = {
            status: status.status(views, now),
            process: process.process(views, key, now),
            batch: batch.batch(views, first),
            history: history.history(views, HistoryFilter()),
            unit: unit.unit(views, one["serial"]),
            orders: orders.orders(views, key, now),
            why: why.why(views, key, None, now),
            tasks: tasks.tasks_of(views, history.history(views, HistoryFilter())[0]["person"], now),
        }
    for module, answer in given.items():
        schema = schema_of(module, closed=True)
        data = schema["properties"]["data"] | {"$defs": schema["$defs"]}
        jsonschema.Draft202012Validator(data).validate(answer)


# --- current views, and those that are not --------------------------------------------------------


def test_a_command_leaves_current_views_behind_and_a_reader_opens_nothing_else(
    path: Path, shop: Shop
) -> None:
    shop.build("B1", rejects=2)
    with open_ledger(path, shop.clock) as opened:
        opened.ledger.execute(Hold(process="mug", reason="not yet"), Call("anna"))
    with open_reader(path, unopened) as reader, reader.views() as views:
        found = why.why(views, "mug", None, later(shop))
    assert found is not None
    assert found["decision"] is not None

    assert "not yet" == found["decision"]["reason"]


def test_whoever_only_asks_writes_no_views(path: Path, shop: Shop) -> None:
    shop.build("B1")
    with open_ledger(path) as opened:
        assert opened.ledger.work().known_process("mug").exists

    assert {} == view_positions(shop.store)


@pytest.mark.parametrize("error", [StoreError("SL705", "busy"), MemoryError(), KeyboardInterrupt()])
def test_views_that_cannot_be_kept_up_lose_nothing(
    path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """The command has answered; the next reader brings them up to date."""

    def failing(*_: object) -> NoReturn:
        raise error

    with open_ledger(path, shop.clock) as opened:
        opened.ledger.execute(Hold(process="mug", reason="not yet"), Call("anna"))
        monkeypatch.setattr(Views, "catch_up", failing)
    monkeypatch.undo()
    with open_reader(path) as reader, reader.views() as views:
        assert "HELD" == status.status(views, later(shop))["processes"][0]["standing"]


def test_a_thread_of_a_server_keeps_views_up(shop: Shop) -> None:
    is_over = Event()
    thread = Thread(target=keep_up, args=(shop.store, Views(shop.store, shop.store), is_over))
    thread.start()
    try:
        shop.build("B1")
        for _ in range(200):
            if view_positions(shop.store) == at_end(shop.store.size()):
                break
            is_over.wait(0.02)
    finally:
        is_over.set()
        thread.join()

    assert view_positions(shop.store) == at_end(shop.store.size())
