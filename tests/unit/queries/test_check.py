"""`check`: asked of the gate once, counted once, its events looked up stream by stream."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from signoff_ledger.domain import batch_state
from signoff_ledger.domain.tally import tally
from signoff_ledger.queries.check import check
from tests.ledgers import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Give a ledger whose first batch missed the bar."""
    made = Shop.ready(tmp_path / "ledger.db")
    made.build("B1", rejects=2)
    yield made
    made.store.close()


def test_every_rule_is_answered_with_the_positions_of_its_events(shop: Shop) -> None:
    answer = check(shop.ledger)

    assert ("mug", "B1", False, "anna") == (
        answer["process"],
        answer["batch"],
        answer["may_be_signed"],
        answer["signer"],
    )
    rules = {rule["rule"]: rule for rule in answer["rules"]}
    (closed,) = rules["batch-closed"]["events"]
    assert b'"signoff.batch-closed.v1"' in shop.lines()[closed - 1]


def test_a_batch_is_counted_once_however_often_it_is_asked_about(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies of a batch share its count: 2,000 units are then as quick to check as 20."""
    counts: list[int] = []

    def counting(units: Any, *others: Any) -> Any:
        counts.append(len(units))
        return tally(units, *others)

    check(shop.ledger)
    shop.store._aggregates.forget()
    monkeypatch.setattr(batch_state, "tally", counting)
    answers = [check(shop.ledger) for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert [7] == counts


def test_events_are_looked_up_once_a_stream(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    positions = shop.store.positions

    def looking(stream: Any, versions: Any = None) -> dict[int, int]:
        asked.append(stream)
        return positions(stream, versions)

    monkeypatch.setattr(shop.store, "positions", looking)
    answer = check(shop.ledger)

    assert len(asked) == len(set(asked)) == 2
    assert sum(len(rule["events"]) for rule in answer["rules"]) > 2
