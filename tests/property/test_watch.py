"""The reader of the property tests sees forged lines: it is what those tests rest on."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from signoff_ledger.integrity.canonical import canonical
from signoff_ledger.integrity.stream_ids import stream_id
from tests.ledgers import Shop, plant, raw
from tests.property.watch import Watch


def forge(path: Path, kind: str, key: str, data: Mapping[str, Any], topic: str) -> None:
    """Append a well-made line that no command would have written."""
    stream = str(stream_id(kind, key))
    with closing(raw(path)) as connection:
        version, line, leaf = connection.execute(
            "SELECT version, line, leaf FROM events WHERE stream = ? ORDER BY version DESC",
            (stream,),
        ).fetchone()
    fields = json.loads(line) | {"by": "anna", "data": dict(data), "prev": leaf.hex()}
    plant(path, canonical(fields | {"type": f"signoff.{topic}.v1", "version": version + 1}))


@pytest.mark.parametrize(
    ("stream", "topic", "data", "complaint"),
    [
        (
            ("process", "mug"),
            "production-order-committed",
            {"quantity": 50, "reference": "PO-9", "sign_off": 1},
            "only a standing sign-off opens the gate",
        ),
        (
            ("batch", "B2"),
            "unit-inspected",
            {"serial": "B1-1", "readings": {}, "nonconformities": []},
            "one unit, one batch",
        ),
        (
            ("batch", "B2"),
            "unit-inspected",
            {"serial": "late", "readings": {}, "nonconformities": []},
            "a closed batch takes no units",
        ),
        (
            ("process", "mug"),
            "process-signed-off",
            {"verdict": {"batch": "B1", "findings": []}},
            "no choosing among attempts",
        ),
        (
            ("process", "mug"),
            "process-signed-off",
            {"verdict": {"batch": "B2", "findings": [{"holds": False}]}},
            "every rule holds",
        ),
    ],
    ids=["order", "second batch", "late unit", "earlier batch", "rule missed"],
)
def test_the_reader_sees_a_line_that_no_command_wrote(
    tmp_path: Path,
    stream: tuple[str, str],
    topic: str,
    data: Mapping[str, Any],
    complaint: str,
) -> None:
    """The properties are worth as much as the reader that holds them."""
    path = tmp_path / "ledger.db"
    shop = Shop.ready(path)
    shop.build("B1", rejects=2)
    shop.answer("B1")
    shop.build("B2")
    shop.store.close()
    watch = Watch(path)
    watch.look()
    forge(path, *stream, data, topic)

    with pytest.raises(AssertionError, match=complaint):
        watch.look()


def test_the_reader_takes_a_whole_story(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    shop = Shop.ready(path)
    shop.sign_off_a_repeat()
    shop.order()
    shop.store.close()
    watch = Watch(path)
    kinds = watch.look()

    assert ("process-signed-off", "production-order-committed") == (kinds[-5], kinds[-1])
    assert ("SIGNED_OFF", 50) == (watch.processes["mug"].standing, watch.processes["mug"].ordered)
