"""The meaning of lines: each stream a story, each decision what the rules make of its events."""

import json
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import pytest

from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.process import Process
from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.stream_ids import stream_id
from signoff_ledger.replay.audit import audit_people, audit_process
from signoff_ledger.replay.line_archive import LineArchive
from tests.ledgers import Shop
from tests.lines import dumped

Placed = tuple[int, bytes]
MUG = stream_id("process", "mug")


class Told:
    """The lines of a story, to be read and to be spoilt."""

    def __init__(self, shop: Shop) -> None:
        self.lines = dict(enumerate(shop.lines(), 1))
        self.reads: list[UUID] = []

    def of(self, stream: UUID) -> Iterable[Placed]:
        """Give the lines of a stream."""
        self.reads.append(stream)
        return [(at, x) for at, x in self.lines.items() if json.loads(x)["stream"] == str(stream)]

    def find(self, topic: str, last: int = -1) -> int:
        """Give the position of an event of a kind."""
        wanted = f"signoff.{topic}.v1"
        return [at for at, line in self.lines.items() if json.loads(line)["type"] == wanted][last]

    def edit(self, position: int, change: Callable[[dict[str, Any]], object]) -> None:
        """Change a line."""
        fields = json.loads(self.lines[position])
        change(fields)
        self.lines[position] = dumped(fields)

    def audit(self) -> object:
        """Audit the process."""
        return audit_process(self.of, "mug")


@pytest.fixture
def told(founded: Shop) -> Told:
    """Tell a story with a hold by the bar, a sign-off and an order."""
    founded.publish()
    founded.register()
    founded.sign_off_a_repeat()
    founded.order()
    return Told(founded)


def refused(told: Told, code: str, position: int, why: str) -> None:
    """Expect an audit to be refused."""
    with pytest.raises(EvidenceError) as caught:
        told.audit()
    assert (code, position) == (caught.value.code, caught.value.position)
    assert why in caught.value.why


def test_every_decision_and_order_of_a_true_story_follows(told: Told) -> None:
    audited = audit_process(told.of, "mug")

    assert 2 == len(audited.decisions)
    assert 1 == audited.orders


def test_a_process_that_is_not_there_has_nothing_to_audit(told: Told) -> None:
    assert ((), 0) == audit_process(told.of, "cup")


@pytest.mark.parametrize("move", [-1, 1])
def test_a_decision_that_was_taken_on_another_version_does_not_follow(
    told: Told, move: int
) -> None:
    at = told.find("process-signed-off")

    def change(fields: dict[str, Any]) -> None:
        fields["data"]["heads"]["process"] += move

    told.edit(at, change)
    refused(told, "SL509", at, "it was taken on version")


def test_a_decision_whose_verdict_comes_out_otherwise_does_not_follow(told: Told) -> None:
    """S-42: what was found on units behind a sign-off was edited, and all else put right."""
    found = {"characteristic": "gap", "mode": "LID-SEAT", "severity": "major"}
    for last in (-1, -2):
        _misread(told, told.find("unit-inspected", last), [found | {"number": 9 + last}])

    refused(told, "SL509", told.find("process-signed-off"), "replayed, the verdict is another one")


def _misread(told: Told, at: int, found: list[dict[str, Any]]) -> None:
    """Let a unit's gap be too wide, and its line say what was found."""

    def change(fields: dict[str, Any]) -> None:
        fields["data"]["readings"]["gap"] = 95
        fields["data"]["nonconformities"] = found

    told.edit(at, change)


def test_a_reading_that_fails_is_a_nonconformity_whatever_its_line_says(told: Told) -> None:
    """S-42: a result is judged by the plan, and not by whoever can write a line."""
    at = told.find("unit-inspected", -1)
    _misread(told, at, [])
    refused(told, "SL509", at, "gap is read and judged otherwise than the line says")


def test_a_reading_of_what_the_plan_does_not_have_makes_no_sense(told: Told) -> None:
    at = told.find("unit-inspected", -1)
    told.edit(at, lambda fields: fields["data"]["readings"].update(weight=1))
    refused(told, "SL509", at, "the plan has no characteristic 'weight'")


def test_an_order_beyond_the_sign_off_does_not_follow(told: Told) -> None:
    at = told.find("production-order-committed")

    def change(fields: dict[str, Any]) -> None:
        fields["data"]["quantity"] = 10**6

    told.edit(at, change)
    refused(told, "SL509", at, "the order gate was shut: ")


def test_an_order_before_the_sign_off_does_not_follow(told: Told) -> None:
    sign_off, order = told.find("process-signed-off"), told.find("production-order-committed")
    early, late = told.lines[sign_off], told.lines[order]
    version = json.loads(early)["version"]
    told.lines[sign_off] = dumped(json.loads(late) | {"version": version})
    told.lines[order] = dumped(json.loads(early) | {"version": version + 1})

    refused(told, "SL509", sign_off, "the order gate was shut: ")


def test_a_line_that_is_no_event_is_named(told: Told) -> None:
    at = [at for at, _ in told.of(MUG)][3]
    told.edit(at, lambda fields: fields["data"].update(more=1))

    with pytest.raises(EvidenceError) as caught:
        told.audit()
    assert at == caught.value.position


def test_a_stream_with_a_hole_is_named(told: Told) -> None:
    second = [at for at, _ in told.of(MUG)][1]
    third = [at for at, _ in told.of(MUG)][2]
    del told.lines[second]

    refused(told, "SL502", third, "")


def test_an_event_that_makes_no_sense_where_it_stands_does_not_follow(told: Told) -> None:
    """A batch is finished that was never opened."""
    at = told.find("batch-finished")
    told.edit(at, lambda fields: fields["data"].update(batch="B9"))

    refused(told, "SL509", at, "it makes no sense where it stands")


def test_the_lines_of_batches_are_read_to_their_end(told: Told) -> None:
    at = told.find("batch-decided")
    told.edit(at, lambda fields: fields.update(type="signoff.unheard-of.v1"))

    with pytest.raises(EvidenceError) as caught:
        told.audit()
    assert at == caught.value.position


def test_people_and_the_ledger_are_read_as_what_they_are(told: Told) -> None:
    audit_people(told.of, ["olga", "anna"])
    founded, granted = told.find("ledger-founded"), told.find("role-granted", 0)
    for at in (founded, granted):
        kept = told.lines[at]
        told.edit(at, lambda fields: fields.update(type="signoff.process-defined.v1"))
        with pytest.raises(EvidenceError) as caught:
            audit_people(told.of, ["olga"])
        assert at == caught.value.position
        told.lines[at] = kept


def test_each_stream_is_read_forwards_once(told: Told) -> None:
    archive = LineArchive(told.of)
    archive.load(Person, "olga")
    told.reads.clear()
    archive.load(Person, "olga")
    assert [] == told.reads

    assert 1 == archive.load(Person, "olga", 1).version
    assert 2 == archive.load(Person, "olga", 2).version
    assert 1 == len(told.reads)


def test_what_is_not_there_is_empty(told: Told) -> None:
    archive = LineArchive(told.of)

    assert not archive.load(Batch, "B9").exists
    assert not archive.load(Process, "mug", 0).exists
    assert archive.load(LedgerStream, "ledger").exists
    assert 3 == archive.load(Process, "mug", 3).version
