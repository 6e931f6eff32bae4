"""The story of a process event by event."""

from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # it brings no types

from signoff_ledger.queries import replay_steps
from signoff_ledger.queries.json_schema import schema_of
from tests.ledgers import Shop


def test_every_step_is_as_its_schema_says_and_the_last_is_the_present(tmp_path: Path) -> None:
    shop = Shop.ready(tmp_path / "ledger.db")
    shop.build("B1", rejects=2)
    story = replay_steps.story(shop.ledger)
    steps = [story.step(index) for index in range(len(story))]
    decision = story.next_decision(0)
    shop.store.close()

    validator = jsonschema.Draft202012Validator(schema_of(replay_steps, closed=True))
    for step in steps:
        validator.validate({"schema": replay_steps.SCHEMA, "data": step})
    assert [*range(1, len(steps) + 1)] == [step["number"] for step in steps]
    assert "HELD" == steps[-1]["standing"]
    assert "mug HELD on batch B1 by its own bar" in steps[decision]["sentence"]
