import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from signoff_ledger.application.commands.inspection import RecordUnit
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.events.event import EventMetadata, make_envelope
from signoff_ledger.domain.events.person import RoleGranted
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.values import BuildMethod, Role
from signoff_ledger.projections import tables
from signoff_ledger.projections.views import Views
from tests.ledgers import Shop, plant

SEEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_every_event_has_one_row_in_order(shop: Shop, views: Views) -> None:
    """S-16, S-23: what happened is told whole, refused attempts included."""
    shop.sign_off_a_repeat()
    rows = views.read(tables.HISTORY)

    assert [*range(1, shop.store.size() + 1)] == [row["position"] for row in rows]
    assert [json.loads(line)["type"] for line in shop.lines()] == [row["type"] for row in rows]


def test_a_row_says_what_its_stream_is_about(shop: Shop, views: Views) -> None:
    shop.open("B1")
    shop.record("B1", "S1")
    rows = views.read(tables.HISTORY)
    subjects = {row["type"]: (row["kind"], row["subject"], row["process"]) for row in rows}

    assert ("ledger", "test", "") == subjects["signoff.ledger-founded.v1"]
    assert ("person", "aude", "") == subjects["signoff.role-granted.v1"]
    assert ("process", "mug", "mug") == subjects["signoff.batch-opened.v1"]
    assert ("batch", "B1", "mug") == subjects["signoff.unit-inspected.v1"]


def test_a_claimed_time_stands_beside_the_recorded_one(shop: Shop, views: Views) -> None:
    """G10: the ledger's clock and a person's claim are two columns."""
    shop.open("B1")
    seen = shop.clock.now()
    command = RecordUnit(
        batch="B1",
        serial="S1",
        build=UnitBuild(method=BuildMethod.LINE),
        values={"gap": "0.25"},
        observed_at=seen,
    )
    shop.ledger.execute(command, Call("ines", command_id="the-unit"))
    row = views.read(tables.HISTORY)[-1]

    assert "" < row["observed_at"] < row["recorded_at"]
    assert ("ines", "the-unit") == (row["person"], row["command_id"])


def test_an_event_of_a_stream_that_never_began_is_shown_as_unknown(
    path: Path, shop: Shop, views: Views
) -> None:
    """A planted line is not hidden because nobody knows what it is about."""
    event = RoleGranted(note="a favour", role=Role.APPROVER)
    planted = make_envelope(
        event, EventMetadata(SEEN, "mallory", "x#0"), stream=UUID(int=7), version=1, prev=None
    )
    plant(path, planted.line)
    row = views.read(tables.HISTORY)[-1]

    assert ("unknown", "", "mallory") == (row["kind"], row["subject"], row["person"])
