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


class StoredLines:
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
def stored(founded: Shop) -> StoredLines:
    """Tell a story with a hold by the bar, a sign-off and an order."""
    founded.publish()
    founded.register()
    founded.sign_off_a_repeat()
    founded.order()
    return StoredLines(founded)


def refused(stored: StoredLines, code: str, position: int, why: str) -> None:
    """Expect an audit to be refused."""
    with pytest.raises(EvidenceError) as caught:
        stored.audit()
    assert (code, position) == (caught.value.code, caught.value.position)
    assert why in caught.value.why


def test_every_decision_and_order_of_a_true_story_follows(stored: StoredLines) -> None:
    audited = audit_process(stored.of, "mug")

    assert 2 == len(audited.decisions)
    assert 1 == audited.orders


def test_a_process_that_is_not_there_has_nothing_to_audit(stored: StoredLines) -> None:
    assert ((), 0) == audit_process(stored.of, "cup")


@pytest.mark.parametrize("move", [-1, 1])
def test_a_decision_that_was_taken_on_another_version_does_not_follow(
    stored: StoredLines, move: int
) -> None:
    at = stored.find("process-signed-off")

    def change(fields: dict[str, Any]) -> None:
        fields["data"]["heads"]["process"] += move

    stored.edit(at, change)
    refused(stored, "SL509", at, "it was taken on version")


def test_a_decision_whose_verdict_comes_out_otherwise_does_not_follow(stored: StoredLines) -> None:
    """S-42: what was found on units behind a sign-off was edited, and all else put right."""
    found = {"characteristic": "gap", "mode": "LID-SEAT", "severity": "major"}
    for last in (-1, -2):
        _misread(stored, stored.find("unit-inspected", last), [found | {"number": 9 + last}])

    refused(
        stored, "SL509", stored.find("process-signed-off"), "replayed, the verdict is another one"
    )


def _misread(stored: StoredLines, at: int, found: list[dict[str, Any]]) -> None:
    """Let a unit's gap be too wide, and its line say what was found."""

    def change(fields: dict[str, Any]) -> None:
        fields["data"]["readings"]["gap"] = 95
        fields["data"]["nonconformities"] = found

    stored.edit(at, change)


def test_a_reading_that_fails_is_a_nonconformity_whatever_its_line_says(
    stored: StoredLines,
) -> None:
    """S-42: a result is judged by the plan, and not by whoever can write a line."""
    at = stored.find("unit-inspected", -1)
    _misread(stored, at, [])
    refused(stored, "SL509", at, "gap is read and judged otherwise than the line says")


def test_a_reading_of_what_the_plan_does_not_have_makes_no_sense(stored: StoredLines) -> None:
    at = stored.find("unit-inspected", -1)
    stored.edit(at, lambda fields: fields["data"]["readings"].update(weight=1))
    refused(stored, "SL509", at, "the plan has no characteristic 'weight'")


def test_an_order_beyond_the_sign_off_does_not_follow(stored: StoredLines) -> None:
    at = stored.find("production-order-committed")

    def change(fields: dict[str, Any]) -> None:
        fields["data"]["quantity"] = 10**6

    stored.edit(at, change)
    refused(stored, "SL509", at, "the order gate was shut: ")


def test_an_order_before_the_sign_off_does_not_follow(stored: StoredLines) -> None:
    sign_off, order = stored.find("process-signed-off"), stored.find("production-order-committed")
    early, late = stored.lines[sign_off], stored.lines[order]
    version = json.loads(early)["version"]
    stored.lines[sign_off] = dumped(json.loads(late) | {"version": version})
    stored.lines[order] = dumped(json.loads(early) | {"version": version + 1})

    refused(stored, "SL509", sign_off, "the order gate was shut: ")


def test_a_line_that_is_no_event_is_named(stored: StoredLines) -> None:
    at = [at for at, _ in stored.of(MUG)][3]
    stored.edit(at, lambda fields: fields["data"].update(more=1))

    with pytest.raises(EvidenceError) as caught:
        stored.audit()
    assert at == caught.value.position


def test_a_stream_with_a_hole_is_named(stored: StoredLines) -> None:
    second = [at for at, _ in stored.of(MUG)][1]
    third = [at for at, _ in stored.of(MUG)][2]
    del stored.lines[second]

    refused(stored, "SL502", third, "")


def test_an_event_that_makes_no_sense_where_it_stands_does_not_follow(stored: StoredLines) -> None:
    """A batch is finished that was never opened."""
    at = stored.find("batch-finished")
    stored.edit(at, lambda fields: fields["data"].update(batch="B9"))

    refused(stored, "SL509", at, "it makes no sense where it stands")


def test_the_lines_of_batches_are_read_to_their_end(stored: StoredLines) -> None:
    at = stored.find("batch-decided")
    stored.edit(at, lambda fields: fields.update(type="signoff.unheard-of.v1"))

    with pytest.raises(EvidenceError) as caught:
        stored.audit()
    assert at == caught.value.position


def test_people_and_the_ledger_are_read_as_what_they_are(stored: StoredLines) -> None:
    audit_people(stored.of, ["olga", "anna"])
    founded, granted = stored.find("ledger-founded"), stored.find("role-granted", 0)
    for at in (founded, granted):
        kept = stored.lines[at]
        stored.edit(at, lambda fields: fields.update(type="signoff.process-defined.v1"))
        with pytest.raises(EvidenceError) as caught:
            audit_people(stored.of, ["olga"])
        assert at == caught.value.position
        stored.lines[at] = kept


def test_each_stream_is_read_forwards_once(stored: StoredLines) -> None:
    archive = LineArchive(stored.of)
    archive.load(Person, "olga")
    stored.reads.clear()
    archive.load(Person, "olga")
    assert [] == stored.reads

    assert 1 == archive.load(Person, "olga", 1).version
    assert 2 == archive.load(Person, "olga", 2).version
    assert 1 == len(stored.reads)


def test_what_is_not_there_is_empty(stored: StoredLines) -> None:
    archive = LineArchive(stored.of)

    assert not archive.load(Batch, "B9").exists
    assert not archive.load(Process, "mug", 0).exists
    assert archive.load(LedgerStream, "ledger").exists
    assert 3 == archive.load(Process, "mug", 3).version
